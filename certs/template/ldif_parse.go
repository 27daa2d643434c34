package template

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Bounds of a file. The templates of a forest fill some hundred kilobytes, and a template has some thirty lines.
const (
	maxLDIF        = 16 << 20
	maxLDIFLines   = 200_000 // unfolded: what becomes of the shortest stays within twice the bytes of the largest file
	maxRecordLines = 10_000
)

// ParseLDIF reads what ldifde and ldapsearch write and [FormatLDIF] returns: objects, and changes of the types add,
// modify and delete. Comments and the summary of ldapsearch are dropped, and lines may end as on any system. A
// malformed file is an [*InvalidError] naming the line; one of more than 16 MiB or 200 000 lines, or with 10 000 in one
// record, is [ErrLimit]; a value by reference, a control and a renaming are [ErrUnsupported]: no other file is ever
// opened.
func ParseLDIF(data []byte) ([]LDIFRecord, error) {
	if len(data) > maxLDIF {
		return nil, fmt.Errorf("template: LDIF: %d bytes, more than %d: %w", len(data), maxLDIF, ErrLimit)
	}
	p := &ldifParser{
		lines: ldifLines{rest: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))},
		names: map[string]string{},
	}
	for {
		block, err := p.block()
		if err != nil {
			return nil, err
		}
		if block == nil {
			return p.records, nil
		}
		if err := p.record(block); err != nil {
			return nil, err
		}
	}
}

type ldifParser struct {
	lines   ldifLines
	count   int               // of the lines so far, unfolded
	names   map[string]string // of the attributes so far, each once
	records []LDIFRecord
}

// block returns the next lines up to an empty one, nil at the end of the file.
func (p *ldifParser) block() ([]ldifLine, error) {
	var block []ldifLine
	for {
		line, done := p.lines.next()
		switch {
		case done, len(line.text) == 0 && len(block) > 0:
			return block, nil
		case len(line.text) == 0:
			continue
		}
		block = append(block, line)
		if p.count++; p.count > maxLDIFLines || len(block) > maxRecordLines {
			return nil, fmt.Errorf("template: LDIF: line %d: more than %d lines, or %d in a record: %w",
				line.number, maxLDIFLines, maxRecordLines, ErrLimit)
		}
	}
}

// record reads the lines of one record.
func (p *ldifParser) record(lines []ldifLine) error {
	if len(p.records) == 0 && lines[0].hasName("version") {
		if string(bytes.TrimSpace(lines[0].text[len("version:"):])) != "1" {
			return lines[0].problem("is not version 1")
		}
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[0].hasName("ref") { // ldapsearch: the object is elsewhere
		lines = lines[1:]
	}
	if len(lines) == 0 || isSummary(lines) {
		return nil
	}
	name, dn, err := lines[0].split()
	if err != nil {
		return err
	}
	if !strings.EqualFold(string(name), "dn") {
		return lines[0].problem("does not name an object: dn is missing")
	}
	r := LDIFRecord{DN: string(dn)}
	first := lines[0]
	if r.ChangeType, lines, err = changeType(lines[1:]); err != nil {
		return err
	}
	if r.DN == "" && r.ChangeType != "" {
		return first.problem("names no object to change")
	}
	switch r.ChangeType {
	case LDIFModify:
		r.Modifications, err = p.modifications(lines)
	default:
		r.Attributes, err = p.attributeLines(lines)
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

// isSummary reports whether lines are what ldapsearch prints below the objects: how the search ended, and no object.
func isSummary(lines []ldifLine) bool {
	for _, line := range lines {
		if line.hasName("dn") {
			return false
		}
	}
	return lines[0].hasName("search")
}

// changeType takes the change type off the beginning of lines.
func changeType(lines []ldifLine) (string, []ldifLine, error) {
	if len(lines) == 0 {
		return "", nil, nil
	}
	_, value, err := lines[0].split()
	switch {
	case err != nil:
		return "", nil, err
	case lines[0].hasName("control"):
		return "", nil, lines[0].unsupported("a control")
	case !lines[0].hasName("changetype"):
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

func (p *ldifParser) modifications(lines []ldifLine) ([]LDIFModification, error) {
	var all []LDIFModification
	for len(lines) > 0 {
		end := 1
		for end < len(lines) && string(lines[end].text) != "-" {
			end++
		}
		m, err := p.modification(lines[0], lines[1:end])
		if err != nil {
			return nil, err
		}
		all = append(all, m)
		lines = lines[min(end+1, len(lines)):] // the last hyphen may be missing
	}
	return all, nil
}

func (p *ldifParser) modification(head ldifLine, lines []ldifLine) (m LDIFModification, err error) {
	name, of, err := head.split()
	if err != nil {
		return m, err
	}
	m.Operation = strings.ToLower(string(name))
	if m.Operation != LDIFAdd && m.Operation != LDIFDelete && m.Operation != LDIFReplace {
		return m, head.problem("operation %.20q is not known", m.Operation)
	}
	if !isAttributeName(of) {
		return m, head.problem("%.50q is not the name of an attribute", of)
	}
	m.Attribute.Name = p.name(of)
	for _, line := range lines {
		name, value, err := line.split()
		if err != nil {
			return m, err
		}
		if !bytes.EqualFold(name, of) {
			return m, line.problem("is about %.100s, not %.100s", name, of)
		}
		m.Attribute.Values = append(m.Attribute.Values, value)
	}
	if m.Operation == LDIFAdd && len(lines) == 0 {
		return m, head.problem("adds nothing")
	}
	return m, nil
}

// attributeLines gathers values that follow one another under one name.
func (p *ldifParser) attributeLines(lines []ldifLine) ([]Attribute, error) {
	var attributes []Attribute
	for _, line := range lines {
		name, value, err := line.split()
		if err != nil {
			return nil, err
		}
		if n := len(attributes); n > 0 && attributes[n-1].Name == string(name) {
			attributes[n-1].Values = append(attributes[n-1].Values, value)
			continue
		}
		attributes = append(attributes, Attribute{p.name(name), [][]byte{value}})
	}
	return attributes, nil
}

// name returns the name of an attribute, of which the file keeps one copy.
func (p *ldifParser) name(text []byte) string {
	if name, known := p.names[string(text)]; known {
		return name
	}
	name := string(text)
	p.names[name] = name
	return name
}
