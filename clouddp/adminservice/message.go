package adminservice

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// The framework that serves OData refuses filters of more than 100 nodes by default (ODataValidationSettings): three for a
// comparison and one for each "and" or "or".
const (
	messageClass   = "SMS_StatMsgWithInsStrings"
	attributeClass = "SMS_StatMsgAttributes"
	// batchSize is for how many messages the attributes are read at once.
	batchSize = 500
	// maxIDs is how many message ids are named in a filter.
	maxIDs = 15
	// timeSlack is by how much the service may see a time differently: times are known to be shifted by its time zone,
	// once or twice.
	timeSlack = 48 * time.Hour
)

var _ statusmsg.Source = (*Site)(nil)

// Messages implements [statusmsg.Source]: it reads the class SMS_StatMsgWithInsStrings and, from SMS_StatMsgAttributes,
// the attributes. What a query asks for is left to the site as far as that is safe, and checked again here.
func (s *Site) Messages(ctx context.Context, q statusmsg.Query) iter.Seq2[statusmsg.Message, error] {
	return func(yield func(statusmsg.Message, error) bool) {
		reader := &messages{site: s, query: q, yield: func(m statusmsg.Message) bool { return yield(m, nil) }}
		if err := reader.read(ctx); err != nil && !errors.Is(err, errStopped) {
			yield(statusmsg.Message{}, err)
		}
	}
}

// messages is one reading.
type messages struct {
	site  *Site
	query statusmsg.Query
	yield func(statusmsg.Message) bool
	batch []statusmsg.Message // without attributes
}

// read starts with the attributes where one is wanted, else with the messages.
func (m *messages) read(ctx context.Context) error {
	wanted := m.query.Attribute
	if wanted == nil || !plain(wanted.Value) {
		return m.readWhere(ctx, m.filter())
	}
	isWanted := and(m.after(), compare("AttributeID", "eq", number(int64(wanted.ID))), equalText("AttributeValue", wanted.Value))
	var records []int64
	var last int64 // a message may have the attribute twice
	for r, err := range m.site.list(ctx, attributesWhere(isWanted)) {
		if err != nil {
			return err
		}
		record := r.integer("RecordID")
		if record == last {
			continue
		}
		last = record
		if records = append(records, record); len(records) == batchSize {
			if err := m.readRecords(ctx, records); err != nil {
				return err
			}
			records = records[:0]
		}
	}
	return m.readRecords(ctx, records)
}

func (m *messages) readRecords(ctx context.Context, records []int64) error {
	for _, some := range ranges(records) {
		if err := m.readWhere(ctx, and(m.after(), some)); err != nil {
			return err
		}
	}
	return nil
}

// readWhere yields the messages that f and the query select.
func (m *messages) readWhere(ctx context.Context, f filter) error {
	l := listing{class: messageClass, keys: []string{"RecordID"}, by: "RecordID", filter: f}
	for r, err := range m.site.list(ctx, l) {
		if err != nil {
			return err
		}
		message, err := messageOf(r)
		if err != nil {
			return err
		}
		if !m.candidate(message) {
			continue
		}
		if m.batch = append(m.batch, message); len(m.batch) == batchSize {
			if err := m.flush(ctx); err != nil {
				return err
			}
		}
	}
	return m.flush(ctx)
}

// candidate reports whether a message is selected by the query but, maybe, for its attributes.
func (m *messages) candidate(message statusmsg.Message) bool {
	q := m.query
	q.Attribute = nil
	return q.Matches(message)
}

// flush completes the messages of the batch and yields those that the query selects.
func (m *messages) flush(ctx context.Context) error {
	attributes, err := m.site.attributes(ctx, m.batch)
	if err != nil {
		return err
	}
	for _, message := range m.batch {
		message.Attributes = attributes[message.RecordID]
		if !m.query.Matches(message) {
			continue
		}
		if err := context.Cause(ctx); err != nil {
			return fmt.Errorf("adminservice: read messages: %w", err)
		}
		if !m.yield(message) {
			return errStopped
		}
	}
	m.batch = m.batch[:0]
	return nil
}

