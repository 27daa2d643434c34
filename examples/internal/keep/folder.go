// Package keep writes the files that an example leaves behind, and never over one that is there.
package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Folder is where files are kept.
type Folder struct {
	// Path is the directory.
	Path string

	flag    string
	written []string // and the directories that were made for it, the last one first to go
}

// Open finds out whether files of these names can be written to the directory that a flag names, before there is anything
// to write. It makes the directory, for its owner alone, if there is none; without a path, a temporary one.
func Open(flag, path string, names ...string) (*Folder, error) {
	f := &Folder{Path: path, flag: flag}
	for _, name := range names {
		if _, err := os.Lstat(f.Join(name)); path != "" && err == nil {
			return nil, f.Taken(name)
		}
	}
	if err := f.make(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w; choose another %s DIR", err, flag), f.Discard())
	}
	return f, nil
}

// Join returns the path of a file.
func (f *Folder) Join(name string) string { return filepath.Join(f.Path, name) }

// Write writes a file that must not be there.
func (f *Folder) Write(name string, content []byte, mode os.FileMode) error {
	file, err := f.Create(name, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// Create opens a file for writing that must not be there.
func (f *Folder) Create(name string, mode os.FileMode) (*os.File, error) {
	file, err := os.OpenFile(f.Join(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return nil, f.Taken(name)
	}
	if err == nil {
		f.written = append(f.written, f.Join(name))
	}
	return file, err
}

// Discard removes what was written and made.
func (f *Folder) Discard() error {
	var failed []error
	for _, name := range slices.Backward(f.written) {
		if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	f.written = nil
	return errors.Join(failed...)
}

// Taken returns the error that refuses a file because it is there.
func (f *Folder) Taken(name string) error {
	return fmt.Errorf("%s: %w; nothing is overwritten: choose another %s DIR", f.Join(name), fs.ErrExist, f.flag)
}

// make makes the directory, those above it that are missing, and tries whether a file can be written there.
func (f *Folder) make() (err error) {
	if f.Path == "" {
		f.Path, err = os.MkdirTemp("", "example-")
		f.written = []string{f.Path}
		return err
	}
	lacking := missing(f.Path)
	err = os.MkdirAll(f.Path, 0o700)
	f.written = slices.DeleteFunc(lacking, absent)
	if err != nil {
		return err
	}
	trial, err := os.CreateTemp(f.Path, ".trial-")
	if err != nil {
		return err
	}
	return errors.Join(trial.Close(), os.Remove(trial.Name()))
}

// missing returns a directory and those above it, as far as they are not there, the uppermost first.
func missing(path string) []string {
	path = filepath.Clean(path)
	if above := filepath.Dir(path); absent(path) && above != path {
		return append(missing(above), path)
	}
	return nil
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return err != nil
}
