package mgmtcerttest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
)

// Harness is one fresh store for one subtest of [TestStore].
type Harness struct {
	// Store is under test. It may hold certificates already; none of them is touched.
	Store mgmtcert.Store
	// Inject makes the store misbehave once; nil skips what needs it.
	Inject func(Fault)
	// Limit is the number of certificates the store takes, at most 200; 0 if it is not to be tried.
	Limit int
}

// TestStore holds a store to the contract of [mgmtcert.Store]. Each subtest runs in in, which is
// [testing/synctest.Test] for a store without sockets and a plain call for one with, on a harness of its own.
func TestStore(t *testing.T, in func(*testing.T, func(*testing.T)), newHarness func(t *testing.T) *Harness) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"AddThenList", (*suite).testAdd},
		{"AddTwice", (*suite).testAddTwice},
		{"RemoveThenList", (*suite).testRemove},
		{"RemoveAbsent", (*suite).testRemoveAbsent},
		{"Limit", (*suite).testLimit},
		{"Busy", (*suite).testBusy},
		{"Denied", (*suite).testDenied},
		{"LostAnswer", (*suite).testLostAnswer},
		{"Unreachable", (*suite).testUnreachable},
		{"EnsureAndRemove", (*suite).testEnsure},
		{"StopListing", (*suite).testBreak},
		{"CancelledContext", (*suite).testCancelled},
		{"BadInput", (*suite).testBadInput},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				t.Helper()
				test.run(&suite{T: t, Harness: newHarness(t), key: key})
			})
		})
	}
}

// suite is one subtest with its store.
type suite struct {
	*testing.T
	*Harness
	key    *rsa.PrivateKey
	serial int64
}

func (s *suite) testAdd() {
	before := s.count()
	certificate := s.add()
	entry, err := mgmtcert.Find(s.Context(), s.Store, certs.ThumbprintOf(certificate))
	if err != nil {
		s.Fatalf("an added certificate is not listed: %v", err)
	}
	if entry.Certificate == nil || !entry.Certificate.Equal(certificate) {
		s.Error("the certificate listed is not the one added")
	}
	if n := s.count(); n != before+1 {
		s.Errorf("%d certificates after adding one to %d", n, before)
	}
}

func (s *suite) testAddTwice() {
	certificate := s.add()
	before := s.count()
	if err := s.Store.Add(s.Context(), certificate); !errors.Is(err, mgmtcert.ErrConflict) {
		s.Errorf("Add of a certificate that is there: %v, want ErrConflict", err)
	}
	if n := s.count(); n != before {
		s.Errorf("adding twice left %d certificates, want %d", n, before)
	}
}

func (s *suite) testRemove() {
	kept, gone := s.add(), s.add()
	if err := s.Store.Remove(s.Context(), certs.ThumbprintOf(gone)); err != nil {
		s.Fatalf("Remove: %v", err)
	}
	if s.holds(gone) || !s.holds(kept) {
		s.Errorf("after Remove: removed one listed %t, other one listed %t", s.holds(gone), s.holds(kept))
	}
}

func (s *suite) testRemoveAbsent() {
	if err := s.Store.Remove(s.Context(), certs.ThumbprintOf(s.certificate())); !errors.Is(err, mgmtcert.ErrNotFound) {
		s.Errorf("Remove of an absent certificate: %v, want ErrNotFound", err)
	}
}

func (s *suite) testLimit() {
	for range s.Limit - s.count() {
		s.add()
	}
	if s.Limit == 0 {
		return
	}
	if err := s.Store.Add(s.Context(), s.certificate()); !errors.Is(err, mgmtcert.ErrLimit) {
		s.Errorf("Add to a full list: %v, want ErrLimit", err)
	}
	if n := s.count(); n != s.Limit {
		s.Errorf("a full list holds %d, want %d", n, s.Limit)
	}
}

func (s *suite) testBusy() {
	s.refuses(FaultBusy, mgmtcert.ErrUnavailable)
}

func (s *suite) testDenied() {
	s.refuses(FaultDenied, mgmtcert.ErrDenied)
}

func (s *suite) refuses(fault Fault, want error) {
	s.Helper()
	if s.Inject == nil {
		return
	}
	certificate := s.certificate()
	s.Inject(fault)
	if err := s.Store.Add(s.Context(), certificate); !errors.Is(err, want) {
		s.Errorf("Add: %v, want %v", err, want)
	}
	if s.holds(certificate) {
		s.Error("a refused certificate is listed")
	}
	if err := s.Store.Add(s.Context(), certificate); err != nil {
		s.Errorf("Add after the fault: %v", err)
	}
}

