package certs

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"time"

	"github.com/clouddp/sdk/certs/internal/crl"
)

// fresher adds what the delta list says to which the full list leads. Where it cannot be had, the full list stands.
func (r *RevocationChecker) fresher(ctx context.Context, v Revocation, full *crl.List, issuer *x509.Certificate, now time.Time) Revocation {
	if v.Status != RevocationGood && v.Status != RevocationRevoked {
		return v
	}
	named := full.Freshest()
	if len(named) == 0 {
		return v
	}
	why := "delta lists: " + quoteAll(named)
	addresses := httpURLs(named)
	for _, address := range addresses[:min(len(addresses), maxCRLTries)] {
		delta, err := r.readDelta(ctx, address, v.Certificate, issuer)
		if err == nil {
			err = delta.CoversSince(full, v.Certificate)
		}
		if err == nil {
			return v.since(delta, address, now)
		}
		why = fmt.Sprintf("%q: %s", address, err)
	}
	return v.withoutDelta(why)
}

func (r *RevocationChecker) readDelta(ctx context.Context, address string, certificate, issuer *x509.Certificate) (delta *crl.List, err error) {
	unreachable := r.read(ctx, address, func(source *bounded) {
		delta, err = crl.Read(source, certificate, issuer)
		if source.failed != nil {
			err = source.failed
		}
	})
	if unreachable != nil {
		return nil, withoutAddress(unreachable)
	}
	return delta, err
}

// since applies a delta list. That it lists the certificate holds though it be late; that it does not, or takes it off
// the full list, only in time: whoever is on the way could hand out an old one.
func (v Revocation) since(delta *crl.List, address string, now time.Time) Revocation {
	entry := delta.Entry
	switch {
	case delta.ThisUpdate.After(now.Add(clockSkew)):
		return v.withoutDelta(fmt.Sprintf("%q: it is dated %s, which is yet to come", address, delta.ThisUpdate.Format(time.RFC3339)))
	case entry != nil && !entry.Removed():
		v.Findings = nil
		return v.revoked(entry)
	case delta.NextUpdate.IsZero() || now.After(delta.NextUpdate):
		return v.withoutDelta(fmt.Sprintf("%q: it is not known to be the newest", address))
	case entry != nil:
		return Revocation{
			Certificate: v.Certificate, Status: RevocationGood, URL: v.URL, ThisUpdate: v.ThisUpdate, NextUpdate: v.NextUpdate,
		}
	}
	return v
}

func (v Revocation) withoutDelta(why string) Revocation {
	return v.add(slog.LevelWarn, "crl.delta", why, "publish the delta list over plain http, and let the web server serve a name with a plus "+
		"sign (in IIS: allow double escaping): some clients take the certificate for one that nobody can vouch for without it")
}
