package dns

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// linesPerServer is how many sockets ask one server side by side.
	linesPerServer = 2
	// ticks is how often within the time of one try a line looks for queries that were left without an answer.
	ticks = 8
)

var errSilent = errors.New("it left every query of late without an answer")

// askAll asks about every alias over a few long-lived sockets to each server. It fails if servers fell silent before all
// were asked about.
func (a *audit) askAll(ctx context.Context) error {
	servers := slices.Compact(slices.Sorted(slices.Values(a.resolver.Servers)))
	for _, server := range servers {
		a.meters[server] = newMeter(a.options.Rate)
	}
	count := min(linesPerServer, a.options.InFlight)
	failures := make([]error, len(servers)*count)
	var lines sync.WaitGroup
	for i := range failures {
		l := a.newLine(servers[i/count], a.options.InFlight*(i%count+1)/count-a.options.InFlight*(i%count)/count)
		lines.Go(func() { failures[i] = l.run(ctx) })
	}
	lines.Wait()
	left := len(a.findings) - int(a.next.Load())
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case left > 0:
		return fmt.Errorf("%w: %d of %d aliases were not asked about: %w",
			ErrUnavailable, left, len(a.findings), errors.Join(failures...))
	}
	return nil
}

// take returns the next finding that nobody was asked about; nil at the end.
func (a *audit) take() *finding {
	for {
		i := a.next.Add(1) - 1
		if int(i) >= len(a.findings) {
			a.next.Add(-1)
			return nil
		}
		if f := &a.findings[i]; !f.settled {
			return f
		}
	}
}

// flight is one finding that a line asks about.
type flight struct {
	finding *finding
	// passed says that the way so far leads through the target.
	passed bool
	// expires is when an answer is no longer waited for.
	expires time.Time
}

// line asks one server over one socket, many queries at a time. One goroutine does all of it: it takes the answers that
// have arrived, and sends as many queries in their place, so that nothing is locked or woken.
type line struct {
	audit   *audit
	server  string
	meter   *meter
	window  int
	timeout time.Duration
	conn    BatchConn
	// asked are the flights that wait for an answer, by the id of the query.
	asked map[uint16]*flight
	// due are flights that wait to be sent, landed those that can be used again.
	due, landed []*flight
	// wake is the read deadline that is set.
	wake time.Time
	// silent counts the queries in a row that were left without an answer.
	silent int
	ids    *bufio.Reader
	// queries are packed and go out together. The room of queries, of replies and of answer is used again and again.
	queries, replies [][]byte
	answer           answer
}

func (a *audit) newLine(server string, window int) *line {
	l := &line{
		audit: a, server: server, meter: a.meters[server], window: window, timeout: a.timeout(),
		asked: make(map[uint16]*flight, window), ids: bufio.NewReaderSize(rand.Reader, 512),
		queries: make([][]byte, 0, window), replies: make([][]byte, min(window, maxReplies)),
	}
	for i := range l.replies {
		l.replies[i] = make([]byte, maxPacket)
	}
	return l
}

// run works until nothing is left to ask about, over a new connection, with a new port, where one fails. It gives up on a
// server that does not answer a plain question either; what was in flight by then is set aside.
func (l *line) run(ctx context.Context) error {
	for {
		err := l.connect(ctx)
		for _, f := range slices.Concat(l.due, slices.Collect(maps.Values(l.asked))) {
			l.audit.setAside(f.finding)
		}
		clear(l.asked)
		l.due, l.silent = nil, 0
		if err == nil || ctx.Err() != nil || !l.alive(ctx) {
			return err
		}
	}
}

// alive reports whether the server answers at all: who is silent about some names may be well, and they be hopeless.
func (l *line) alive(ctx context.Context) bool {
	for range rounds {
		if _, err := l.audit.resolver.exchange(ctx, l.server, question{kind: dnsmessage.TypeSOA, recurse: true}); err == nil {
			return true
		}
	}
	return false
}

// connect works over one connection. The end of ctx closes it, which ends any wait on it.
func (l *line) connect(ctx context.Context) error {
	conn, err := l.audit.resolver.dial(ctx, "udp", l.server)
	if err != nil {
		return fmt.Errorf("%s: %w", l.server, err)
	}
	batch := inBatches(conn, l.window)
	hangUp := func() { _ = batch.Close() }
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	l.conn, l.wake = batch, time.Time{}
	if err := l.pump(ctx); err != nil {
		return fmt.Errorf("%s: %w", l.server, err)
	}
	return nil
}

