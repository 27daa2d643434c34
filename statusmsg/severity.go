package statusmsg

import "fmt"

// Severity is the severity of a message as WMI and AdminService give it, unsigned; SQL views show the same bits signed
// (see [SeverityFrom]). The values are documented by Microsoft for the WMI class SMS_StatusMessage.
type Severity uint32

const (
	// SeverityUnknown is the zero value.
	SeverityUnknown Severity = 0
	// Informational is 1073741824.
	Informational Severity = 0x40000000
	// Warning is 2147483648, in SQL views -2147483648.
	Warning Severity = 0x80000000
	// Error is 3221225472, in SQL views -1073741824.
	Error Severity = 0xC0000000
)

// SeverityFrom returns the severity that a signed or unsigned number stands for: -1073741824 of a SQL view and
// 3221225472 of WMI are both [Error]. Only the low 32 bits count; a number that is no known severity is kept.
func SeverityFrom(number int64) Severity {
	return Severity(uint64(number) & 0xFFFFFFFF) //nolint:gosec // The sign bit is meant to be reinterpreted.
}

// String returns the severity in lower case, or the number in hexadecimal where it has no name.
func (s Severity) String() string {
	switch s {
	case SeverityUnknown:
		return "unknown"
	case Informational:
		return "informational"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("severity(%#x)", uint32(s))
}

// Type is the kind of a message; other values than those named here are kept. The values are documented by Microsoft
// for the WMI class SMS_StatusMessage.
type Type uint32

const (
	// TypeUnknown is the zero value.
	TypeUnknown Type = 0
	// Milestone marks the end of an operation.
	Milestone Type = 0x100
	// Detail reports a step of one.
	Detail Type = 0x200
	// Audit reports what somebody did.
	Audit Type = 0x300
	// NTEvent was copied from an event log.
	NTEvent Type = 0x400
)

// String returns the type in lower case, or the number in hexadecimal where it has no name.
func (t Type) String() string {
	switch t {
	case TypeUnknown:
		return "unknown"
	case Milestone:
		return "milestone"
	case Detail:
		return "detail"
	case Audit:
		return "audit"
	case NTEvent:
		return "nt event"
	}
	return fmt.Sprintf("type(%#x)", uint32(t))
}
