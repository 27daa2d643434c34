package certs

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"
)

// ExpiryStage is how near the end of a certificate is. Stages follow one another in this order.
type ExpiryStage int

const (
	// ExpiryNotYet means that the certificate is not valid yet. It is the stage of the zero value, that of no certificate.
	ExpiryNotYet ExpiryStage = iota
	// ExpiryFar means that there is nothing to do.
	ExpiryFar
	// ExpiryPlan means that 90 days are left: time to plan the renewal, which may need an approval.
	ExpiryPlan
	// ExpirySoon means that 30 days are left: renew it.
	ExpirySoon
	// ExpiryUrgent means that a week is left.
	ExpiryUrgent
	// ExpiryOver means that the certificate has expired: clients refuse it.
	ExpiryOver
)

// String returns the stage in lower case: "soon".
func (s ExpiryStage) String() string {
	names := [...]string{"not yet", "far", "plan", "soon", "urgent", "over"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("ExpiryStage(%d)", int(s))
	}
	return names[s]
}

// MarshalText implements [encoding.TextMarshaler] with String.
func (s ExpiryStage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Expiry is where a certificate, or the first of its issuers to expire, stands in its life.
type Expiry struct {
	// Certificate is the one that ends first, nil if there is none.
	Certificate *x509.Certificate
	// Stage is how near the end is.
	Stage ExpiryStage
	// Days are whole days until the end, negative after it.
	Days int
	// Next is when the next stage begins, UTC; zero after the last. A caller can sleep until then.
	Next time.Time
}

// MarshalJSON implements [json.Marshaler] with the subject and the thumbprint of the certificate, the stage, the days and
// the time of the next stage, which is left out after the last.
func (e Expiry) MarshalJSON() ([]byte, error) {
	shown := struct {
		Certificate string      `json:"certificate,omitempty"`
		Thumbprint  Thumbprint  `json:"thumbprint,omitzero"`
		Stage       ExpiryStage `json:"stage"`
		Days        int         `json:"days"`
		Next        time.Time   `json:"next,omitzero"`
	}{Thumbprint: ThumbprintOf(e.Certificate), Stage: e.Stage, Days: e.Days, Next: e.Next}
	if e.Certificate != nil {
		shown.Certificate = e.Certificate.Subject.String()
	}
	return json.Marshal(shown)
}

// Expiry returns the stage at the time now. It looks at Leaf and Chain alone, so a Bundle without a key will do. The end
// itself belongs to the life of a certificate, as in [RFC 5280].
//
// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
func (b *Bundle) Expiry(now time.Time) Expiry {
	if b == nil || b.Leaf == nil {
		return Expiry{}
	}
	first, begin := b.Leaf, b.Leaf.NotBefore
	for _, issuer := range b.Chain {
		if issuer == nil {
			continue
		}
		if issuer.NotAfter.Before(first.NotAfter) {
			first = issuer
		}
		if issuer.NotBefore.After(begin) {
			begin = issuer.NotBefore
		}
	}
	stage, next := stageAt(begin, first.NotAfter, now)
	return Expiry{first, stage, wholeDays(first.NotAfter, now), next}
}

const (
	day          = 24 * time.Hour
	planNotice   = 90 * day
	urgentNotice = 7 * day
)

func stageAt(begin, end, now time.Time) (stage ExpiryStage, next time.Time) {
	if now.After(end) {
		return ExpiryOver, time.Time{}
	}
	stage = ExpiryNotYet
	for i, starts := range []time.Time{begin, end.Add(-planNotice), end.Add(-expiryNotice), end.Add(-urgentNotice), end.Add(1)} {
		if starts.After(now) {
			return stage, starts.UTC()
		}
		stage = ExpiryStage(i + 1)
	}
	return stage, time.Time{}
}

// wholeDays returns the days from now until end, rounded towards the past. A [time.Duration] holds 292 years, and some
// authorities write the year 9999.
func wholeDays(end, now time.Time) int {
	const secondsOfDay = int64(day / time.Second)
	left := end.Unix() - now.Unix()
	if end.Nanosecond() < now.Nanosecond() {
		left--
	}
	days := left / secondsOfDay
	if left < 0 && left%secondsOfDay != 0 {
		days--
	}
	return int(days)
}
