package cmlog

import (
	"iter"
	"strings"

	"github.com/clouddp/sdk/statusmsg"
)

// EventKind is a step in the life of a cloud distribution point, as CloudMgr.log tells it.
type EventKind int

// The kinds.
const (
	// Other is every line that tells none of the steps.
	Other EventKind = iota
	// DeployStarted is "Starting to deploy service …".
	DeployStarted
	// ContainerWait repeats while the storage account is made: "Waiting for check if container exists. …".
	ContainerWait
	// ResourceStep is "Resource Manager - Creating … with deployment …".
	ResourceStep
	// RoleStatus tells [Event.Status] of the role instance, such as BusyRole or ReadyRole.
	RoleStatus
	// TaskStatus tells [Event.Status] of a task.
	TaskStatus
	// TaskFailed is the failure of a task, with the reason.
	TaskFailed
	// RetryScheduled says that a task will be tried again.
	RetryScheduled
	// Exception is an exception, in the service or in the communication with the cloud, with the reason.
	Exception
	// CertificateExpired is "… is in expired state" or status message 9425.
	CertificateExpired
	// Ready is status message 9409: the service is provisioned.
	Ready
)

// String returns the kind in lower case, as in "deploy started".
func (k EventKind) String() string {
	names := [...]string{
		"other", "deploy started", "container wait", "resource step", "role status", "task status", "task failed",
		"retry scheduled", "exception", "certificate expired", "ready",
	}
	if k < 0 || int(k) >= len(names) {
		return names[Other]
	}
	return names[k]
}

// Event is an entry of CloudMgr.log and what it tells; a field is empty where the line does not say.
type Event struct {
	// Entry is the line itself.
	Entry Entry
	// Kind is the step; [Other] if the line tells none.
	Kind EventKind
	// Service is the name of the cloud service and Task that of the task, such as "CreateDeployment".
	Service, Task string
	// Status is that of a role instance or of a task; of a resource step, what is made; of an expiry, the certificate.
	Status string
	// Reason is the text of a failure or exception; of a resource step, the deployment.
	Reason string
	// Raised is the status message that the line traces, else nil.
	Raised *statusmsg.Message
}

// Events reads the entries of a CloudMgr.log, from [Entries], [Follow] or [Merge], as events. Every entry is one;
// errors are passed on. The patterns are those of Microsoft's documentation of the log and of published excerpts.
func Events(entries iter.Seq2[Entry, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for e, err := range entries {
			if err != nil {
				yield(Event{}, err)
				return
			}
			if !yield(eventOf(e), nil) {
				return
			}
		}
	}
}

// eventOf tries one pattern after another.
func eventOf(e Entry) Event {
	text := strings.TrimPrefix(strings.Trim(e.Message, "~ \r\n"), "ERROR: ")
	for _, p := range eventPatterns {
		if event, ok := p.match(text); ok {
			event.Entry = e
			return event
		}
	}
	event := Event{Entry: e}
	if m, err := ParseStatusMessage(text); err == nil {
		event.Raised = &m
		switch m.ID {
		case statusmsg.CloudDPReady:
			event.Kind = Ready
		case statusmsg.CertificateExpired:
			event.Kind = CertificateExpired
		default:
		}
		if event.Kind != Other && len(m.Insertions) > 0 {
			event.Service = m.Insertions[0]
		}
	}
	return event
}

// eventPattern is text with fields in it: words that stand for themselves and, between them, the names of fields.
type eventPattern struct {
	kind  EventKind
	words []string // before the first field, between the fields, behind the last one
	fields
}

// fields are those between the words of a pattern.
type fields []func(e *Event) *string

func service(e *Event) *string { return &e.Service }
func task(e *Event) *string    { return &e.Task }
func status(e *Event) *string  { return &e.Status }
func reason(e *Event) *string  { return &e.Reason }

var eventPatterns = []eventPattern{
	{DeployStarted, []string{"Starting to deploy service ", ""}, fields{service}},
	{ContainerWait, []string{"Waiting for check if container exists"}, nil},
	{ResourceStep, []string{"Resource Manager - Creating ", " with deployment ", ""}, fields{status, reason}},
	{RoleStatus, []string{"Deployment instance status for service ", " is ", "."}, fields{service, status}},
	{TaskStatus, []string{"TaskManager: Task [", " for service ", "] status is ", ""}, fields{task, service, status}},
	{TaskFailed, []string{"TaskManager: Task [", " for service ", "] has failed. Exception ", ""}, fields{task, service, reason}},
	{RetryScheduled, []string{"TaskManager: Scheduling task [", " for service ", "] for retry."}, fields{task, service}},
	{Exception, []string{"Exception occured for service ", " : ", ""}, fields{service, reason}}, //nolint:misspell // The product writes it so.
	{Exception, []string{"Communication exception occured. ", ""}, fields{reason}},              //nolint:misspell // The product writes it so.
	{CertificateExpired, []string{"", " is in expired state", ""}, fields{status, reason}},
}

// match fills the fields of p from text; letters are taken in any case.
func (p *eventPattern) match(text string) (e Event, ok bool) {
	rest, ok := cutPrefixFold(text, p.words[0])
	if !ok {
		return Event{}, false
	}
	e.Kind = p.kind
	for i, field := range p.fields {
		word, end := p.words[i+1], len(rest)
		if word != "" {
			end = strings.Index(rest, word)
		}
		if end < 0 {
			return Event{}, false
		}
		*field(&e) = strings.TrimSpace(rest[:end])
		rest = rest[min(len(rest), end+len(word)):]
	}
	return e, true
}

func cutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
