package cmlog

import "time"

// Dialect is one of the formats in which Configuration Manager writes its logs.
type Dialect int

const (
	// DialectUnknown marks text that is no record of any dialect.
	DialectUnknown Dialect = iota
	// Client is "<![LOG[text]LOG]!><time=… date=… component=… …>".
	Client
	// Server is "text  $$<component><date time+bias><thread=…>", the dialect of CloudMgr.log. SMS 1 and SMS 2.0 wrote
	// the time as "Wed May 21 17:09:02 1997~" and "Fri Oct 15 17:09:46.507 1999 Pacific Daylight Time".
	Server
	// Setup is "<Fri Dec  9 11:25:00 2022> text", as the set-up of a site system role logs.
	Setup
	// Clipboard is a row copied out of CMTrace: "text", component, "9/18/2026 4:39:06 PM" and "2624 (0xA40)" with tabs
	// between them, or "component 2624 (0xA40) text" as Microsoft's documentation prints it.
	Clipboard
)

// String returns the dialect in lower case.
func (d Dialect) String() string {
	switch d {
	case DialectUnknown:
	case Client:
		return "client"
	case Server:
		return "server"
	case Setup:
		return "setup"
	case Clipboard:
		return "clipboard"
	}
	return "unknown"
}

// Entry is one record of a log.
type Entry struct {
	// Time is when it was written, in UTC; zero if the record does not say.
	Time time.Time
	// Local is the date and time as written, without zone, and Bias the minutes as written: UTC = local + bias. SMS 2.0
	// wrote the name of a zone instead, which is kept and not interpreted.
	Local, Bias string
	// Component and Thread are the writer's. Thread is a decimal number; SMS 1 wrote hexadecimal ones.
	Component string
	Thread    string
	// Type is the raw type attribute of the client dialect, Severity its meaning. Type "0" is verbose output of some
	// writers and success of others; its Severity is unknown.
	Type     string
	Severity Severity
	// File and Context are attributes of the client dialect.
	File, Context string
	// Message is the text in UTF-8; its line breaks are kept. It may hold control characters: see [Printable].
	Message string
	// Dialect is the format the record was found in.
	Dialect Dialect
	// Offset and Length are the place of the record in the input, in bytes, without the line break that ends it.
	// Between two records there is nothing but line breaks and byte order marks.
	Offset, Length int64
	// Flags tell what is missing of a damaged record; what could be read is kept.
	Flags Flags
}
