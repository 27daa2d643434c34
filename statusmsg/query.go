package statusmsg

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query selects messages. Every field that is set must match; the zero Query selects all.
type Query struct {
	// IDs are the message ids wanted.
	IDs []ID
	// Component, Site and Machine are compared without regard to case.
	Component, Site, Machine string
	// Since is the earliest time wanted, UTC.
	Since time.Time
	// After is the RecordID after which to start; 0 means at the first.
	After int64
	// Attribute, if not nil, must be among the message's attributes.
	Attribute *Attribute
}

// Matches reports whether m is selected by q.
func (q Query) Matches(m Message) bool {
	return (len(q.IDs) == 0 || slices.Contains(q.IDs, m.ID)) &&
		matchesName(q.Component, m.Component) &&
		matchesName(q.Site, m.Site) &&
		matchesName(q.Machine, m.Machine) &&
		!m.Time.Before(q.Since) &&
		(q.After == 0 || m.RecordID > q.After) &&
		(q.Attribute == nil || slices.Contains(m.Attributes, *q.Attribute))
}

func matchesName(wanted, name string) bool {
	return wanted == "" || strings.EqualFold(wanted, name)
}

// String describes q for an error: "message 9409 of SMS_CLOUD_SERVICES_MANAGER".
func (q Query) String() string {
	var b strings.Builder
	b.WriteString("message")
	for i, id := range q.IDs {
		if i > 0 {
			b.WriteString(" or")
		}
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(int(id)))
	}
	if q.Component != "" {
		b.WriteString(" of " + printable(q.Component))
	}
	if q.Machine != "" {
		b.WriteString(" on " + printable(q.Machine))
	}
	if q.Site != "" {
		b.WriteString(" at site " + printable(q.Site))
	}
	return b.String()
}
