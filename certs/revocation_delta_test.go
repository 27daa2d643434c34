package certs_test

import (
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
)

const deltaURL = "http://pki.contoso.com/ca+.crl"

// freshest makes a full list name where its delta list is.
func freshest(t testing.TB, urls ...string) func(*x509.RevocationList) {
	t.Helper()
	var points []asn1.RawValue
	for _, url := range urls {
		points = append(points, asn1.RawValue{FullBytes: pointNamed(t, url)})
	}
	value := marshal(t, points)
	return func(l *x509.RevocationList) {
		l.ExtraExtensions = append(l.ExtraExtensions, extension(asn1.ObjectIdentifier{2, 5, 29, 46}, false, value))
	}
}

// since makes a list a delta list from number base to number 9.
func since(t testing.TB, base int64) func(*x509.RevocationList) {
	t.Helper()
	value := marshal(t, big.NewInt(base))
	return func(l *x509.RevocationList) {
		l.Number = big.NewInt(9)
		l.RevokedCertificateEntries = nil
		l.ExtraExtensions = append(l.ExtraExtensions, extension(oidDelta, true, value))
	}
}

func TestDeltaLists(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	other := newCRLWorld(t, newECDSA(t))
	entry := func(reason int) func(*x509.RevocationList) {
		return w.revoke(x509.RevocationListEntry{ReasonCode: reason})
	}
	late := func(l *x509.RevocationList) { l.NextUpdate = w.now.Add(-time.Second) }
	ahead := func(l *x509.RevocationList) {
		l.ThisUpdate, l.NextUpdate = w.now.Add(time.Hour), w.now.Add(2*time.Hour)
	}
	const hold, compromised, remove = 6, 1, 8
	for name, test := range map[string]struct {
		full  []func(*x509.RevocationList) // number 7
		delta []func(*x509.RevocationList) // nil: there is none
		by    *crlWorld
		want  certs.RevocationStatus
		found []string
	}{
		"nothing new":             {nil, changes(since(t, 7)), w, certs.RevocationGood, nil},
		"revoked since":           {nil, changes(since(t, 7), entry(compromised)), w, certs.RevocationRevoked, []string{"cert.crl.revoked"}},
		"revoked since, from old": {nil, changes(since(t, 3), entry(compromised)), w, certs.RevocationRevoked, []string{"cert.crl.revoked"}},
		"on hold":                 {changes(entry(hold)), changes(since(t, 7)), w, certs.RevocationRevoked, []string{"cert.crl.revoked"}},
		"no longer on hold":       {changes(entry(hold)), changes(since(t, 7), entry(remove)), w, certs.RevocationGood, nil},
		"on hold, then for ever":  {changes(entry(hold)), changes(since(t, 7), entry(compromised)), w, certs.RevocationRevoked, []string{"cert.crl.revoked"}},
		"for newer lists":         {nil, changes(since(t, 8), entry(compromised)), w, certs.RevocationGood, []string{"cert.crl.delta"}},
		"no delta list":           {nil, changes(entry(compromised)), w, certs.RevocationGood, []string{"cert.crl.delta"}},
		"late":                    {nil, changes(since(t, 7), late), w, certs.RevocationGood, []string{"cert.crl.delta"}},
		"late, but revoked":       {nil, changes(since(t, 7), late, entry(compromised)), w, certs.RevocationRevoked, []string{"cert.crl.revoked"}},
		"late removal":            {changes(entry(hold)), changes(since(t, 7), late, entry(remove)), w, certs.RevocationRevoked, []string{"cert.crl.revoked", "cert.crl.delta"}},
		"removal to come":         {changes(entry(hold)), changes(since(t, 7), ahead, entry(remove)), w, certs.RevocationRevoked, []string{"cert.crl.revoked", "cert.crl.delta"}},
		"nothing new, to come":    {nil, changes(since(t, 7), ahead), w, certs.RevocationGood, []string{"cert.crl.delta"}},
		"by a stranger":           {nil, changes(since(t, 7), entry(compromised)), other, certs.RevocationGood, []string{"cert.crl.delta"}},
		"gone":                    {nil, nil, w, certs.RevocationGood, []string{"cert.crl.delta"}},
		"full list is late":       {changes(late), changes(since(t, 7), entry(compromised)), w, certs.RevocationStale, []string{"cert.crl.stale"}},
	} {
		full := w.list(t, all(append(test.full, freshest(t, "ldap:///CN=delta", deltaURL))))
		transport := published(func(r *http.Request) (*http.Response, error) {
			switch {
			case r.URL.String() != deltaURL:
				return answer(http.StatusOK, full), nil
			case test.delta == nil:
				return answer(http.StatusNotFound, nil), nil
			}
			return answer(http.StatusOK, test.by.list(t, all(test.delta))), nil
		})
		got, err := (&certs.RevocationChecker{Transport: transport}).Check(t.Context(), w.bundle, w.now)
		if err != nil || got[0].Status != test.want || !slices.Equal(ids(got[0].Findings), test.found) {
			t.Errorf("%s: %+v, %v; want %v, %v", name, got, err, test.want, test.found)
		}
		if (got[0].Status == certs.RevocationRevoked) != (got[0].Reason != "") {
			t.Errorf("%s: reason %q", name, got[0].Reason)
		}
	}
}

// TestDeltaListOutOfReach is named for clients inside alone.
func TestDeltaListOutOfReach(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	full := w.list(t, freshest(t, "ldap:///CN=delta"))
	transport := published(func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, full), nil })
	got, err := (&certs.RevocationChecker{Transport: transport}).Check(t.Context(), w.bundle, w.now)
	if err != nil || got[0].Status != certs.RevocationGood || !slices.Equal(ids(got[0].Findings), []string{"cert.crl.delta"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func changes(all ...func(*x509.RevocationList)) []func(*x509.RevocationList) { return all }

func all(changes []func(*x509.RevocationList)) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		for _, change := range changes {
			change(l)
		}
	}
}
