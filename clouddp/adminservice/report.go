package adminservice

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/statusmsg"
)

const (
	// maxMessageText is how many characters a site takes as the text of a message, counted as Windows does.
	maxMessageText = 255
	// keyPrefix marks the attribute that holds the key of a message.
	keyPrefix = "clouddp:"
	// maxKey leaves room for the prefix in an attribute.
	maxKey = 200
	// firstLook and lastLook bound how often a message that was raised is looked for.
	firstLook = 100 * time.Millisecond
	lastLook  = 5 * time.Second
)

var _ statusmsg.Sink = (*Site)(nil)

// Report implements [statusmsg.Sink] for the user messages 39997 to 39999, whose severity must be that of their id; any
// other is [ErrUnsupported]. The text is the only insertion string, 1 to 255 characters without line breaks and tabs.
// Component, module, site and machine are those of the SMS Provider, whatever m says; Type (none means
// [statusmsg.Milestone]), Time in whole seconds, Win32Error, ProcessID, ThreadID and Attributes are kept.
//
// The key of a message, or a random one, becomes one more attribute ([statusmsg.AttributeObject], "clouddp:" and the
// key), by which the message is looked for, before it is raised and after it. Report returns when it is there. If it
// does not appear within s.Patience, or ctx ends, the error is [ErrUnknown]: it may still appear, and a new Report with
// the same key will find it then. One Site raises one message at a time. Two programs that report the same key at the
// same time may both raise it.
func (s *Site) Report(ctx context.Context, m statusmsg.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if err := validateReport(m); err != nil {
		return err
	}
	if err := s.connect(); err != nil {
		return err
	}
	if err := s.report(ctx, m); err != nil {
		return fmt.Errorf("adminservice: report message %d: %w", m.ID, err)
	}
	return nil
}

func validateReport(m statusmsg.Message) error {
	severities := map[statusmsg.ID]statusmsg.Severity{
		statusmsg.UserInformational: statusmsg.Informational, statusmsg.UserWarning: statusmsg.Warning,
		statusmsg.UserError: statusmsg.Error,
	}
	severity, ok := severities[m.ID]
	if !ok {
		return fmt.Errorf("adminservice: report message %d: a site takes 39997 to 39999 only: %w", m.ID, ErrUnsupported)
	}
	e := &errs.InvalidError{Subject: "adminservice: report"}
	if m.Severity != severity {
		e.Add("Severity", "is %v; message %d is %v", m.Severity, m.ID, severity)
	}
	if len(m.Insertions) != 1 {
		e.Add("Insertions", "are %d; give the text as the only one", len(m.Insertions))
	} else if !fits(m.Insertions[0]) {
		e.Add("Insertions", "hold a text that is empty, or longer than %d characters, or has line breaks or tabs", maxMessageText)
	}
	if len(m.Key) > maxKey || !plain(m.Key) {
		e.Add("Key", "is not up to %d printable ASCII characters without quotes and backslashes", maxKey)
	}
	return e.Err()
}

// fits reports whether a site takes a text.
func fits(text string) bool {
	return text != "" && len(utf16.Encode([]rune(text))) <= maxMessageText && !strings.ContainsAny(text, "\r\n\t")
}

func (s *Site) report(ctx context.Context, m statusmsg.Message) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.reporting:
		defer func() { s.reporting <- struct{}{} }()
	}
	mark := statusmsg.Attribute{ID: statusmsg.AttributeObject, Value: keyPrefix + m.Key}
	if m.Key == "" {
		mark.Value = keyPrefix + rand.Text()
	} else if there, err := s.reported(ctx, mark); there || err != nil {
		return err
	}
	raised := s.invoke(ctx, "raise", "SMS_StatusMessage."+raiseMethod(m.Severity), raiseParameters(m, mark))
	if raised != nil && !errors.Is(raised, ErrUnknown) {
		return raised
	}
	if err := s.appears(ctx, mark); err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, errors.Join(raised, err))
	}
	return nil
}

// reported reports whether a message with a mark is at the site.
func (s *Site) reported(ctx context.Context, mark statusmsg.Attribute) (bool, error) {
	for _, err := range s.Messages(ctx, statusmsg.Query{Attribute: &mark}) {
		return err == nil, err
	}
	return false, nil
}

// appears returns when a message with a mark is at the site.
func (s *Site) appears(ctx context.Context, mark statusmsg.Attribute) error {
	bounded, cancel := context.WithTimeoutCause(ctx, s.patience(), fmt.Errorf("it has not appeared within %v", s.patience()))
	defer cancel()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		there, err := s.reported(bounded, mark)
		if there {
			return nil
		}
		if sleep(bounded, pause) != nil {
			return errors.Join(context.Cause(bounded), err)
		}
	}
}

func raiseMethod(severity statusmsg.Severity) string {
	switch severity {
	case statusmsg.Warning:
		return "RaiseWarningStatusMsg"
	case statusmsg.Error:
		return "RaiseErrorStatusMsg"
	default:
		return "RaiseInformationalStatusMsg"
	}
}

// raiseParameters are documented in "RaiseInformationalStatusMsg Method in Class SMS_StatusMessage"; those of the other
// two are the same.
func raiseParameters(m statusmsg.Message, mark statusmsg.Attribute) map[string]any {
	ids, values := []uint32{mark.ID}, []string{mark.Value}
	for _, attribute := range m.Attributes {
		ids, values = append(ids, attribute.ID), append(values, attribute.Value)
	}
	at := m.Time
	if at.IsZero() {
		at = time.Now()
	}
	return map[string]any{
		"MessageText": m.Insertions[0],
		"MessageType": orDefault(uint32(m.Type), uint32(statusmsg.Milestone)),
		"Win32Error":  m.Win32Error,
		"ProcessID":   m.ProcessID,
		"ThreadID":    m.ThreadID,
		"Time":        at.UTC().Format(time.RFC3339),
		"AttrIDs":     ids,
		"AttrValues":  values,
	}
}
