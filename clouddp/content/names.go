package content

import (
	"io/fs"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBlobName = 1024
	maxSegment  = 255
	maxPath     = 4096
)

var (
	blobSegment = regexp.MustCompile(`^[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$`)
	packageID   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$`)
	dosName     = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?$`)
)

// CheckName returns an [*InvalidError] unless name can name a blob: up to 1,024 letters, digits, '-', '_', '.' and '/',
// where no segment is empty or begins or ends with '.'. Every [Store] refuses other names.
func CheckName(name string) error {
	if len(name) > maxBlobName {
		return invalid("Name", "has %d characters, the limit is %d", len(name), maxBlobName)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !blobSegment.MatchString(segment) {
			return invalid("Name", "%q is no blob name: want segments of letters, digits, '-', '_', '.'", name)
		}
	}
	return nil
}

// CheckID returns an [*InvalidError] unless id can name a package: 1 to 128 letters, digits, '.', '_' and '-', a letter
// or digit first, no '.' last. Configuration Manager's own ids are such: ABC00001, ABC00001.1, Content_<GUID>.1.
func CheckID(id string) error {
	if !packageID.MatchString(id) {
		return invalid("ID", "%q is no package id: want 1 to 128 letters, digits, '.', '_', '-'", clip(id))
	}
	return nil
}

// pathProblem says why a file of this path cannot be written under Windows, macOS and Linux alike; empty if it can.
// The rules for Windows are documented by Microsoft in "Naming Files, Paths, and Namespaces".
func pathProblem(path string) string {
	switch {
	case !utf8.ValidString(path):
		return "is not UTF-8"
	case len(path) > maxPath:
		return "is longer than 4096 bytes"
	case path == "." || !fs.ValidPath(path):
		return "is not a relative path without empty, '.' and '..' elements"
	case strings.HasPrefix(foldCase(path), partialPrefix):
		return "begins with " + partialPrefix + ", which Fetch uses itself"
	}
	for element := range strings.SplitSeq(path, "/") {
		if problem := elementProblem(element); problem != "" {
			return problem
		}
	}
	return ""
}

func elementProblem(element string) string {
	switch {
	case len(element) > maxSegment:
		return "has an element longer than 255 bytes"
	case strings.ContainsFunc(element, forbidden):
		return `contains a control character or one of \ : * ? " < > |`
	case strings.HasSuffix(element, ".") || strings.HasSuffix(element, " "):
		return "has an element that ends with a dot or a space"
	case dosName.MatchString(element):
		return "has an element that names a DOS device"
	}
	return ""
}

func forbidden(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`\:*?"<>|`, r) }

// collisions finds paths that are one and the same where case does not count.
type collisions struct {
	seen map[string]string // folded path of a file or folder to its spelling; a folder's ends with '/'
}

// add returns the earlier spelling that path collides with, empty if none.
func (c *collisions) add(path string) string {
	for i := range len(path) {
		if path[i] == '/' {
			if other := c.note(path[:i], "/"); other != "" {
				return other
			}
		}
	}
	if _, repeated := c.seen[foldCase(path)]; repeated {
		return c.seen[foldCase(path)]
	}
	return c.note(path, "")
}

func (c *collisions) note(path, kind string) string {
	folded := foldCase(path)
	if other, ok := c.seen[folded]; ok && other != path+kind {
		return other
	}
	c.seen[folded] = path + kind
	return ""
}

// foldCase maps strings that differ only in case to one string.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return unicode.ToLower(least)
	}, s)
}

// clip shortens hostile text for an error.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