// filter is what the site can select by itself: never less than what the query selects.
func (m *messages) filter() filter {
	q := m.query
	parts := []filter{
		m.after(), equalText("Component", q.Component), equalText("SiteCode", q.Site), equalText("MachineName", q.Machine),
	}
	if len(q.IDs) <= maxIDs {
		var ids []filter
		for _, id := range q.IDs {
			ids = append(ids, compare("MessageID", "eq", number(int64(id))))
		}
		parts = append(parts, or(ids...))
	}
	if !q.Since.IsZero() {
		parts = append(parts, compare("Time", "ge", instant(q.Since.Add(-timeSlack))))
	}
	return and(parts...)
}

func (m *messages) after() filter {
	if m.query.After == 0 {
		return ""
	}
	return compare("RecordID", "gt", number(m.query.After))
}

func messageOf(r *row) (statusmsg.Message, error) {
	m := statusmsg.Message{
		RecordID:       r.integer("RecordID"),
		ID:             statusmsg.ID(r.small("MessageID")),
		Severity:       statusmsg.Severity(r.bits("Severity")),
		Type:           statusmsg.Type(r.bits("MessageType")),
		Component:      r.text("Component"),
		Module:         r.text("ModuleName"),
		Site:           r.text("SiteCode"),
		Machine:        r.text("MachineName"),
		TopLevelSite:   r.text("TopLevelSiteCode"),
		Time:           r.time("Time"),
		ProcessID:      r.bits("ProcessID"),
		ThreadID:       r.bits("ThreadID"),
		ReportFunction: statusmsg.ReportFunction(r.bits("ReportFunction")),
		Flags:          statusmsg.Flags(r.bits("PerClient") | r.bits("Transaction") | r.bits("SuccessfulTransaction")),
		Win32Error:     r.bits("Win32Error"),
		Insertions:     r.numbered("InsString"),
	}
	if r.err != nil {
		return m, fmt.Errorf("adminservice: read message %d: %w", m.RecordID, r.err)
	}
	return m, nil
}

func attributesWhere(f filter) listing {
	keys := []string{"RecordID", "AttributeID", "AttributeValue", "AttributeTime"}
	return listing{class: attributeClass, keys: keys, by: "RecordID", repeats: true, filter: f}
}

// attributes returns the attributes of messages, which ascend, by RecordID.
func (s *Site) attributes(ctx context.Context, batch []statusmsg.Message) (map[int64][]statusmsg.Attribute, error) {
	records := make([]int64, len(batch))
	for i, m := range batch {
		records[i] = m.RecordID
	}
	found := map[int64][]statusmsg.Attribute{}
	for _, some := range ranges(records) {
		for r, err := range s.list(ctx, attributesWhere(some)) {
			if err != nil {
				return nil, err
			}
			record := r.integer("RecordID")
			attribute := statusmsg.Attribute{ID: r.bits("AttributeID"), Value: r.text("AttributeValue")}
			if r.err != nil {
				return nil, fmt.Errorf("adminservice: read attributes of message %d: %w", record, r.err)
			}
			found[record] = append(found[record], attribute)
		}
	}
	return found, nil
}

const (
	// maxGap is how many records nobody asked for are read along rather than left out by name.
	maxGap = 64
	// maxRanges is how many ranges of records are named in a filter.
	maxRanges = 10
)

// ranges returns filters that together select records, which ascend, and maybe some between them.
func ranges(records []int64) []filter {
	var filters, parts []filter
	for start := 0; start < len(records); {
		end := start + 1
		for end < len(records) && records[end]-records[end-1] <= maxGap {
			end++
		}
		first, last := number(records[start]), number(records[end-1])
		parts = append(parts, and(compare("RecordID", "ge", first), compare("RecordID", "le", last)))
		if start = end; len(parts) == maxRanges || start == len(records) {
			filters, parts = append(filters, or(parts...)), nil
		}
	}
	return filters
}
