package cmlog

import "time"

// Dialect is one of the formats in which Configuration Manager writes its logs.
type Dialect int

const (
	// DialectUnknown marks text that is no record of any dialect.
	DialectUnknown Dialect = iota
	// Client is "<![LOG[text]LOG]!><time=… date=… component=… …>".
	Client
	// Server is "text  $$<component><date time+bias><thread=…>", the dialect of CloudMgr.log.
	Server
)

// String returns the dialect in lower case.
func (d Dialect) String() string {
	switch d {
	case DialectUnknown:
	case Client:
		return "client"
	case Server:
		return "server"
	}
	return "unknown"
}

// Entry is one record of a log.
type Entry struct {
	// Time is when it was written, in UTC; zero if the record does not say.
	Time time.Time
	// Local is the date and time as written, without zone, and Bias the minutes as written: UTC = local + bias.
	Local, Bias string
	// Component and Thread are the writer's. Thread is a decimal number.
	Component string
	Thread    string
	// Type is the raw type attribute of the client dialect, Severity its meaning. Type "0" is verbose output of some
	// writers and success of others; its Severity is unknown.
	Type     string
	Severity Severity
	// File and Context are attributes of the client dialect.
	File, Context string
	// Message is the text; its line breaks are kept.
	Message string
	// Dialect is the format the record was found in.
	Dialect Dialect
	// Offset and Length are the place of the record in the input, in bytes, without the line break that ends it.
	// Between two records there is nothing but line breaks and byte order marks.
	Offset, Length int64
	// Damaged is set on a record that was torn, headless or cut at the size limit; what could be read is kept.
	Damaged bool
}
