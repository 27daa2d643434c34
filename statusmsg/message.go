package statusmsg

import (
	"fmt"
	"strings"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// ID is the number of a status message, 0 to 65535, without its severity bits.
type ID uint16

// The documented messages of the cloud services manager.
const (
	// CloudDPReady reports that a cloud distribution point has been provisioned.
	CloudDPReady ID = 9409
	// CertificateExpired reports that a certificate of a cloud distribution point has expired.
	CertificateExpired ID = 9425
)

// The messages that a site lets anybody raise; no others should be reported to a real one.
const (
	// UserInformational is the informational one.
	UserInformational ID = 39997
	// UserWarning is the warning.
	UserWarning ID = 39998
	// UserError is the error.
	UserError ID = 39999
)

// CloudServicesManager is the component that reports on cloud distribution points.
const CloudServicesManager = "SMS_CLOUD_SERVICES_MANAGER"

// MaxInsertions is how many insertion strings a site keeps for a message.
const MaxInsertions = 10

// Message is one status message.
type Message struct {
	// Key makes reporting idempotent: a [Sink] keeps one message for each non-empty Key.
	Key string
	// RecordID orders the messages of one source; the source assigns it.
	RecordID int64
	// ID, Severity and Type say what happened; FullID gives ID and Severity in one number.
	ID       ID
	Severity Severity
	Type     Type
	// Component raised the message; Module is the message file that holds its text, such as "SMS Server".
	Component, Module string
	// Site is the site code and Machine the server.
	Site, Machine string
	// TopLevelSite is the code of the site at the top of the hierarchy, which sites of today leave empty.
	TopLevelSite string
	// Time is in UTC.
	Time time.Time
	// ProcessID and ThreadID are those of the component.
	ProcessID, ThreadID uint32
	// ReportFunction and Flags say how the component raised the message.
	ReportFunction ReportFunction
	Flags          Flags
	// Win32Error is the system error or HRESULT, 0 for none.
	Win32Error uint32
	// Insertions are the insertion strings; Insertions[0] stands for %1. A site keeps [MaxInsertions].
	Insertions []string
	// Attributes are the searchable properties.
	Attributes []Attribute
}

// Validate returns an [*InvalidError] with every reason for which a site would not take m: an ID of 0, no component, a
// severity that is none of the three, or too many insertion strings.
func (m Message) Validate() error {
	invalid := &errs.InvalidError{Subject: "statusmsg: message"}
	if m.ID == 0 {
		invalid.Add("ID", "is 0; give the number of a message")
	}
	if m.Component == "" {
		invalid.Add("Component", "is empty; name the component that reports")
	}
	if m.Severity != Informational && m.Severity != Warning && m.Severity != Error {
		invalid.Add("Severity", "is %v; use Informational, Warning or Error", m.Severity)
	}
	if len(m.Insertions) > MaxInsertions {
		invalid.Add("Insertions", "are %d; a site keeps %d", len(m.Insertions), MaxInsertions)
	}
	return invalid.Err()
}

// FullID returns the number under which a message file holds the text of m.
func (m Message) FullID() FullID { return JoinID(m.Severity, 0, m.ID) }

// String returns m on one line for a log: time, severity, component, id and the insertion strings, quoted. It is safe
// to print whatever m holds. [Catalog.Text] gives the text that a person reads.
func (m Message) String() string {
	var b strings.Builder
	if !m.Time.IsZero() {
		b.WriteString(m.Time.UTC().Format(time.RFC3339))
		b.WriteByte(' ')
	}
	b.WriteString(m.Severity.String())
	if m.Component != "" {
		b.WriteString(" " + printable(m.Component))
	}
	fmt.Fprintf(&b, " %d", m.ID)
	if m.Win32Error != 0 {
		fmt.Fprintf(&b, " error=%#x", m.Win32Error)
	}
	for _, insertion := range m.Insertions {
		fmt.Fprintf(&b, " %q", insertion)
	}
	return b.String()
}

// printable returns s as it is if it is safe to print, else quoted.
func printable(s string) string {
	quoted := fmt.Sprintf("%q", s)
	if quoted[1:len(quoted)-1] == s {
		return s
	}
	return quoted
}
