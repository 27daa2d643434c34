package adcs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"
)

const (
	// maxIdle is how many connections are kept for the next call.
	maxIdle = 2
	// maxAnswer bounds the bytes that a server may send in answer to one request. A template takes some 4 KiB, and a
	// list of a thousand published ones 64 KiB.
	maxAnswer = 1 << 20
	// maxInTheClear bounds the answer before TLS stands, when nobody knows who gives it, maxHandshake that of TLS with its
	// certificates, maxToken that to a bind, and maxRoot what a domain controller says of itself, some 3 KiB.
	maxInTheClear, maxHandshake, maxToken, maxRoot = 4 << 10, 256 << 10, 64 << 10, 16 << 10
)

var (
	errSlow    = errors.New("no answer in time")
	errTooMuch = fmt.Errorf("an answer larger, or deeper, than any honest one: %w", ErrLimit)
)

// session is one authenticated connection, used by one call at a time.
type session struct {
	server string
	// mayWrite is asked before each write.
	mayWrite func(*session) bool

	raw  *meter
	conn *ldap.Conn
	// config and domain are the distinguished names of the configuration of the forest and of the domain.
	config, domain string
	// used says that the connection has served a call before, so that the server may have closed it since.
	used bool
	// wrote says that the present call has sent a write, broken that the connection is of no use any more.
	wrote, broken bool
}

// call runs work with a session. A connection that was kept and turns out to be dead is replaced, unless a write was
// sent over it. The error of work is returned under the name of what was attempted.
func (d *Directory) call(ctx context.Context, what string, work func(context.Context, *session) error) error {
	if err := d.check(); err != nil {
		return err
	}
	timeout := d.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("%w: %v", errSlow, timeout))
	defer cancel()
	for {
		err := d.attempt(ctx, work)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return fmt.Errorf("adcs: %s: %w", what, err)
		}
		return nil
	}
}

// errStale says that a session turned out to be of no use before this call wrote anything: one kept from an earlier call was
// dead, or another domain controller has taken a write meanwhile.
var errStale = errors.New("the connection was closed")

func (d *Directory) attempt(ctx context.Context, work func(context.Context, *session) error) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	stop := s.closeWhenDone(ctx)
	err = work(ctx, s)
	if stop() && !s.broken {
		d.keep(s)
		return err
	}
	s.close()
	if err != nil && ctx.Err() == nil && s.used && !s.wrote && !s.raw.exhausted() && !errors.Is(err, errStale) {
		return fmt.Errorf("%w: %w", errStale, err)
	}
	return err
}

// session returns a connection kept from an earlier call, or a new one.
func (d *Directory) session(ctx context.Context) (*session, error) {
	if ctx.Err() != nil {
		return nil, failure(ctx, nil)
	}
	s, others := d.kept()
	for _, other := range others {
		other.close()
	}
	if s != nil {
		return s, nil
	}
	return d.connect(ctx)
}

// kept takes a connection to the chosen server out of those that are idle, if there is one, and all to others.
func (d *Directory) kept() (s *session, others []*session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle = slices.DeleteFunc(d.idle, func(s *session) bool {
		if s.server != d.chosen {
			others = append(others, s)
		}
		return s.server != d.chosen
	})
	if last := len(d.idle) - 1; last >= 0 {
		s, d.idle = d.idle[last], d.idle[:last]
	}
	return s, others
}

func (d *Directory) keep(s *session) {
	s.used, s.wrote = true, false
	d.mu.Lock()
	if len(d.idle) < maxIdle && d.chosen == s.server {
		d.idle = append(d.idle, s)
		s = nil
	}
	d.mu.Unlock()
	if s != nil {
		s.close()
	}
}

// start makes an LDAP client of conn, on which TLS stands.
func (s *session) start(conn net.Conn) {
	s.conn = ldap.NewConn(&shaped{Conn: conn, meter: s.raw}, true)
	s.conn.Start()
}

// closeWhenDone cuts the connection when ctx ends: go-ldap knows no context. The function that it returns calls that
// off, and reports whether it was in time.
func (s *session) closeWhenDone(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = s.raw.Close() })
}

func (s *session) close() {
	_ = s.raw.SetDeadline(time.Now()) // nothing that is being written keeps Close waiting
	if s.conn != nil {
		_ = s.conn.Close()
	}
	_ = s.raw.Close()
}

// meter is a connection on which an answer may have so many bytes and no more.
type meter struct {
	net.Conn

	left   atomic.Int64
	values atomic.Int64 // that have begun in this answer
}

// allow begins a new answer of at most maxAnswer bytes.
func (m *meter) allow() { m.allowOnly(maxAnswer) }

func (m *meter) allowOnly(bytes int64) {
	m.left.Store(bytes)
	m.values.Store(0)
}

func (m *meter) exhaust() { m.left.Store(-1) }

func (m *meter) exhausted() bool { return m.left.Load() < 0 }

// explain makes an error of an answer that was cut off say so: what reads it tells but of a connection that broke.
func (m *meter) explain(err error) error {
	if err == nil || !m.exhausted() || errors.Is(err, ErrLimit) {
		return err
	}
	return fmt.Errorf("%w: %w", errTooMuch, err)
}

// Read implements [net.Conn].
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if m.left.Add(-int64(n)) < 0 {
		return 0, errTooMuch
	}
	return n, err
}
