package dns

import (
	"context"
	"net"
	"sync"
	"time"
)

// burst is how much of its rate a meter lets through at once, since no timer is finer than about a millisecond.
const burst = 10 * time.Millisecond

// meter hands out turns at a rate. It is safe for concurrent use.
type meter struct {
	interval time.Duration
	mu       sync.Mutex
	next     time.Time
}

// newMeter returns a meter for so many turns a second; 0 means that it is always somebody's turn.
func newMeter(rate int) *meter {
	if rate == 0 {
		return &meter{}
	}
	return &meter{interval: time.Second / time.Duration(rate)}
}

// take takes a turn, or says when there will be one.
func (m *meter) take(now time.Time) (turn time.Time, ok bool) {
	if m.interval == 0 {
		return time.Time{}, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.next.After(now) {
		return m.next, false
	}
	m.advance(now)
	return time.Time{}, true
}

// wait takes the next turn that is free and waits for it.
func (m *meter) wait(ctx context.Context) error {
	timer := time.NewTimer(m.reserve())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (m *meter) reserve() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	turn := m.next
	m.advance(now)
	return turn.Sub(now)
}

// advance moves the next turn on; the caller holds the mutex.
func (m *meter) advance(now time.Time) {
	if earliest := now.Add(-burst); m.next.Before(earliest) {
		m.next = earliest
	}
	m.next = m.next.Add(m.interval)
}

// metered returns the audit's resolver, held to the rate: each query of [Check] dials, and dialling waits for a turn.
func (a *audit) metered() *Resolver {
	if a.options.Rate == 0 {
		return a.resolver
	}
	r := *a.resolver
	r.Timeout = a.timeout() + time.Second*time.Duration(a.options.InFlight)/time.Duration(a.options.Rate)
	r.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := a.meters[address].wait(ctx); err != nil {
			return nil, err
		}
		return a.resolver.dial(ctx, network, address)
	}
	return &r
}

// timeout bounds one try.
func (a *audit) timeout() time.Duration {
	if a.resolver.Timeout == 0 {
		return defaultTimeout
	}
	return a.resolver.Timeout
}
