package certs_test

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
)

func TestExpiryStages(t *testing.T) {
	const day = 24 * time.Hour
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := begin.Add(365 * day)
	bundle := &certs.Bundle{Leaf: &x509.Certificate{NotBefore: begin, NotAfter: end}}
	for _, test := range []struct {
		now  time.Time
		want certs.ExpiryStage
		days int
		next time.Time
	}{
		{begin.Add(-1), certs.ExpiryNotYet, 365, begin},
		{begin, certs.ExpiryFar, 365, end.Add(-90 * day)},
		{end.Add(-90*day - 1), certs.ExpiryFar, 90, end.Add(-90 * day)},
		{end.Add(-90 * day), certs.ExpiryPlan, 90, end.Add(-30 * day)},
		{end.Add(-30 * day), certs.ExpirySoon, 30, end.Add(-7 * day)},
		{end.Add(-7 * day), certs.ExpiryUrgent, 7, end.Add(1)},
		{end, certs.ExpiryUrgent, 0, end.Add(1)},
		{end.Add(1), certs.ExpiryOver, -1, time.Time{}},
		{end.Add(36 * time.Hour), certs.ExpiryOver, -2, time.Time{}},
	} {
		got := bundle.Expiry(test.now)
		if got.Stage != test.want || got.Days != test.days || !got.Next.Equal(test.next) || got.Certificate != bundle.Leaf {
			t.Errorf("%s: %s, %d days, next %s; want %s, %d, %s", test.now, got.Stage, got.Days, got.Next, test.want, test.days, test.next)
		}
	}
}

// TestExpiryOfOddLives are those of issuers that are over before the leaf begins, and of the year 9999.
func TestExpiryOfOddLives(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	leaf := &x509.Certificate{NotBefore: now.Add(time.Hour), NotAfter: now.Add(1000 * time.Hour)}
	issuer := &x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(-time.Minute)}
	got := (&certs.Bundle{Leaf: leaf, Chain: []*x509.Certificate{issuer}}).Expiry(now)
	if got.Stage != certs.ExpiryOver || !got.Next.IsZero() || got.Days != -1 {
		t.Errorf("an issuer that is over: %+v", got)
	}
	forever := &x509.Certificate{NotBefore: now, NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	if got := (&certs.Bundle{Leaf: forever}).Expiry(now); got.Days != 2_912_112 {
		t.Errorf("the year 9999: %d days", got.Days)
	}
}

func TestExpiryAsJSON(t *testing.T) {
	b := makeBundle(t, nil)
	got, err := json.Marshal([]certs.Expiry{b.Expiry(b.Leaf.NotAfter.Add(-8 * 24 * time.Hour)), {}})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`[{"certificate":"CN=%s","thumbprint":%q,"stage":"soon","days":8,"next":%q},{"stage":"not yet","days":0}]`,
		fqdn, b.Thumbprint(), b.Leaf.NotAfter.Add(-7*24*time.Hour).UTC().Format(time.RFC3339))
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Whoever sleeps until the next stage sees every stage once and comes to an end.
func TestExpiryCanBeSleptThrough(t *testing.T) {
	bundle := makeBundle(t, nil)
	now := bundle.Leaf.NotBefore.Add(-time.Hour)
	var seen []certs.ExpiryStage
	for range 10 {
		e := bundle.Expiry(now)
		seen = append(seen, e.Stage)
		if e.Next.IsZero() {
			break
		}
		now = e.Next
	}
	if len(seen) != 6 || seen[5] != certs.ExpiryOver {
		t.Errorf("stages %v", seen)
	}
}

func TestExpiryLooksAtTheChain(t *testing.T) {
	now := time.Now()
	leaf := &x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * time.Hour)}
	issuer := &x509.Certificate{NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(100 * time.Hour)}
	young := &x509.Certificate{NotBefore: now.Add(time.Hour), NotAfter: now.Add(2000 * time.Hour)}
	if got := (&certs.Bundle{Leaf: leaf, Chain: []*x509.Certificate{issuer}}).Expiry(now); got.Certificate != issuer || got.Stage != certs.ExpiryUrgent {
		t.Errorf("issuer that ends first: %+v", got)
	}
	if got := (&certs.Bundle{Leaf: leaf, Chain: []*x509.Certificate{young}}).Expiry(now); got.Stage != certs.ExpiryNotYet || !got.Next.Equal(young.NotBefore) {
		t.Errorf("issuer that begins later: %+v", got)
	}
	var none *certs.Bundle
	if got := none.Expiry(now); got != (certs.Expiry{}) {
		t.Errorf("no certificate: %+v", got)
	}
	for stage, want := range map[certs.ExpiryStage]string{certs.ExpiryNotYet: "not yet", certs.ExpiryOver: "over", 9: "ExpiryStage(9)"} {
		if got := stage.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