// pump sends and receives until nothing is left.
func (l *line) pump(ctx context.Context) error {
	for {
		now := time.Now()
		turn, err := l.fill(now)
		if err != nil || len(l.asked)+len(l.due) == 0 {
			return err
		}
		if err := l.setWake(now, turn); err != nil {
			return err
		}
		n, err := l.conn.ReadBatch(l.replies)
		for _, reply := range l.replies[:n] {
			l.land(ctx, reply)
		}
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case !l.expire(time.Now()):
			return errSilent
		}
	}
}

// fill sends queries until the window is full or the rate forbids, in which case turn says until when.
func (l *line) fill(now time.Time) (turn time.Time, err error) {
	l.queries = l.queries[:0]
	for len(l.asked) < l.window && (len(l.due) > 0 || l.takeOff()) {
		next, free := l.meter.take(now)
		if !free {
			turn = next
			break
		}
		f := l.due[len(l.due)-1]
		l.due = l.due[:len(l.due)-1]
		l.pack(f, now)
	}
	if len(l.queries) > 0 {
		err = l.conn.WriteBatch(l.queries)
	}
	return turn, err
}

// takeOff makes a flight of the next finding, if there is one.
func (l *line) takeOff() bool {
	next := l.audit.take()
	if next == nil {
		return false
	}
	f := &flight{}
	if last := len(l.landed) - 1; last >= 0 {
		f, l.landed = l.landed[last], l.landed[:last]
	}
	*f = flight{finding: next}
	l.due = append(l.due, f)
	return true
}

// pack queues the question for the address of the end of f, under a random id that is not in use.
func (l *line) pack(f *flight, now time.Time) {
	var id [2]byte
	for {
		_, _ = io.ReadFull(l.ids, id[:]) // crypto/rand never fails
		if _, used := l.asked[binary.BigEndian.Uint16(id[:])]; !used {
			break
		}
	}
	f.expires = now.Add(l.timeout)
	l.asked[binary.BigEndian.Uint16(id[:])] = f
	l.queries = l.queries[:len(l.queries)+1] // at most the window
	query := &l.queries[len(l.queries)-1]
	*query = appendQuery((*query)[:0], id, f.finding.End)
}

// appendQuery appends a recursive query for the address of a canonical name (RFC 1035, section 4.1).
func appendQuery(message []byte, id [2]byte, name string) []byte {
	message = append(message, id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for label := range strings.SplitSeq(name, ".") {
		message = append(message, byte(len(label))) //nolint:gosec // at most maxLabel
		message = append(message, label...)
	}
	return append(message, 0, 0, byte(dnsmessage.TypeA), 0, byte(dnsmessage.ClassINET))
}

// setWake makes the next read end when something else is to be done: at the turn if there is one, else at the next tick.
func (l *line) setWake(now, turn time.Time) error {
	wake := l.wake
	if !wake.After(now) {
		wake = now.Add(l.timeout / ticks)
	}
	if !turn.IsZero() && turn.Before(wake) {
		wake = turn
	}
	if wake.Equal(l.wake) {
		return nil
	}
	l.wake = wake
	return l.conn.SetReadDeadline(wake)
}

// land takes a message. One that does not answer a query of this line, from its server, is dropped.
func (l *line) land(ctx context.Context, message []byte) {
	if len(message) < 2 {
		return
	}
	id := binary.BigEndian.Uint16(message)
	f, found := l.asked[id]
	if !found {
		return
	}
	err := l.answer.parse(message, id, question{name: f.finding.End, kind: dnsmessage.TypeA, recurse: true})
	if errors.Is(err, errOtherReply) {
		return
	}
	delete(l.asked, id)
	l.silent = 0
	next, problem := stepOdd, Problem{}
	if err == nil {
		next, problem = f.judge(&l.answer)
	}
	switch next {
	case stepAgain:
		l.due = append(l.due, f)
		return
	case stepOdd:
		l.audit.setAside(f.finding)
	case stepSettled:
		l.audit.settle(ctx, f.finding, problem)
	}
	l.landed = append(l.landed, f)
}

// expire sets aside what was left without an answer, and reports whether there is hope for the rest.
func (l *line) expire(now time.Time) bool {
	for id, f := range l.asked {
		if f.expires.After(now) {
			continue
		}
		delete(l.asked, id)
		l.silent++
		l.audit.setAside(f.finding)
		l.landed = append(l.landed, f)
	}
	return l.silent <= 2*l.window
}
