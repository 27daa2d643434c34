package certs

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/clouddp/sdk/certs/internal/crl"
	"github.com/clouddp/sdk/internal/errs"
)

const (
	defaultCRLTimeout = 15 * time.Second // as Windows waits for one list: ChainUrlRetrievalTimeoutMilliseconds
	defaultCRLBytes   = 128 << 20
	maxCRLTries       = 4
)

// RevocationStatus is what is known about the revocation of a certificate. The zero value is RevocationUnknown.
type RevocationStatus int

const (
	// RevocationUnknown means that no list could be had that speaks for the certificate.
	RevocationUnknown RevocationStatus = iota
	// RevocationGood means that a current list of the issuer does not name the certificate.
	RevocationGood
	// RevocationRevoked means that a list of the issuer, current or not, names the certificate.
	RevocationRevoked
	// RevocationStale means that a list of the issuer does not name the certificate, but the next one is overdue. Clients
	// refuse that as they refuse no list.
	RevocationStale
)

// String returns the status in lower case: "good".
func (s RevocationStatus) String() string {
	switch s {
	case RevocationUnknown:
		return "unknown"
	case RevocationGood:
		return "good"
	case RevocationRevoked:
		return "revoked"
	case RevocationStale:
		return "stale"
	default:
		return fmt.Sprintf("RevocationStatus(%d)", int(s))
	}
}

