package cmlog

// Severity of an entry. The server dialect does not record it; it is then read from the text as CMTrace does.
type Severity int

const (
	// SeverityUnknown is the zero value.
	SeverityUnknown Severity = iota
	// Info is type 1.
	Info
	// Warning is type 2.
	Warning
	// Error is type 3.
	Error
)

// String returns the severity in lower case.
func (s Severity) String() string {
	switch s {
	case SeverityUnknown:
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "unknown"
}

// severityOfType returns the meaning of the type attribute.
func severityOfType(value string) Severity {
	switch value {
	case "1":
		return Info
	case "2":
		return Warning
	case "3":
		return Error
	}
	return SeverityUnknown
}

// severityOfText reads the severity from a message as CMTrace does: "error", or "fail" but not "failover", is an error
// and "warn" a warning, in any case.
func severityOfText(text string) Severity {
	severity := Info
	for i := 3; i < len(text); i++ {
		switch text[i] | 0x20 { // the last of the four letters that decide, and a rare one
		case 'o':
			if hasFold(text[i-3:], "error") {
				return Error
			}
		case 'l':
			if hasFold(text[i-3:], "fail") && !hasFold(text[i-3:], "failover") {
				return Error
			}
		case 'n':
			if hasFold(text[i-3:], "warn") {
				severity = Warning
			}
		}
	}
	return severity
}

// hasFold reports whether s begins with prefix, which is in lower case ASCII letters.
func hasFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if s[i]|0x20 != prefix[i] {
			return false
		}
	}
	return true
}
