package cmlog

import (
	"strings"
	"unicode/utf8"
)

// span is a part of a record, as offsets from its start.
type span struct{ from, to int }

// record tells where the parts of a record are.
type record struct {
	dialect Dialect
	flags   Flags
	length  int

	message, bias                       span
	date, clock                         span // a stamp in one piece is all date
	component, context, thread          span
	kind /* the type attribute */, file span
}

// spans returns every part of r.
func (r *record) spans() [9]*span {
	return [...]*span{&r.message, &r.bias, &r.date, &r.clock, &r.component, &r.context, &r.thread, &r.kind, &r.file}
}

// recordParser reads into r the trailer whose marker is at place at of line and reports whether it is one.
type recordParser func(line []byte, at int, r *record) bool

// findRecord reads into r the first record of line, from its start to its trailer.
func findRecord(f *finder, line []byte, parse recordParser, r *record) bool {
	for {
		at := f.find(line)
		if at < 0 {
			return false
		}
		if parse(line, at, r) {
			return true
		}
		f.reject()
	}
}

// unrecognised returns length bytes of a log that belong to no record.
func unrecognised(length int) record {
	return record{length: length, message: span{0, length}}
}

// entry turns r, found at the start of the window, into an Entry.
func (s *scanner) entry(r *record) Entry {
	data := s.window.bytes()[:r.length]
	e := Entry{Dialect: r.dialect, Flags: r.flags, Offset: s.window.offset, Length: s.window.width(r.length)}
	if !utf8.Valid(data) {
		data = recode(data, r)
	}
	if s.options.EastBias && r.dialect == Client {
		r.splitUnsigned()
	}
	text, local := s.text(data, r)
	e.Local = local
	e.Bias = text[r.bias.from:r.bias.to]
	e.Component = text[r.component.from:r.component.to]
	e.Thread = text[r.thread.from:r.thread.to]
	e.Type = text[r.kind.from:r.kind.to]
	e.File = text[r.file.from:r.file.to]
	e.Context = text[r.context.from:r.context.to]
	e.Message = text[r.message.from:r.message.to]
	e.Time = s.clock.utc(text[r.date.from:r.date.to], text[r.clock.from:r.clock.to], e.Bias)
	e.Severity = severityOf(&e)
	if s.options.LineBreaks && r.dialect == Server {
		e.Message = decodeBreaks(e.Message)
	}
	return e
}

// text copies data, the record, into the strings that the Entry is made of.
func (s *scanner) text(data []byte, r *record) (text, local string) {
	date, clock := r.date, r.clock
	if clock.to == 0 || clock.from == date.to+1 {
		text = s.strings.copy(data, nil, nil)
		return text, text[date.from:max(date.to, clock.to)]
	}
	text = s.strings.copy(data, data[date.from:date.to], data[clock.from:clock.to])
	return text[:len(data)], strings.TrimPrefix(text[len(data):], " ")
}

// stringBlock is how much memory the strings of neighbouring records share.
const stringBlock = 8 << 10

// stringMaker makes many small strings with few allocations.
type stringMaker struct{ block strings.Builder }

// copy returns data and, unless empty, date and clock with a space between them.
func (m *stringMaker) copy(data, date, clock []byte) string {
	need := len(data) + len(date) + 1 + len(clock)
	if m.block.Cap()-m.block.Len() < need {
		m.block = strings.Builder{}
		m.block.Grow(max(need, stringBlock))
	}
	start := m.block.Len()
	m.block.Write(data)
	if len(date)+len(clock) > 0 {
		m.block.Write(date)
		m.block.WriteByte(' ')
		m.block.Write(clock)
	}
	return m.block.String()[start:]
}

// severityOf returns the severity that e records or, in a dialect that has none, that its text tells.
func severityOf(e *Entry) Severity {
	switch e.Dialect {
	case Client:
		return severityOfType(e.Type)
	case Server, Setup, Clipboard:
		return severityOfText(e.Message)
	case DialectUnknown:
	}
	return SeverityUnknown
}

// decodeBreaks turns the encoded line breaks of the server dialect into line feeds and drops those at either end.
func decodeBreaks(message string) string {
	if strings.IndexByte(message, '~') < 0 {
		return message
	}
	message = strings.ReplaceAll(strings.Trim(message, "~"), "~~", "\n")
	return strings.ReplaceAll(message, "~", "\n")
}