// MarshalText implements [encoding.TextMarshaler] with String.
func (s RevocationStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Revocation is what was found out about the revocation of one certificate.
type Revocation struct {
	// Certificate is the one asked about.
	Certificate *x509.Certificate
	// Status is the outcome.
	Status RevocationStatus
	// URL is where the list was fetched, empty if there is none or it was given.
	URL string
	// ThisUpdate and NextUpdate are when the list was made and when the next is due, UTC; zero if there is no list.
	ThisUpdate, NextUpdate time.Time
	// Revoked is the time of revocation, and Reason why, as RFC 5280 writes it: "keyCompromise". Empty if not revoked.
	Revoked time.Time
	Reason  string
	// InvalidSince is when the key is thought to have been compromised, zero if the list does not say.
	InvalidSince time.Time
	// Findings are the problems. With RevocationGood it is at most that of a delta list which could not be read.
	Findings []Finding
}

// RevocationChecker asks, as a client on the internet would, whether certificates are revoked: it fetches the lists that
// they name over plain http and reads them as a stream, so that a list of a million entries takes no memory. Where a list
// names a delta list, that is read too. Nothing is cached. The zero value is ready, and so is nil; a checker is safe for
// concurrent use.
//
// What a list cannot say for certain is unknown, never good: one without a valid signature of the issuer, a delta list
// alone, an indirect list, one for other certificates, one with critical extensions that are not understood.
type RevocationChecker struct {
	// AllowPrivate allows addresses inside: loopback, private, link-local and the like. They are refused otherwise,
	// because a certificate chooses where it sends whoever checks it: written as an address always, behind a name
	// unless there is a Transport, which alone knows what the name resolves to.
	AllowPrivate bool
	// Timeout bounds the time for one list; 0 means 15 s, as Windows waits.
	Timeout time.Duration
	// MaxBytes bounds the size of one list; 0 means 128 MiB.
	MaxBytes int64
	// Transport fetches the lists; nil means one that looks at each address it dials, uses no proxy and keeps no
	// connection. Another one has to guard itself against names of addresses inside; behind a proxy the proxy does:
	// &http.Transport{Proxy: http.ProxyFromEnvironment}.
	Transport http.RoundTripper
}

// Check looks up the leaf of b and each of its issuers but the root, in that order. A certificate whose issuer is not in
// b has status RevocationUnknown. The error is that of ctx, or an [*InvalidError] for the zero Bundle; everything else is a
// status and its findings.
func (r *RevocationChecker) Check(ctx context.Context, b *Bundle, now time.Time) ([]Revocation, error) {
	r = cmp.Or(r, &RevocationChecker{})
	if !b.hasLeaf() {
		return nil, errs.Invalid("certs: revocation", "b", "holds no certificate")
	}
	var all []Revocation
	certificate := b.Leaf
	issuers := slices.DeleteFunc(slices.Clone(b.Chain), func(c *x509.Certificate) bool { return c == nil })
	for _, issuer := range append(issuers, nil) {
		if isSelfIssued(certificate) {
			break
		}
		all = append(all, r.check(ctx, certificate, issuer, now))
		certificate = issuer
		if issuer == nil {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("certs: revocation %s: %w", b, err)
	}
	return all, nil
}

// CheckList looks certificate up in a revocation list that the caller has: DER, read to its end. A list that cannot be
// read is RevocationUnknown. Nothing is fetched, no delta list either.
func (r *RevocationChecker) CheckList(list io.Reader, certificate, issuer *x509.Certificate, now time.Time) Revocation {
	r = cmp.Or(r, &RevocationChecker{})
	answer := Revocation{Certificate: certificate}
	if certificate == nil || issuer == nil || list == nil {
		return answer.unusable("no list, no certificate or no issuer was given")
	}
	answer, _ = answer.look(r.bound(list), issuer, now)
	return answer
}

func (r *RevocationChecker) maxBytes() int64 {
	if r.MaxBytes > 0 {
		return min(r.MaxBytes, math.MaxInt64-1) // one more is read
	}
	return defaultCRLBytes
}

// bounded reads a list up to a limit, and remembers what the source said when it failed.
type bounded struct {
	source io.Reader
	left   int64
	failed error
}

// bound reads one byte more than the limit, to see whether a list ends there.
func (r *RevocationChecker) bound(list io.Reader) *bounded {
	return &bounded{source: list, left: r.maxBytes() + 1}
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("it is larger than the limit")
	}
	n, err := b.source.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// check tries the lists that certificate names until one speaks.
func (r *RevocationChecker) check(ctx context.Context, certificate, issuer *x509.Certificate, now time.Time) Revocation {
	answer := Revocation{Certificate: certificate}
	if issuer == nil {
		return answer.add(slog.LevelWarn, "crl.unusable", fmt.Sprintf("the certificate of the issuer %q is not at hand", certificate.Issuer),
			"include the whole chain: without it nobody can tell who signed the list")
	}
	urls := httpURLs(certificate.CRLDistributionPoints)
	if len(urls) == 0 {
		return answer.add(slog.LevelWarn, "crl.http", "revocation lists: "+quoteAll(certificate.CRLDistributionPoints), remedyHTTP)
	}
	for _, address := range urls[:min(len(urls), maxCRLTries)] {
		tried := r.fetch(ctx, certificate, issuer, address, now)
		if tried.Status == RevocationGood || tried.Status == RevocationRevoked {
			return tried
		}
		if answer.Status == RevocationUnknown {
			tried.Findings = append(answer.Findings, tried.Findings...)
			answer = tried
		}
	}
	return answer
}

// look reads the list and fills in what it says.
func (v Revocation) look(source *bounded, issuer *x509.Certificate, now time.Time) (Revocation, *crl.List) {
	if !issued(issuer, v.Certificate) {
		return v.unusable(fmt.Sprintf("%q did not issue the certificate", issuer.Subject)), nil
	}
	list, err := crl.Read(source, v.Certificate, issuer)
	switch {
	case source.failed != nil:
		return v.unreachable(source.failed), nil
	case err != nil:
		return v.unusable(err.Error()), nil
	}
	return v.judge(list, now), list
}

func (v Revocation) judge(list *crl.List, now time.Time) Revocation {
	v.ThisUpdate, v.NextUpdate = list.ThisUpdate, list.NextUpdate
	scope := list.Covers(v.Certificate)
	switch {
	case scope != nil && (!errors.Is(scope, crl.ErrSomeReasons) || list.Entry == nil):
		return v.unusable(scope.Error())
	case list.ThisUpdate.After(now.Add(clockSkew)):
		return v.unusable("it is dated " + list.ThisUpdate.Format(time.RFC3339) + ", which is yet to come")
	case list.Entry != nil:
		return v.revoked(list.Entry)
	case list.NextUpdate.IsZero():
		return v.unusable("it does not say when the next is due")
	case now.After(list.NextUpdate):
		v.Status = RevocationStale
		return v.add(slog.LevelWarn, "crl.stale", "the next list was due on "+list.NextUpdate.Format(time.RFC3339),
			"have the authority publish its list, and look at what publishes it")
	}
	v.Status = RevocationGood
	return v
}

func (v Revocation) revoked(entry *crl.Entry) Revocation {
	v.Status, v.Revoked, v.Reason, v.InvalidSince = RevocationRevoked, entry.Revoked, entry.Reason(), entry.Invalid
	return v.add(slog.LevelError, "crl.revoked", fmt.Sprintf("revoked on %s: %s", v.Revoked.Format(time.RFC3339), v.Reason),
		"request a new certificate with a new key, and find out who revoked this one and why")
}

// unusable says why a list does not speak for the certificate.
func (v Revocation) unusable(why string) Revocation {
	return v.add(slog.LevelWarn, "crl.unusable", v.about(why), "publish the full list of the authority in DER, signed with SHA-256")
}

// unreachable says why a list could not be had.
func (v Revocation) unreachable(err error) Revocation {
	return v.add(slog.LevelWarn, "crl.reachable", v.about(withoutAddress(err).Error()),
		"publish the list where clients on the internet can fetch it")
}

// withoutAddress returns what went wrong; the address is said already.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (v Revocation) about(what string) string {
	if v.URL == "" {
		return what
	}
	return fmt.Sprintf("%q: %s", v.URL, what)
}

func (v Revocation) add(severity slog.Level, id, evidence, remedy string) Revocation {
	c := checker{role: "cert", leaf: v.Certificate, findings: v.Findings}
	c.add(severity, id, evidence, remedy)
	v.Findings = c.findings
	return v
}
