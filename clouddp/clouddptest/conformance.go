package clouddptest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
)

// RealTime runs a subtest outside a synctest bubble, for a provider that needs sockets.
func RealTime(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	test(t)
}

// TestProvider holds a provider to the contract of [clouddp.Provider]. Each subtest runs in in, which is
// [testing/synctest.Test] for a provider without sockets and [RealTime] for one with, on a harness of its own.
func TestProvider(t *testing.T, in func(*testing.T, func(*testing.T)), newHarness func(t *testing.T) *Harness) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"Parts", (*suite).testParts},
		{"CheckOfEmptyCloud", (*suite).testCheck},
		{"ReadOfAbsentPart", (*suite).testAbsent},
		{"CreateThenRepeat", (*suite).testCreate},
		{"StopAndStart", (*suite).testStopStart},
		{"ChangeInstances", (*suite).testInstances},
		{"RenewCertificate", (*suite).testRenew},
		{"Delete", (*suite).testDelete},
		{"ForeignOwner", (*suite).testForeign},
		{"Busy", (*suite).testBusy},
		{"LostAnswer", (*suite).testLostAnswer},
		{"FailedOperation", (*suite).testFailed},
		{"ForgottenOperation", (*suite).testForgotten},
		{"Unreachable", (*suite).testUnreachable},
		{"CancelledContext", (*suite).testCancelled},
		{"BadInput", (*suite).testBadInput},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				t.Helper()
				test.run(&suite{T: t, Harness: newHarness(t)})
			})
		})
	}
}

// suite is one subtest with its cloud.
type suite struct {
	*testing.T
	*Harness
}

func (s *suite) testParts() {
	parts := s.parts()
	if again := s.parts(); !reflect.DeepEqual(parts, again) {
		s.Errorf("Parts differ between two calls: %v, %v", parts, again)
	}
	var kinds, identities []string
	certificates := 0
	for _, p := range parts {
		for _, after := range p.After {
			if !slices.Contains(kinds, after) {
				s.Errorf("part %s %s comes after %q, which no earlier part is", p.Kind, p.Name, after)
			}
		}
		if identity := p.Kind + "/" + p.Name; slices.Contains(identities, identity) {
			s.Errorf("two parts are %s", identity)
		} else {
			identities = append(identities, identity)
		}
		kinds = append(kinds, p.Kind)
		if p.Certificate {
			certificates++
		}
	}
	if certificates == 0 {
		s.Error("no part takes the service certificate")
	}
}

func (s *suite) testCheck() {
	findings, err := s.Provider.Check(s.Context(), s.Spec)
	if err != nil {
		s.Fatalf("Check: %v", err)
	}
	for _, f := range findings {
		if f.Severity >= slog.LevelError {
			s.Errorf("Check of an empty cloud found %s: %s", f.ID, f.Evidence)
		}
	}
	if n := s.Writes(); n != 0 {
		s.Errorf("Check changed the cloud: %d writes", n)
	}
}

func (s *suite) testAbsent() {
	for _, p := range s.parts() {
		if c := s.read(p); c.State != clouddp.StateAbsent {
			s.Errorf("%s of an empty cloud is %s", p.Kind, c.State)
		}
		if _, err := s.Provider.Delete(s.Context(), s.Spec, p); !errors.Is(err, clouddp.ErrNotFound) {
			s.Errorf("Delete of an absent %s: %v, want ErrNotFound", p.Kind, err)
		}
	}
}

func (s *suite) testCreate() {
	s.converge(s.Service)
	var host string
	var held certs.Thumbprint
	for _, p := range s.parts() {
		c := s.read(p)
		if c.State != clouddp.StateReady || len(c.Drift) > 0 || c.Owner != s.Spec.OwnerMark() {
			s.Errorf("%s is %s, drift %v, owner %q; want ready, none, %q", p.Kind, c.State, c.Drift, c.Owner, s.Spec.OwnerMark())
		}
		if c.Host != "" {
			host = c.Host
		}
		if c.Certificate != nil {
			held = certs.ThumbprintOf(c.Certificate)
		}
	}
	if host == "" {
		s.Error("no part of a ready service has a Host")
	}
	if held != s.Service.Thumbprint() {
		s.Errorf("the cloud holds certificate %s, want %s", held, s.Service.Thumbprint())
	}
	before := s.Writes()
	s.converge(nil)
	if after := s.Writes(); after != before {
		s.Errorf("converging again wrote %d times", after-before)
	}
}

func (s *suite) testStopStart() {
	s.converge(s.Service)
	s.Spec.Stopped = true
	s.converge(nil)
	if !slices.Contains(s.states(), clouddp.StateStopped) {
		s.Errorf("no part of a stopped service is stopped: %v", s.states())
	}
	s.Spec.Stopped = false
	s.converge(nil)
	if slices.Contains(s.states(), clouddp.StateStopped) {
		s.Errorf("a part of a started service is stopped: %v", s.states())
	}
}

