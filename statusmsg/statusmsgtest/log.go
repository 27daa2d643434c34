package statusmsgtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// Log is an in-memory log of status messages, a [statusmsg.Source] and a [statusmsg.Sink] at once. The zero value is an
// empty log. It is safe for concurrent use and must not be copied.
type Log struct {
	// Delay is how long after its arrival a message can be read, as at a site, which processes messages one by one; 0
	// means at once. Report waits for it. Set it before use.
	Delay time.Duration

	mu      sync.Mutex
	records []record
	last    int64 // the last RecordID in use
	fault   error
}

// record is a message and since when it can be read.
type record struct {
	message statusmsg.Message
	visible time.Time
}

var (
	_ statusmsg.Source = (*Log)(nil)
	_ statusmsg.Sink   = (*Log)(nil)
)

// Fail makes the next call of Report or the next reading fail with err; nil takes an earlier Fail back.
func (l *Log) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault = err
}

// Plant adds messages as if the site itself had raised them: as they are, and without waiting. RecordIDs are assigned.
func (l *Log) Plant(messages ...statusmsg.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		l.add(m)
	}
}

// Lose uses up RecordIDs for messages that can never be read, as if they had been deleted at the site.
func (l *Log) Lose(count int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last += int64(max(count, 0))
}

// Report keeps m, unless a message with its Key is there already, and returns when it can be read. If ctx ends before
// that, m arrives nevertheless.
func (l *Log) Report(ctx context.Context, m statusmsg.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	visible, err := l.keep(ctx, m)
	if err == nil {
		err = until(ctx, visible)
	}
	if err != nil {
		return fmt.Errorf("statusmsgtest: report message %d: %w", m.ID, err)
	}
	return nil
}

// Messages yields the messages that can be read at the time of ranging.
func (l *Log) Messages(ctx context.Context, q statusmsg.Query) iter.Seq2[statusmsg.Message, error] {
	return func(yield func(statusmsg.Message, error) bool) {
		messages, err := l.read(ctx, q)
		for _, m := range messages {
			if err = ctx.Err(); err != nil {
				break
			}
			if !yield(m, nil) {
				return
			}
		}
		if err != nil {
			yield(statusmsg.Message{}, fmt.Errorf("statusmsgtest: read messages: %w", err))
		}
	}
}

// keep returns when m, or the message with its Key, can be read.
func (l *Log) keep(ctx context.Context, m statusmsg.Message) (visible time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refuse(ctx); err != nil {
		return time.Time{}, err
	}
	if m.Key != "" {
		known := func(r record) bool { return r.message.Key == m.Key }
		if i := slices.IndexFunc(l.records, known); i >= 0 {
			return l.records[i].visible, nil
		}
	}
	return l.add(m), nil
}

func (l *Log) read(ctx context.Context, q statusmsg.Query) ([]statusmsg.Message, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refuse(ctx); err != nil {
		return nil, err
	}
	now := time.Now()
	var messages []statusmsg.Message
	for _, r := range l.records {
		if !r.visible.After(now) && q.Matches(r.message) {
			messages = append(messages, clone(r.message))
		}
	}
	return messages, nil
}

// refuse returns why a call cannot be served; a fault serves once.
func (l *Log) refuse(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fault := l.fault
	l.fault = nil
	return fault
}

func (l *Log) add(m statusmsg.Message) (visible time.Time) {
	now := time.Now()
	m = clone(m)
	l.last++
	m.RecordID = l.last
	if m.Time.IsZero() {
		m.Time = now
	}
	m.Time = m.Time.UTC()
	visible = now.Add(l.Delay)
	l.records = append(l.records, record{message: m, visible: visible})
	return visible
}

// clone returns m with slices of its own.
func clone(m statusmsg.Message) statusmsg.Message {
	m.Insertions = slices.Clone(m.Insertions)
	m.Attributes = slices.Clone(m.Attributes)
	return m
}

func until(ctx context.Context, t time.Time) error {
	wait := time.Until(t)
	if wait <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}
