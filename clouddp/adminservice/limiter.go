package adminservice

import (
	"context"
	"sync"
	"time"
)

// The service refuses an address that sends more than 200 requests within a second. A burst of 100 and another 100 a
// second stay below that in every second.
const (
	burst    = 100
	interval = time.Second / 100
)

// limiter spaces requests out. The zero value is ready.
type limiter struct {
	mu   sync.Mutex
	next time.Time // when the request after a burst would be due
}

// wait returns when a request may be sent, or ctx is done.
func (l *limiter) wait(ctx context.Context) error {
	return sleep(ctx, time.Until(l.reserve(time.Now())))
}

// reserve returns when the next request may be sent.
func (l *limiter) reserve(now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if earliest := now.Add(-burst * interval); l.next.Before(earliest) {
		l.next = earliest
	}
	l.next = l.next.Add(interval)
	return l.next
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
