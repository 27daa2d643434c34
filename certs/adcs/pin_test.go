package adcs_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/template"
)

const otherHost = "localhost"

// gated is a connection on which nothing is sent while the gate is held, which is a semaphore.
type gated struct {
	net.Conn

	gate chan struct{}
}

func (g gated) Write(p []byte) (int, error) {
	g.gate <- struct{}{}
	defer func() { <-g.gate }()
	return g.Conn.Write(p)
}

// pair is a directory with two servers in its list, and a gate in front of each.
type pair struct {
	*servers

	directory *adcs.Directory
	gates     map[string]chan struct{}
}

func newPair(f *forest) *pair {
	p := &pair{servers: &servers{}, directory: f.directory, gates: map[string]chan struct{}{
		adcstest.Host: make(chan struct{}, 1), otherHost: make(chan struct{}, 1),
	}}
	p.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := f.server.Dial(ctx, network, address)
		host, _, _ := net.SplitHostPort(address)
		return gated{conn, p.gates[host]}, err
	}
	f.directory.Servers, f.directory.Dial = []string{"ldaps://" + adcstest.Host, "ldaps://" + otherHost}, p.Dial
	return p
}

// admit lets just the named hosts take new connections; those that stand go on.
func (p *pair) admit(hosts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up, p.dialled = map[string]bool{}, nil
	for _, h := range hosts {
		p.up[h] = true
	}
}

func (p *pair) read(t *testing.T, name string) error {
	t.Helper()
	_, err := p.directory.Template(t.Context(), name)
	return err
}

// busy begins to put a template, over a connection that stands to a host, and returns when it waits to send something.
func (p *pair) busy(t *testing.T, host string, put template.Template) (finish func() error) {
	t.Helper()
	p.gates[host] <- struct{}{}
	done := make(chan error)
	go func() { done <- p.directory.PutTemplate(t.Context(), nil, put) }()
	synctest.Wait()
	return func() error {
		<-p.gates[host]
		return <-done
	}
}

// A server that is left while a call is busy there is chosen again by what that call writes.
func TestAWritePinsTheServerThatTakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForest(t)
		defer func() { _ = f.directory.Close() }()
		p := newPair(f)
		p.admit(adcstest.Host)
		put := newTemplate(t, f.directory)
		finish := p.busy(t, adcstest.Host, put)
		p.admit(otherHost)
		if err := p.read(t, "WebServer"); err != nil || strings.Join(p.dialled, " ") != adcstest.Host+" "+otherHost {
			t.Fatalf("the other server is not chosen: %v, %v", p.dialled, err)
		}
		if err := finish(); err != nil {
			t.Fatal(err)
		}
		for range 3 { // connections that stand to the other are not used either
			if err := p.read(t, put.Name); err != nil {
				t.Error(err)
			}
		}
		if strings.Count(strings.Join(p.dialled, " "), otherHost) != 1 {
			t.Errorf("read from %v, and %s took the write", p.dialled, adcstest.Host)
		}
		p.turn(otherHost)
		time.Sleep(14 * time.Minute)
		if err := p.read(t, put.Name); err == nil || strings.Contains(strings.Join(p.dialled, " "), otherHost) {
			t.Errorf("another server was asked soon after the write: %v", p.dialled)
		}
	})
}

// Two servers never take writes at the same time: a call that has not begun to write goes where the writes go.
func TestAWriteGoesWhereTheLastOneWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForest(t)
		defer func() { _ = f.directory.Close() }()
		p := newPair(f)
		p.admit(adcstest.Host)
		put := newTemplate(t, f.directory)
		finish := p.busy(t, adcstest.Host, put)
		p.admit(otherHost)
		o := template.ObjectIdentifier{OID: put.OID, DisplayName: put.DisplayName}
		if err := f.directory.PutOID(t.Context(), nil, o); err != nil {
			t.Fatal(err)
		}
		if err := finish(); err != nil {
			t.Fatal(err)
		}
		p.turn(otherHost)
		if err := p.read(t, put.Name); err != nil || strings.Join(p.dialled, " ") != otherHost {
			t.Errorf("the second write went elsewhere: %v, %v", p.dialled, err)
		}
	})
}

// While a write is on its way nobody leaves the server that has it.
func TestAWriteUnderWayIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForest(t)
		defer func() { _ = f.directory.Close() }()
		p := newPair(f)
		p.admit(adcstest.Host)
		put := newTemplate(t, f.directory)
		f.server.Inject(adcstest.FaultSilentWrite)
		done := make(chan error)
		go func() { done <- f.directory.PutTemplate(t.Context(), nil, put) }()
		synctest.Wait()
		p.admit(otherHost)
		if err := p.read(t, "WebServer"); err == nil || strings.Contains(strings.Join(p.dialled, " "), otherHost) {
			t.Errorf("another server was asked during the write: %v", p.dialled)
		}
		<-done
	})
}