func (s *suite) testInstances() {
	s.Spec.Instances = 2
	s.converge(s.Service)
	s.Spec.Instances = 3
	before := s.Writes()
	s.converge(nil)
	if s.Writes() == before {
		s.Error("a third instance was asked for and nothing was written")
	}
}

func (s *suite) testRenew() {
	s.converge(s.Service)
	s.Spec.Thumbprint = s.Renewed.Thumbprint()
	s.converge(s.Renewed)
	for _, p := range s.parts() {
		if c := s.read(p); c.Certificate != nil && certs.ThumbprintOf(c.Certificate) != s.Renewed.Thumbprint() {
			s.Errorf("the cloud still holds %s", certs.ThumbprintOf(c.Certificate))
		}
	}
	s.Spec.Thumbprint = s.Service.Thumbprint()
	for _, p := range s.parts() {
		if c := s.read(p); p.Certificate && c.State != clouddp.StateAbsent {
			s.Errorf("the superseded certificate is %s", c.State)
		}
	}
}

func (s *suite) testDelete() {
	s.converge(s.Service)
	parts := s.parts()
	for _, p := range slices.Backward(parts) {
		if s.read(p).State == clouddp.StateAbsent {
			continue
		}
		ticket, err := s.Provider.Delete(s.Context(), s.Spec, p)
		if err != nil {
			s.Fatalf("Delete of %s: %v", p.Kind, err)
		}
		s.settle(ticket)
		s.until(p, "absent", func(c clouddp.Component) bool { return c.State == clouddp.StateAbsent })
	}
	for _, state := range s.states() {
		if state != clouddp.StateAbsent {
			s.Errorf("after deleting everything a part is %s", state)
		}
	}
}

func (s *suite) testForeign() {
	for _, owner := range []string{"somebody/else", ""} {
		p := s.parts()[0]
		s.Plant(p, owner)
		if c := s.read(p); c.Owner != owner || c.State != clouddp.StateReady {
			s.Errorf("planted %s reads as owner %q, %s; want %q, ready", p.Kind, c.Owner, c.State, owner)
		}
	}
}

func (s *suite) testBusy() {
	p := s.parts()[0]
	s.Inject(FaultBusy)
	if _, err := s.apply(p); !errors.Is(err, clouddp.ErrUnavailable) {
		s.Errorf("Apply to a busy cloud: %v, want ErrUnavailable", err)
	}
	if c := s.read(p); c.State != clouddp.StateAbsent || s.Writes() != 0 {
		s.Errorf("a refused write left %s %s after %d writes", p.Kind, c.State, s.Writes())
	}
	s.converge(s.Service)
}

func (s *suite) testLostAnswer() {
	p := s.parts()[0]
	s.Inject(FaultLostAnswer)
	if _, err := s.apply(p); !errors.Is(err, clouddp.ErrUnknown) {
		s.Errorf("Apply with a lost answer: %v, want ErrUnknown", err)
	}
	if n := s.Writes(); n != 1 {
		s.Errorf("a write with a lost answer was sent %d times", n)
	}
	s.until(p, "ready", func(c clouddp.Component) bool { return c.State == clouddp.StateReady })
}

func (s *suite) testFailed() {
	p := s.parts()[0]
	s.Inject(FaultFailed)
	ticket, err := s.apply(p)
	if err != nil || ticket == "" {
		s.Fatalf("Apply that fails later: ticket %q, error %v", ticket, err)
	}
	state, err := s.outcome(ticket)
	if state != clouddp.StateFailed || err == nil {
		s.Errorf("Outcome of a failed operation: %s, %v", state, err)
	}
}

func (s *suite) testForgotten() {
	p := s.parts()[0]
	s.Inject(FaultForgotten)
	ticket, err := s.apply(p)
	if err != nil || ticket == "" {
		s.Fatalf("Apply: ticket %q, error %v", ticket, err)
	}
	if _, err := s.outcome(ticket); !errors.Is(err, clouddp.ErrNotFound) {
		s.Errorf("Outcome of a forgotten operation: %v, want ErrNotFound", err)
	}
	s.until(p, "ready", func(c clouddp.Component) bool { return c.State == clouddp.StateReady })
	if _, err := s.Provider.Outcome(s.Context(), "no such ticket"); !errors.Is(err, clouddp.ErrNotFound) {
		s.Errorf("Outcome of an invented ticket: %v, want ErrNotFound", err)
	}
}

func (s *suite) testUnreachable() {
	p := s.parts()[0]
	s.Inject(FaultUnreachable)
	if _, err := s.Provider.Read(s.Context(), s.Spec, p); !errors.Is(err, clouddp.ErrUnavailable) {
		s.Errorf("Read of an unreachable cloud: %v, want ErrUnavailable", err)
	}
	s.read(p)
}

