package template

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Change types of an [LDIFRecord], and operations of an [LDIFModification].
const (
	LDIFAdd     = "add"
	LDIFDelete  = "delete"
	LDIFModify  = "modify"
	LDIFReplace = "replace"
)

// LDIFRecord is one object in a file of RFC 2849, or what to do with it.
type LDIFRecord struct {
	// DN is the distinguished name of the object; empty for the root of a directory (rootDSE) as it is.
	DN string
	// ChangeType is LDIFAdd, LDIFModify or LDIFDelete, or empty for an object as it is.
	ChangeType string
	// Attributes are those of the object, unless it is deleted or modified.
	Attributes []Attribute
	// Modifications are made in this order if ChangeType is LDIFModify.
	Modifications []LDIFModification
}

// LDIFModification is a change to one attribute.
type LDIFModification struct {
	// Operation is LDIFAdd, LDIFDelete or LDIFReplace.
	Operation string
	// Attribute holds the values to add, to delete (none for all of them) or to have in place of the old ones.
	Attribute Attribute
}

// ldifWidth is the length of a line before it is folded, that of ldapsearch.
const ldifWidth = 76

var specialInName = regexp.MustCompile(`[,+"\\<>;=]|^[# ]| $`)

// isAttributeName reports whether name is that of an attribute, options included: "userCertificate;binary".
func isAttributeName[T string | []byte](name T) bool {
	options := false
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
		case c == '.' && !options:
		case c == '-' && i > 0:
		case c == ';' && i > 0 && name[i-1] != ';':
			options = true
		default:
			return false
		}
	}
	return len(name) > 0 && name[len(name)-1] != ';'
}

// isSafe reports whether RFC 2849 allows value as it is; a space at the end would be lost to the eye.
func isSafe(value []byte) bool {
	for _, c := range value {
		if c == 0 || c == '\n' || c == '\r' || c > 0x7F {
			return false
		}
	}
	return len(value) == 0 || !bytes.ContainsRune([]byte(" :<"), rune(value[0])) && value[len(value)-1] != ' '
}

// FormatLDIF returns records as ldifde and ldapmodify read them: folded after 76 characters, values that are not plain
// text in Base64, an empty line behind each record. A change of an object without a name, an attribute without a value
// and what RFC 2849 has no word for are an [*InvalidError].
func FormatLDIF(records []LDIFRecord) ([]byte, error) {
	w := &ldifWriter{problems: errs.InvalidError{Subject: "template: LDIF"}}
	for _, r := range records {
		w.record(r)
	}
	if err := w.problems.Err(); err != nil {
		return nil, err
	}
	return w.text.Bytes(), nil
}

type ldifWriter struct {
	text     bytes.Buffer
	problems errs.InvalidError
}

func (w *ldifWriter) record(r LDIFRecord) {
	if r.DN == "" && r.ChangeType != "" {
		w.problems.Add("DN", "is empty, which only the root of a directory (rootDSE) is called; it cannot be changed")
	}
	w.line("dn", []byte(r.DN))
	if r.ChangeType != "" {
		w.line("changetype", []byte(r.ChangeType))
	}
	isContent := r.ChangeType == "" || r.ChangeType == LDIFAdd
	if !isContent && r.ChangeType != LDIFModify && r.ChangeType != LDIFDelete {
		w.problems.Add("ChangeType", "%.300q: %.300q is not add, modify or delete", r.DN, r.ChangeType)
	}
	if len(r.Attributes) > 0 != isContent || len(r.Modifications) > 0 != (r.ChangeType == LDIFModify) {
		w.problems.Add("Attributes", "%.300q: %d attributes and %d modifications do not fit change type %.300q",
			r.DN, len(r.Attributes), len(r.Modifications), r.ChangeType)
	}
	for _, a := range r.Attributes {
		if len(a.Values) == 0 {
			w.problems.Add("Attributes", "%.300q: %.300q has no value", r.DN, a.Name)
		}
		w.attribute(a)
	}
	for _, m := range r.Modifications {
		w.modification(r.DN, m)
	}
	w.text.WriteString("\n")
}

func (w *ldifWriter) modification(dn string, m LDIFModification) {
	if !slices.Contains([]string{LDIFAdd, LDIFDelete, LDIFReplace}, m.Operation) ||
		m.Operation == LDIFAdd && len(m.Attribute.Values) == 0 {
		w.problems.Add("Modifications", "%.300q: operation %.300q with %d values", dn, m.Operation, len(m.Attribute.Values))
	}
	w.line(m.Operation, []byte(m.Attribute.Name))
	w.attribute(m.Attribute)
	w.text.WriteString("-\n")
}

func (w *ldifWriter) attribute(a Attribute) {
	if !isAttributeName(a.Name) {
		w.problems.Add("Attributes", "%.300q is not the name of an attribute", a.Name)
		return
	}
	for _, v := range a.Values {
		w.line(a.Name, v)
	}
}

func (w *ldifWriter) line(name string, value []byte) {
	line := name + ": " + string(value)
	switch {
	case len(value) == 0:
		line = name + ":"
	case !isSafe(value):
		line = name + ":: " + base64.StdEncoding.EncodeToString(value)
	}
	for width := ldifWidth; len(line) > width; width = ldifWidth - 1 {
		w.text.WriteString(line[:width] + "\n ")
		line = line[width:]
	}
	w.text.WriteString(line + "\n")
}

// Template returns the template that r is: its name out of DN, its access out of nTSecurityDescriptor where that is
// present. Errors are those of [ParseAttributes] and [ParseSecurityDescriptor].
func (r LDIFRecord) Template() (Template, error) {
	name, ok := commonName(r.DN)
	if !ok {
		return Template{}, errs.Invalid("template: LDIF", "DN", "%.300q does not begin with a common name", r.DN)
	}
	t, err := ParseAttributes(name, r.Attributes)
	if err != nil {
		return Template{}, err
	}
	for _, value := range find(r.Attributes, securityAttribute) {
		security, err := ParseSecurityDescriptor(value)
		if err != nil {
			return Template{}, fmt.Errorf("template: %.300q: %w", name, err)
		}
		t.Security, t.Access = security, security.Access()
	}
	return t, nil
}

// commonName returns the value of the first part of a distinguished name.
func commonName(dn string) (name string, ok bool) {
	if len(dn) < 3 || !strings.EqualFold(dn[:3], "CN=") {
		return "", false
	}
	var b strings.Builder
	for rest := dn[3:]; rest != "" && rest[0] != ','; {
		skip := 1
		if rest[0] == '\\' {
			if len(rest) < 2 {
				return "", false
			}
			rest = rest[1:]
			if char, err := hex.DecodeString(rest[:min(2, len(rest))]); err == nil {
				rest, skip = string(char)+rest[2:], len(char)
			}
		}
		b.WriteString(rest[:skip])
		rest = rest[skip:]
	}
	return b.String(), true
}

// commonNamePart returns name as the first part of a distinguished name, RFC 4514.
func commonNamePart(name string) string {
	return "CN=" + specialInName.ReplaceAllString(name, `\$0`)
}
