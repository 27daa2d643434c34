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

// rareLetters has a bit for the rarest letter of each word that severityOfText looks for. The last five bits of a letter are
// the same in either case.
const rareLetters uint32 = 1<<('r'%32) | 1<<('f'%32) | 1<<('w'%32)

// severityOfText reads the severity from a message as CMTrace does: "error", or "fail" but not "failover", is an error
// and "warn" a warning, in any case.
func severityOfText(text string) Severity {
	severity := Info
	for i := range len(text) {
		if rareLetters>>(text[i]%32)&1 == 0 {
			continue
		}
		switch text[i] | 0x20 {
		case 'r':
			if i > 0 && hasFold(text[i-1:], "error") {
				return Error
			}
		case 'f':
			if hasFold(text[i:], "fail") && !hasFold(text[i:], "failover") {
				return Error
			}
		case 'w':
			if hasFold(text[i:], "warn") {
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
