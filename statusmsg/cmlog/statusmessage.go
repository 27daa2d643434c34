package cmlog

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/statusmsg"
)

const (
	statusPrefix = "STATMSG: "
	// statusTime is GMTDATE, which is in UTC; its milliseconds are read without being named.
	statusTime = "Mon Jan _2 15:04:05 2006"
)

// FormatStatusMessage returns m as the line that site components trace when they raise a status message:
//
//	STATMSG: ID=9409 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_CLOUD_SERVICES_MANAGER" SYS=… SITE=… PID=… TID=…
//	GMTDATE=… ISTR0="…" … ISTR9="" NUMATTRS=0 LE=0X0
//
// The format has ten insertion strings, so further ones are left out, and no escapes: line breaks are written as "~"
// and control characters as in [Writer.Write], a space is doubled where a value would be taken for the next field, and
// spaces in Machine and Site are written as "_". Key, RecordID and what is finer than a millisecond are not recorded.
func FormatStatusMessage(m statusmsg.Message) string {
	var b strings.Builder
	field := func(name, value string) { b.WriteString(name + value) }
	field(statusPrefix+"ID=", strconv.Itoa(int(m.ID)))
	field(" SEV=", severityLetter(m.Severity))
	field(" LEV=", typeLetter(m.Type))
	field(` SOURCE="`, statusValue(m.Module)+`"`)
	field(` COMP="`, statusValue(m.Component)+`"`)
	field(" SYS=", statusWord(m.Machine))
	field(" SITE=", statusWord(m.Site))
	field(" PID=", decimal(m.ProcessID))
	field(" TID=", decimal(m.ThreadID))
	field(" GMTDATE=", m.Time.UTC().Format("Mon Jan 02 15:04:05.000 2006"))
	for i := range statusmsg.MaxInsertions {
		insertion := ""
		if i < len(m.Insertions) {
			insertion = m.Insertions[i]
		}
		field(" ISTR"+strconv.Itoa(i)+`="`, statusValue(insertion)+`"`)
	}
	field(" NUMATTRS=", strconv.Itoa(len(m.Attributes)))
	for i, attribute := range m.Attributes {
		field(" AID"+strconv.Itoa(i)+"=", decimal(attribute.ID))
		field(" AVAL"+strconv.Itoa(i)+`="`, statusValue(attribute.Value)+`"`)
	}
	field(" LE=0X", strings.ToUpper(strconv.FormatUint(uint64(m.Win32Error), 16)))
	return b.String()
}

// ParseStatusMessage reads the STATMSG line that text, the message of an [Entry], holds. Quotes inside values, which
// the format does not escape, are kept; empty insertion strings at the end are dropped. Text that is no such line, or a
// damaged one, is an [*InvalidError] that names the field.
func ParseStatusMessage(text string) (statusmsg.Message, error) {
	line, found := strings.CutPrefix(strings.Trim(text, " ~\r\n"), statusPrefix)
	if !found {
		return statusmsg.Message{}, errs.Invalid("cmlog: status message", "text", "does not begin with %q", statusPrefix)
	}
	p := statusParser{rest: line}
	m := p.message()
	if p.missing != "" {
		return statusmsg.Message{}, errs.Invalid("cmlog: status message", p.missing, "is missing or unreadable")
	}
	return m, nil
}

// statusParser cuts a line field by field. A value ends where the next field begins and not at a quote, because
// quotes are not escaped.
type statusParser struct {
	rest    string
	missing string // the first field that could not be read
}

func (p *statusParser) message() statusmsg.Message {
	var m statusmsg.Message
	p.begin("ID=")
	m.ID = p.id("ID", " SEV=")
	m.Severity = severityOfLetter(p.until("SEV", " LEV="))
	m.Type = typeOfLetter(p.until("LEV", ` SOURCE="`))
	m.Module = p.until("SOURCE", `" COMP="`)
	m.Component = p.until("COMP", `" SYS=`)
	m.Machine = p.until("SYS", " SITE=")
	m.Site = p.until("SITE", " PID=")
	m.ProcessID = p.number("PID", " TID=")
	m.ThreadID = p.number("TID", " GMTDATE=")
	m.Time = p.time("GMTDATE", ` ISTR0="`)
	m.Insertions = p.insertions()
	m.Attributes, m.Win32Error = p.attributes()
	return m
}

