package main

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// maxFile is how much package certs reads of a file.
const maxFile = 1 << 20

// file is a .pfx or .cer file.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
	leaf    *x509.Certificate // of a .cer file, nil for a .pfx file
}

// readFile reads a file and sees what it is.
func readFile(name string) (f *file, err error) {
	f = &file{name: name}
	if f.content, f.mode, err = readAtMost(name, maxFile); err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" { // where modes say nothing
		f.mode = 0
	}
	f.leaf, err = certs.ParseCER(f.content)
	if err != nil && !isPFX(name, f.content) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// readAtMost reads a file that is no larger than limit; of one that is, or that grows, it reads one byte more.
func readAtMost(name string, limit int64) (content []byte, mode os.FileMode, err error) {
	opened, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = opened.Close() }() // only read from
	state, err := opened.Stat()
	if err != nil {
		return nil, 0, err
	}
	if state.Mode().IsRegular() && state.Size() > limit {
		return nil, 0, fmt.Errorf("%s: %d bytes, at most %d are read", name, state.Size(), limit)
	}
	content, err = io.ReadAll(io.LimitReader(opened, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return content, state.Mode(), err
}

// isPFX goes by the name, or by what a .pfx file begins with: a sequence, and in it the version 3.
func isPFX(name string, content []byte) bool {
	_, named := withoutExtension(name)
	return named || bytes.HasPrefix(content, []byte{0x30}) && bytes.Contains(content[:min(len(content), 9)], []byte{2, 1, 3})
}

// withoutExtension cuts the extension of a .pfx file off, in any case.
func withoutExtension(name string) (base string, isPFX bool) {
	extension := filepath.Ext(name)
	switch strings.ToLower(extension) {
	case ".pfx", ".p12":
		return strings.TrimSuffix(name, extension), true
	}
	return name, false
}

// beside returns the .cer file that was exported beside a .pfx file, nil if there is none.
func (f *file) beside() []byte {
	base, _ := withoutExtension(f.name)
	for _, extension := range []string{".cer", ".CER"} {
		if content, _, err := readAtMost(base+extension, maxFile); err == nil {
			return content
		}
	}
	return nil
}

// bundle opens the file. The bundle of a .cer file has no key.
func (f *file) bundle(o options) (*certs.Bundle, error) {
	if f.leaf != nil {
		return &certs.Bundle{Leaf: f.leaf}, nil
	}
	bundle, err := certs.ParsePFX(f.content, o.password(f.name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return bundle, nil
}
