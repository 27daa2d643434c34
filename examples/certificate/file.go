package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// maxFile is one byte more than package certs reads.
const maxFile = 1<<20 + 1

// file is a .pfx or .cer file.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
	leaf    *x509.Certificate // of a .cer file, nil for a .pfx file
}

// readFile reads a file and sees what it is.
func readFile(name string) (*file, error) {
	opened, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	state, err := opened.Stat()
	if err != nil {
		return nil, err
	}
	f := &file{name: name}
	if runtime.GOOS != "windows" { // where modes say nothing
		f.mode = state.Mode()
	}
	if f.content, err = io.ReadAll(io.LimitReader(opened, maxFile)); err != nil {
		return nil, err
	}
	f.leaf, err = certs.ParseCER(f.content)
	if err != nil && !isPFX(name, f.content) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// isPFX goes by the name, or by what a .pfx file begins with: a sequence, and in it the version 3.
func isPFX(name string, content []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pfx", ".p12":
		return true
	}
	return bytes.HasPrefix(content, []byte{0x30}) && bytes.Contains(content[:min(len(content), 9)], []byte{2, 1, 3})
}

// bundle opens the file. The bundle of a .cer file has no key that signs.
func (f *file) bundle(o options) (*certs.Bundle, error) {
	if f.leaf != nil {
		return certs.NewBundle(noKey{f.leaf.PublicKey}, f.leaf)
	}
	bundle, err := certs.ParsePFX(f.content, o.password(f.name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return bundle, nil
}

// password reads it from the file that -password-file names, or from the one beside the .pfx file.
func (o options) password(name string) certs.Password {
	path := o.passwordFile
	if path == "" {
		path = name + ".password"
	}
	return func() ([]byte, error) {
		secret, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return bytes.TrimRight(secret, "\r\n"), nil
	}
}

// noKey is the public half of a key that is not in the file.
type noKey struct{ public crypto.PublicKey }

func (k noKey) Public() crypto.PublicKey { return k.public }

func (noKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("the file holds no key")
}