func (p *statusParser) fail(field string) {
	if p.missing == "" {
		p.missing, p.rest = field, ""
	}
}

func (p *statusParser) begin(name string) {
	rest, found := strings.CutPrefix(p.rest, name)
	if !found {
		p.fail(strings.Trim(name, " ="))
		return
	}
	p.rest = rest
}

// until returns the value of field, which ends at end, and moves behind it.
func (p *statusParser) until(field, end string) string {
	value, rest, found := strings.Cut(p.rest, end)
	if !found {
		p.fail(field)
		return ""
	}
	p.rest = rest
	return value
}

func (p *statusParser) number(field, end string) uint32 {
	n, err := strconv.ParseUint(p.until(field, end), 10, 32)
	if err != nil {
		p.fail(field)
	}
	return uint32(n)
}

func (p *statusParser) id(field, end string) statusmsg.ID {
	n := p.number(field, end)
	if n > math.MaxUint16 {
		p.fail(field)
		return 0
	}
	return statusmsg.ID(n)
}

func (p *statusParser) time(field, end string) time.Time {
	t, err := time.Parse(statusTime, p.until(field, end))
	if err != nil {
		p.fail(field)
	}
	return t
}

func (p *statusParser) insertions() []string {
	values := make([]string, 0, statusmsg.MaxInsertions)
	last := 0
	for i := range statusmsg.MaxInsertions {
		end := `" NUMATTRS=`
		if i+1 < statusmsg.MaxInsertions {
			end = `" ISTR` + strconv.Itoa(i+1) + `="`
		}
		values = append(values, p.until("ISTR"+strconv.Itoa(i), end))
		if values[i] != "" {
			last = i + 1
		}
	}
	if last == 0 {
		return nil
	}
	return values[:last]
}

// attributes reads what follows NUMATTRS=, with the error code that newer sites append.
func (p *statusParser) attributes() ([]statusmsg.Attribute, uint32) {
	code := p.errorCode()
	digits, rest, _ := strings.Cut(p.rest, " ")
	count, ok := number(digits, 6)
	if !ok {
		p.fail("NUMATTRS")
		return nil, 0
	}
	p.rest = " " + rest
	var attributes []statusmsg.Attribute
	for i := range count {
		index := strconv.Itoa(i)
		p.begin(" AID" + index + "=")
		attribute := statusmsg.Attribute{ID: p.number("AID"+index, " AVAL"+index+`="`)}
		if i+1 < count {
			attribute.Value = p.until("AVAL"+index, `" AID`+strconv.Itoa(i+1)+"=")
			p.rest = " AID" + strconv.Itoa(i+1) + "=" + p.rest
		} else {
			attribute.Value = p.last("AVAL" + index)
		}
		attributes = append(attributes, attribute)
	}
	return attributes, code
}

// errorCode takes " LE=0X…" off the end.
func (p *statusParser) errorCode() uint32 {
	at := strings.LastIndex(p.rest, " LE=0X")
	if at < 0 {
		return 0
	}
	code, err := strconv.ParseUint(p.rest[at+len(" LE=0X"):], 16, 32)
	if err != nil {
		return 0
	}
	p.rest = p.rest[:at]
	return uint32(code)
}

// last returns the value that ends the line.
func (p *statusParser) last(field string) string {
	value, found := strings.CutSuffix(strings.TrimRight(p.rest, " "), `"`)
	if !found {
		p.fail(field)
	}
	return value
}

// statusValue makes a quoted value safe: it stays on the line and is not taken for the field after it.
func statusValue(s string) string {
	s = oneLine(s)
	if !strings.Contains(s, `" `) {
		return s
	}
	for _, name := range []string{"COMP=", "SYS=", "ISTR", "NUMATTRS=", "AID", "LE="} {
		s = strings.ReplaceAll(s, `" `+name, `"  `+name)
	}
	return s
}

// statusWord makes a value without quotes safe.
func statusWord(s string) string { return strings.ReplaceAll(oneLine(s), " ", "_") }

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
