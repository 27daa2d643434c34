package template

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// maxLDIF bounds a file; the templates of a forest fill some hundred kilobytes.
const maxLDIF = 16 << 20

// ParseLDIF reads what ldifde and ldapsearch write and [FormatLDIF] returns: objects, and changes of the types add,
// modify and delete. Comments and the summary of ldapsearch are dropped, and lines may end as on any system. A
// malformed file is an [*InvalidError] naming the line, one of more than 16 MiB [ErrLimit]; a value by reference, a
// control and a renaming are [ErrUnsupported]: no other file is ever opened.
func ParseLDIF(data []byte) ([]LDIFRecord, error) {
	if len(data) > maxLDIF {
		return nil, fmt.Errorf("template: LDIF: %d bytes, more than %d: %w", len(data), maxLDIF, ErrLimit)
	}
	p := &ldifParser{}
	var block []ldifLine
	for line := range logicalLines(string(data)) {
		if line.text != "" {
			block = append(block, line)
			continue
		}
		if err := p.record(block); err != nil {
			return nil, err
		}
		block = nil
	}
	if err := p.record(block); err != nil {
		return nil, err
	}
	return p.records, nil
}

// ldifLine is a line with those folded into it; empty between records.
type ldifLine struct {
	number int
	text   string
}

// logicalLines yields the lines of data, unfolded and without comments.
func logicalLines(data string) func(yield func(ldifLine) bool) {
	return func(yield func(ldifLine) bool) {
		var current ldifLine
		var parts []string
		flush := func() bool {
			current.text = strings.Join(parts, "")
			return len(parts) == 0 || strings.HasPrefix(current.text, "#") || yield(current)
		}
		number := 0
		for line := range strings.Lines(data) {
			number++
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			if folded, ok := strings.CutPrefix(line, " "); ok && len(parts) > 0 && parts[0] != "" {
				parts = append(parts, folded)
				continue
			}
			if !flush() {
				return
			}
			current, parts = ldifLine{number: number}, []string{line}
		}
		flush()
	}
}

type ldifParser struct {
	records []LDIFRecord
}

// record reads the lines of one record.
func (p *ldifParser) record(lines []ldifLine) error {
	if len(lines) > 0 && len(p.records) == 0 && strings.HasPrefix(lines[0].text, "version:") {
		if strings.TrimSpace(lines[0].text[len("version:"):]) != "1" {
			return lines[0].problem("is not version 1")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || isSummary(lines) {
		return nil
	}
	name, dn, err := lines[0].split()
	if err != nil {
		return err
	}
	if !strings.EqualFold(name, "dn") || len(dn) == 0 {
		return lines[0].problem("does not name an object: dn is missing")
	}
	r := LDIFRecord{DN: string(dn)}
	if r.ChangeType, lines, err = changeType(lines[1:]); err != nil {
		return err
	}
	switch r.ChangeType {
	case LDIFModify:
		r.Modifications, err = modifications(lines)
	default:
		r.Attributes, err = attributeLines(lines)
	}
	if err != nil {
		return err
	}
	if r.ChangeType == LDIFDelete && len(lines) > 0 {
		return lines[0].problem("follows a deletion")
	}
	if r.ChangeType != LDIFDelete && len(r.Attributes)+len(r.Modifications) == 0 {
		return errs.Invalid("template: LDIF", "dn", "%.300q has no attributes", r.DN)
	}
	p.records = append(p.records, r)
	return nil
}

// isSummary reports whether lines are what ldapsearch prints below the objects: how many there were, and references
// elsewhere.
func isSummary(lines []ldifLine) bool {
	return strings.HasPrefix(lines[0].text, "search: ") || strings.HasPrefix(lines[0].text, "ref: ")
}

// changeType takes the change type off the beginning of lines.
func changeType(lines []ldifLine) (string, []ldifLine, error) {
	if len(lines) == 0 {
		return "", nil, nil
	}
	name, value, err := lines[0].split()
	switch {
	case err != nil:
		return "", nil, err
	case strings.EqualFold(name, "control"):
		return "", nil, lines[0].unsupported("a control")
	case !strings.EqualFold(name, "changetype"):
		return "", lines, nil
	}
	switch t := string(value); t {
	case LDIFAdd, LDIFModify, LDIFDelete:
		return t, lines[1:], nil
	case "modrdn", "moddn":
		return "", nil, lines[0].unsupported("a renaming")
	default:
		return "", nil, lines[0].problem("change type %.20q is not known", t)
	}
}

func modifications(lines []ldifLine) ([]LDIFModification, error) {
	var all []LDIFModification
	for len(lines) > 0 {
		operation, of, err := lines[0].split()
		if err != nil {
			return nil, err
		}
		operation = strings.ToLower(operation)
		if operation != LDIFAdd && operation != LDIFDelete && operation != LDIFReplace {
			return nil, lines[0].problem("operation %.20q is not known", operation)
		}
		m := LDIFModification{operation, Attribute{Name: string(of)}}
		if !attributeForm.MatchString(m.Attribute.Name) {
			return nil, lines[0].problem("%.50q is not the name of an attribute", m.Attribute.Name)
		}
		end := 1
		for ; end < len(lines) && lines[end].text != "-"; end++ {
			name, value, err := lines[end].split()
			if err != nil {
				return nil, err
			}
			if !strings.EqualFold(name, m.Attribute.Name) {
				return nil, lines[end].problem("is about %s, not %s", name, m.Attribute.Name)
			}
			m.Attribute.Values = append(m.Attribute.Values, value)
		}
		if operation == LDIFAdd && len(m.Attribute.Values) == 0 {
			return nil, lines[0].problem("adds nothing")
		}
		all = append(all, m)
		lines = lines[min(end+1, len(lines)):] // the last hyphen may be missing
	}
	return all, nil
}

// attributeLines gathers values that follow one another under one name.
func attributeLines(lines []ldifLine) ([]Attribute, error) {
	var attributes []Attribute
	for _, line := range lines {
		name, value, err := line.split()
		if err != nil {
			return nil, err
		}
		if n := len(attributes); n > 0 && attributes[n-1].Name == name {
			attributes[n-1].Values = append(attributes[n-1].Values, value)
			continue
		}
		attributes = append(attributes, Attribute{name, [][]byte{value}})
	}
	return attributes, nil
}

// split returns the name and the value of a line.
func (l ldifLine) split() (name string, value []byte, err error) {
	name, rest, found := strings.Cut(l.text, ":")
	if !found || !attributeForm.MatchString(name) {
		return "", nil, l.problem("%.50q is not a name, a colon and a value", l.text)
	}
	switch {
	case strings.HasPrefix(rest, "<"):
		return "", nil, l.unsupported("a value by reference")
	case strings.HasPrefix(rest, ":"):
		value, err := base64.StdEncoding.Strict().DecodeString(strings.TrimLeft(rest[1:], " "))
		if err != nil {
			return "", nil, l.problem("%s is not Base64: %v", name, err)
		}
		return name, value, nil
	}
	return name, []byte(strings.TrimLeft(rest, " ")), nil
}

func (l ldifLine) problem(format string, args ...any) error {
	return errs.Invalid("template: LDIF", fmt.Sprintf("line %d", l.number), format, args...)
}

func (l ldifLine) unsupported(what string) error {
	return fmt.Errorf("template: LDIF: line %d: %s: %w", l.number, what, ErrUnsupported)
}
