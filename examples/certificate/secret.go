package main

import (
	"bytes"
	"fmt"

	"github.com/clouddp/sdk/certs"
)

// maxPassword is how much is read of a file that holds a password.
const maxPassword = 1 << 12

// password reads it from the file that -password-file names, or from the one beside the .pfx file.
func (o options) password(name string) certs.Password {
	path := o.passwordFile
	if path == "" {
		path = name + ".password"
	}
	return func() ([]byte, error) {
		secret, _, err := readAtMost(path, maxPassword)
		return bytes.TrimRight(secret, "\r\n"), err
	}
}

// readSecret reads a password for a new .pfx file, which every importer must take.
func readSecret(path string) (string, error) {
	secret, err := options{passwordFile: path}.password("")()
	switch {
	case err != nil:
		return "", fmt.Errorf("-password-file: %w", err)
	case len(secret) == 0:
		return "", fmt.Errorf("-password-file: %s is empty: put a password into it, or leave the flag out to have one made", path)
	case bytes.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r > '~' }):
		return "", fmt.Errorf("-password-file: %s holds a character outside printable ASCII, which some importers refuse", path)
	}
	return string(secret), nil
}