func (s *suite) testLostAnswer() {
	if s.Inject == nil {
		return
	}
	certificate := s.certificate()
	before := s.count()
	s.Inject(FaultLostAnswer)
	if err := s.Store.Add(s.Context(), certificate); !errors.Is(err, mgmtcert.ErrUnknown) {
		s.Errorf("Add with a lost answer: %v, want ErrUnknown", err)
	}
	if !s.holds(certificate) || s.count() != before+1 {
		s.Errorf("after a lost answer: listed %t, %d certificates; want true, %d", s.holds(certificate), s.count(), before+1)
	}
	s.Inject(FaultLostAnswer)
	if added, err := mgmtcert.Ensure(s.Context(), s.Store, s.certificate()); !added || err != nil {
		s.Errorf("Ensure with a lost answer: %t, %v; want true, nil", added, err)
	}
	s.Inject(FaultLostAnswer)
	if err := mgmtcert.Remove(s.Context(), s.Store, certs.ThumbprintOf(certificate)); err != nil {
		s.Errorf("mgmtcert.Remove with a lost answer: %v", err)
	}
}

func (s *suite) testUnreachable() {
	if s.Inject == nil {
		return
	}
	certificate := s.add()
	s.Inject(FaultUnreachable)
	if _, err := mgmtcert.Find(s.Context(), s.Store, certs.ThumbprintOf(certificate)); !errors.Is(err, mgmtcert.ErrUnavailable) {
		s.Errorf("reading an unreachable store: %v, want ErrUnavailable", err)
	}
	if !s.holds(certificate) {
		s.Error("the certificate is gone after a failed read")
	}
}

func (s *suite) testEnsure() {
	certificate := s.certificate()
	for _, want := range []bool{true, false} {
		if added, err := mgmtcert.Ensure(s.Context(), s.Store, certificate); added != want || err != nil {
			s.Errorf("Ensure: %t, %v; want %t, nil", added, err, want)
		}
	}
	for range 2 {
		if err := mgmtcert.Remove(s.Context(), s.Store, certs.ThumbprintOf(certificate)); err != nil {
			s.Errorf("mgmtcert.Remove: %v", err)
		}
	}
	if s.holds(certificate) {
		s.Error("a removed certificate is listed")
	}
}

func (s *suite) testBreak() {
	s.add()
	s.add()
	seen := 0
	for _, err := range s.Store.Certificates(s.Context()) {
		if err != nil {
			s.Errorf("Certificates: %v", err)
		}
		seen++
		break
	}
	if seen != 1 {
		s.Errorf("saw %d pairs before break", seen)
	}
}

func (s *suite) testCancelled() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	certificate := s.certificate()
	if err := s.Store.Add(ctx, certificate); !errors.Is(err, context.Canceled) {
		s.Errorf("Add: %v, want context.Canceled", err)
	}
	pairs := 0
	for _, err := range s.Store.Certificates(ctx) {
		pairs++
		if !errors.Is(err, context.Canceled) {
			s.Errorf("Certificates: %v, want context.Canceled", err)
		}
	}
	if pairs != 1 {
		s.Errorf("a cancelled listing yielded %d pairs, want 1", pairs)
	}
	if s.holds(certificate) {
		s.Error("a cancelled Add has added")
	}
}

func (s *suite) testBadInput() {
	for _, certificate := range []*x509.Certificate{nil, {}} {
		if err := s.Store.Add(s.Context(), certificate); !errors.Is(err, mgmtcert.ErrInvalid) {
			s.Errorf("Add of no certificate: %v, want ErrInvalid", err)
		}
	}
}

func (s *suite) add() *x509.Certificate {
	s.Helper()
	certificate := s.certificate()
	if err := s.Store.Add(s.Context(), certificate); err != nil {
		s.Fatalf("Add: %v", err)
	}
	return certificate
}

func (s *suite) holds(certificate *x509.Certificate) bool {
	s.Helper()
	_, err := mgmtcert.Find(s.Context(), s.Store, certs.ThumbprintOf(certificate))
	if err != nil && !errors.Is(err, mgmtcert.ErrNotFound) {
		s.Fatalf("Find: %v", err)
	}
	return err == nil
}

func (s *suite) count() int {
	s.Helper()
	n := 0
	for _, err := range s.Store.Certificates(s.Context()) {
		if err != nil {
			s.Fatalf("Certificates: %v", err)
		}
		n++
	}
	return n
}

// certificate returns a new self-signed certificate.
func (s *suite) certificate() *x509.Certificate {
	s.Helper()
	s.serial++
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(s.serial),
		Subject:      pkix.Name{CommonName: "management " + strconv.FormatInt(s.serial, 10)},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.key.Public(), s.key)
	if err != nil {
		s.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		s.Fatal(err)
	}
	return certificate
}
