package cmlog

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// rotatedFiles are the open files that were once the log, oldest first.
type rotatedFiles []*generation

// rotated opens the files that path was renamed to; those that vanish meanwhile are left out.
func (t *tail) rotated() rotatedFiles {
	directory := filepath.Dir(t.path)
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	var files rotatedFiles
	for _, entry := range entries {
		if !isRotated(entry.Name(), filepath.Base(t.path)) {
			continue
		}
		if g, err := openGeneration(filepath.Join(directory, entry.Name())); err == nil {
			files = append(files, g)
		}
	}
	slices.SortStableFunc(files, func(a, b *generation) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	return files
}

// isRotated reports whether name is what a rotation makes of base: "CloudMgr.lo_" or "CloudMgr-20260918-163906.log" of
// "CloudMgr.log", as documented in "Log files in Configuration Manager".
func isRotated(name, base string) bool {
	extension := filepath.Ext(base)
	stem := strings.TrimSuffix(base, extension)
	rest, ok := strings.CutPrefix(name, stem)
	if !ok {
		return false
	}
	if strings.EqualFold(rest, ".lo_") {
		return true
	}
	stamp, ok := strings.CutSuffix(rest, extension)
	return ok && len(stamp) == len("-20260918-163906") && stamp[0] == '-' && stamp[9] == '-' &&
		strings.Trim(stamp, "-0123456789") == ""
}

// sighting is how a file is known again: its identity may pass to another file, its first bytes do not.
type sighting struct {
	info os.FileInfo
	head []byte
}

// sightings returns how to know the files again.
func (files rotatedFiles) sightings() []sighting {
	seen := make([]sighting, len(files))
	for i, g := range files {
		head := make([]byte, maxHead)
		n, _ := g.file.ReadAt(head, 0) // what can be read is enough
		seen[i] = sighting{g.info, head[:n]}
	}
	return seen
}

// seenIn reports whether g was seen before.
func (g *generation) seenIn(known []sighting) bool {
	return slices.ContainsFunc(known, func(s sighting) bool { return os.SameFile(g.info, s.info) && g.holds(s.head, 0) })
}

// forgo makes the files known without reading them.
func (t *tail) forgo(files rotatedFiles) {
	t.known = files.sightings()
	for _, g := range files {
		g.close()
	}
}
