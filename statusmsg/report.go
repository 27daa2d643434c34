package statusmsg

import (
	"fmt"
	"strings"
)

// ReportFunction is how a component raised a message; other values than those named here are kept. The values are
// documented by Microsoft for the WMI class SMS_StatusMessage.
type ReportFunction uint32

const (
	// PlainReport is a message on its own.
	PlainReport ReportFunction = 0
	// BeginTransaction opens a series of messages.
	BeginTransaction ReportFunction = 16
	// CommitSuccessfulTransaction closes a series that went well.
	CommitSuccessfulTransaction ReportFunction = 32
	// CommitFailedTransaction closes a series that failed.
	CommitFailedTransaction ReportFunction = 48
	// RollbackTransaction takes a series back.
	RollbackTransaction ReportFunction = 64
	// ExtendedReport is a message with attributes.
	ExtendedReport ReportFunction = 80
)

// String returns the function in lower case, or the number where it has no name.
func (f ReportFunction) String() string {
	switch f {
	case PlainReport:
		return "report"
	case BeginTransaction:
		return "begin transaction"
	case CommitSuccessfulTransaction:
		return "commit successful transaction"
	case CommitFailedTransaction:
		return "commit failed transaction"
	case RollbackTransaction:
		return "roll back transaction"
	case ExtendedReport:
		return "extended report"
	}
	return fmt.Sprintf("report function(%d)", uint32(f))
}

// Flags are the properties PerClient, Transaction and SuccessfulTransaction of the WMI class SMS_StatusMessage. Each of
// them is documented to hold 0 or the bit that is named after it here, so Flags is their sum; other bits are kept.
type Flags uint32

const (
	// PerClient marks a message that is about one client.
	PerClient Flags = 2
	// Transaction marks a message that belongs to a series.
	Transaction Flags = 4
	// SuccessfulTransaction marks a message of a series that went well.
	SuccessfulTransaction Flags = 8
)

// Has reports whether every bit of flag is set.
func (f Flags) Has(flag Flags) bool { return f&flag == flag }

// String returns the flags separated by "|", and "none" for 0.
func (f Flags) String() string {
	var names []string
	for _, known := range []struct {
		flag Flags
		name string
	}{{PerClient, "per client"}, {Transaction, "transaction"}, {SuccessfulTransaction, "successful transaction"}} {
		if f.Has(known.flag) {
			names = append(names, known.name)
			f &^= known.flag
		}
	}
	if f != 0 {
		names = append(names, fmt.Sprintf("%#x", uint32(f)))
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, "|")
}
