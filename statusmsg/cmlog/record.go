package cmlog

import "strings"

// span is a part of a record, as offsets from its start.
type span struct{ from, to int }

// record tells where the parts of a record are.
type record struct {
	dialect Dialect
	damaged bool
	length  int

	message, date, clock, bias          span
	component, context, thread          span
	kind /* the type attribute */, file span
}

// recordParser reads the trailer whose marker is at place at of line; ok is false if it is none.
type recordParser func(line []byte, at int) (r record, ok bool)

// findRecord returns the first record of line, from its start to its trailer.
func findRecord(f *finder, line []byte, parse recordParser) (r record, ok bool) {
	for {
		at := f.find(line)
		if at < 0 {
			return record{}, false
		}
		if r, ok := parse(line, at); ok {
			return r, true
		}
		f.reject()
	}
}

// unrecognised returns length bytes of a log that belong to no record.
func unrecognised(length int) record {
	return record{length: length, message: span{0, length}}
}

// entry turns r, found at the start of data, into an Entry.
func (s *scanner) entry(data []byte, r record) Entry {
	s.scratch = append(s.scratch[:0], data[:r.length]...)
	s.scratch = append(s.scratch, data[r.date.from:r.date.to]...)
	s.scratch = append(s.scratch, ' ')
	s.scratch = append(s.scratch, data[r.clock.from:r.clock.to]...)
	text := string(s.scratch) // the one allocation of a record
	part := func(p span) string { return text[p.from:p.to] }

	e := Entry{
		Local:     strings.TrimSpace(text[r.length:]),
		Bias:      part(r.bias),
		Component: part(r.component),
		Thread:    part(r.thread),
		Type:      part(r.kind),
		File:      part(r.file),
		Context:   part(r.context),
		Message:   part(r.message),
		Dialect:   r.dialect,
		Offset:    s.window.offset,
		Length:    int64(r.length),
		Damaged:   r.damaged,
	}
	e.Time = s.options.utc(part(r.date), part(r.clock), e.Bias)
	switch r.dialect {
	case Client:
		e.Severity = severityOfType(e.Type)
	case Server:
		e.Severity = severityOfText(e.Message)
	case DialectUnknown:
	}
	return e
}
