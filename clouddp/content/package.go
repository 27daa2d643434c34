package content

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
)

// Package is a folder to distribute.
type Package struct {
	// ID names the package; see [CheckID].
	ID string
	// Version is 1 or higher and rises when files change. 0 stands for the version that is in the store if the files
	// are the same, and for the next one if they are not.
	Version int
	// Files is the folder: os.DirFS, a content library, an embed.FS. Only regular files may be in it.
	Files fs.FS
}

// check lists every problem of the package that shows without reading its files.
func (p *Package) check(problems *InvalidError) {
	if CheckID(p.ID) != nil {
		problems.Add("ID", "%q is no package id: want 1 to 128 letters, digits, '.', '_', '-'", clip(p.ID))
	}
	if p.Version < 0 {
		problems.Add("Version", "is %d, want 0 for the next one, 1 or higher", p.Version)
	}
	if p.Files == nil {
		problems.Add("Files", "is nil: want a folder, such as os.DirFS")
	}
}

// paths lists the files in order of path and refuses all names that some system could not hold.
func (p *Package) paths(ctx context.Context) ([]string, int64, error) {
	var paths []string
	var size int64
	problems := &InvalidError{Subject: "content: package " + p.ID}
	names := collisions{seen: map[string]string{}}
	err := fs.WalkDir(p.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return firstError(ctx.Err(), err)
		}
		if len(paths) == maxFiles {
			return fmt.Errorf("more than %d files: %w", maxFiles, ErrLimit)
		}
		checkSource(path, d, &names, problems)
		paths = append(paths, path)
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	if err != nil {
		return nil, 0, opError("list", p.ID, err)
	}
	slices.Sort(paths)
	return paths, size, problems.Err()
}

func checkSource(path string, d fs.DirEntry, names *collisions, problems *InvalidError) {
	if len(problems.Problems) >= 100 {
		return
	}
	if !d.Type().IsRegular() {
		problems.Add("Files", "%q is no regular file", clip(path))
	}
	if problem := pathProblem(path); problem != "" {
		problems.Add("Files", "%q %s", clip(path), problem)
		return
	}
	if other := names.add(path); other != "" {
		problems.Add("Files", "%q collides with %q where case does not count", clip(path), clip(other))
	}
}

func firstError(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}