func (s *suite) testCancelled() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	p := s.parts()[0]
	if _, err := s.Provider.Read(ctx, s.Spec, p); !errors.Is(err, context.Canceled) {
		s.Errorf("Read: %v, want context.Canceled", err)
	}
	if _, err := s.Provider.Apply(ctx, s.Spec, p, s.Service); !errors.Is(err, context.Canceled) {
		s.Errorf("Apply: %v, want context.Canceled", err)
	}
	if n := s.Writes(); n != 0 {
		s.Errorf("a cancelled call wrote %d times", n)
	}
}

func (s *suite) testBadInput() {
	if _, err := s.Provider.Parts(nil); !errors.Is(err, clouddp.ErrInvalid) {
		s.Errorf("Parts(nil): %v, want ErrInvalid", err)
	}
	if _, err := s.Provider.Read(s.Context(), s.Spec, clouddp.Part{Kind: "moon", Name: "luna"}); !errors.Is(err, clouddp.ErrInvalid) {
		s.Errorf("Read of an unknown kind: %v, want ErrInvalid", err)
	}
	if _, err := s.Provider.Apply(s.Context(), nil, s.parts()[0], nil); !errors.Is(err, clouddp.ErrInvalid) {
		s.Errorf("Apply of a nil spec: %v, want ErrInvalid", err)
	}
	for _, p := range s.parts() {
		if !p.Certificate {
			continue
		}
		if _, err := s.Provider.Apply(s.Context(), s.Spec, p, nil); !errors.Is(err, clouddp.ErrInvalid) {
			s.Errorf("Apply of %s without a certificate: %v, want ErrInvalid", p.Kind, err)
		}
	}
}

func (s *suite) parts() []clouddp.Part {
	s.Helper()
	parts, err := s.Provider.Parts(s.Spec)
	if err != nil || len(parts) == 0 {
		s.Fatalf("Parts: %d, %v", len(parts), err)
	}
	return parts
}

func (s *suite) read(p clouddp.Part) clouddp.Component {
	s.Helper()
	c, err := s.Provider.Read(s.Context(), s.Spec, p)
	if err != nil {
		s.Fatalf("Read of %s: %v", p.Kind, err)
	}
	return c
}

func (s *suite) states() []clouddp.State {
	s.Helper()
	var states []clouddp.State
	for _, p := range s.parts() {
		states = append(states, s.read(p).State)
	}
	return states
}

func (s *suite) apply(p clouddp.Part) (clouddp.Ticket, error) {
	return s.Provider.Apply(s.Context(), s.Spec, p, s.Service)
}

// converge applies what is missing or drifted, part by part, until a whole round finds nothing to do.
func (s *suite) converge(service *certs.Bundle) {
	s.Helper()
	for range 20 {
		changed := false
		for _, p := range s.parts() {
			c := s.read(p)
			if c.State != clouddp.StateAbsent && len(c.Drift) == 0 {
				continue
			}
			changed = true
			ticket, err := s.Provider.Apply(s.Context(), s.Spec, p, service)
			if err != nil {
				s.Fatalf("Apply of %s: %v", p.Kind, err)
			}
			s.settle(ticket)
			s.until(p, "settled", settled)
		}
		if !changed {
			return
		}
	}
	s.Fatal("the cloud does not converge in 20 rounds")
}

func settled(c clouddp.Component) bool {
	return c.State == clouddp.StateReady || c.State == clouddp.StateStopped
}

func (s *suite) settle(ticket clouddp.Ticket) {
	s.Helper()
	if ticket == "" {
		return
	}
	if state, err := s.outcome(ticket); state != clouddp.StateReady {
		s.Fatalf("operation %s: %s, %v", ticket, state, err)
	}
}

// outcome waits until the operation is no longer at work.
func (s *suite) outcome(ticket clouddp.Ticket) (state clouddp.State, err error) {
	s.Helper()
	s.poll("operation "+string(ticket), func() bool {
		state, err = s.Provider.Outcome(s.Context(), ticket)
		return state != clouddp.StateWorking
	})
	return state, err
}

func (s *suite) until(p clouddp.Part, what string, done func(clouddp.Component) bool) {
	s.Helper()
	var last clouddp.Component
	s.poll(fmt.Sprintf("%s to be %s", p.Kind, what), func() bool {
		last = s.read(p)
		if last.State == clouddp.StateFailed {
			s.Fatalf("%s failed: %s", p.Kind, last.Reason)
		}
		return done(last)
	})
}

// poll calls done every Interval, at most a thousand times.
func (s *suite) poll(what string, done func() bool) {
	s.Helper()
	for range 1000 {
		if done() {
			return
		}
		timer := time.NewTimer(s.Interval)
		select {
		case <-timer.C:
		case <-s.Context().Done():
			timer.Stop()
			s.Fatalf("waiting for %s: %v", what, s.Context().Err())
		}
	}
	s.Fatalf("waited in vain for %s", what)
}
