package cmlog

import "github.com/clouddp/sdk/statusmsg"

// unknownLetter stands for what the format has no letter for.
const unknownLetter = "?"

func severityLetter(s statusmsg.Severity) string {
	switch s {
	case statusmsg.Informational:
		return "I"
	case statusmsg.Warning:
		return "W"
	case statusmsg.Error:
		return "E"
	case statusmsg.SeverityUnknown:
	}
	return unknownLetter
}

func severityOfLetter(letter string) statusmsg.Severity {
	switch letter {
	case "I":
		return statusmsg.Informational
	case "W":
		return statusmsg.Warning
	case "E":
		return statusmsg.Error
	}
	return statusmsg.SeverityUnknown
}

func typeLetter(t statusmsg.Type) string {
	switch t {
	case statusmsg.Milestone:
		return "M"
	case statusmsg.Detail:
		return "D"
	case statusmsg.Audit:
		return "A"
	case statusmsg.NTEvent:
		return "N"
	case statusmsg.TypeUnknown:
	}
	return unknownLetter
}

func typeOfLetter(letter string) statusmsg.Type {
	switch letter {
	case "M":
		return statusmsg.Milestone
	case "D":
		return statusmsg.Detail
	case "A":
		return statusmsg.Audit
	case "N":
		return statusmsg.NTEvent
	}
	return statusmsg.TypeUnknown
}
