package cmlog

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// defaultMaxSize is the size at which Configuration Manager rotates its logs, as documented in "About log files".
	defaultMaxSize = 250_000
	smallestSize   = 10_000
	rotationMarker = "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>" + lineBreak
)

// File is a log on disk for [Writer.W]. Before it would outgrow MaxSize it is renamed, as the site's components do: to
// its name with the extension ".lo_", in place of the one before. The renamed file ends with the line
// "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>". An existing file is appended to; a new one is the owner's only.
//
// A File is not safe for concurrent use by itself; one Writer is, and is the one that may write to it.
type File struct {
	// Path is the file, such as "CloudMgr.log". Required; its folder exists.
	Path string
	// MaxSize is in bytes; 0 means 250,000, the product's default, and the least is 10,000.
	MaxSize int64

	file *os.File
	size int64
}

// Write appends a record and rotates before it where need be. The errors are those of the file system, and
// [*InvalidError].
func (f *File) Write(record []byte) (int, error) {
	if err := f.open(); err != nil {
		return 0, err
	}
	if f.size > 0 && f.size+int64(len(record)+len(rotationMarker)) > f.maxSize() {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(record)
	f.size += int64(n)
	return n, err
}

// Close closes the file; the next Write opens it again.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

func (f *File) open() error {
	if f.file != nil {
		return nil
	}
	invalid := &errs.InvalidError{Subject: "cmlog: file"}
	if f.Path == "" || strings.EqualFold(filepath.Ext(f.Path), ".lo_") {
		invalid.Add("Path", "is %q; use a name such as CloudMgr.log", f.Path)
	}
	if f.MaxSize < 0 {
		invalid.Add("MaxSize", "is %d; use 0 for 250,000 bytes or a positive size", f.MaxSize)
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	file, err := os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.file, f.size = file, info.Size()
	return nil
}

func (f *File) maxSize() int64 {
	if f.MaxSize == 0 {
		return defaultMaxSize
	}
	return max(f.MaxSize, smallestSize)
}

func (f *File) rotate() error {
	if _, err := f.file.WriteString(rotationMarker); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Path, strings.TrimSuffix(f.Path, filepath.Ext(f.Path))+".lo_"); err != nil {
		return err
	}
	return f.open()
}
