package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// filesOf returns the certificate files of a directory, or the name itself if it is not one.
func filesOf(name string) ([]string, error) {
	state, err := os.Stat(name)
	if err != nil || !state.IsDir() {
		return []string{name}, nil //nolint:nilerr // Reading it fails in the same way.
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		switch strings.ToLower(filepath.Ext(entry.Name())) {
		case ".cer", ".crt", ".pfx", ".p12":
			names = append(names, filepath.Join(name, entry.Name()))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no .cer, .crt, .pfx or .p12 file", name)
	}
	return names, nil
}
