package certstest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"time"

	"github.com/clouddp/sdk/certs"
)

// The real authority publishes a list every week, good for half a day longer.
const (
	listPeriod  = 7 * 24 * time.Hour
	listOverlap = 12 * time.Hour
)

// Revoke revokes a certificate of this authority, for a reason of RFC 5280: 1 is keyCompromise. As at the real one, nobody
// sees it before the next list is published: see [CA.PublishCRL]. A certificate that was not issued here is
// [certs.ErrNotFound].
func (ca *CA) Revoke(certificate *x509.Certificate, reason int) error {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if certificate == nil || !slices.ContainsFunc(ca.requests, func(r *request) bool { return certificate.Equal(r.certificate) }) {
		return fmt.Errorf("certstest: %s: revoke: %w", ca.name, certs.ErrNotFound)
	}
	ca.revoked = append(ca.revoked, x509.RevocationListEntry{
		SerialNumber: certificate.SerialNumber, RevocationTime: time.Now().Truncate(time.Second), ReasonCode: reason,
	})
	return nil
}

// PublishCRL publishes a new revocation list. The authority does so by itself once a week.
func (ca *CA) PublishCRL() {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.publishList()
}

// CRL returns the revocation list of the issuing authority as it was published last, in DER.
func (ca *CA) CRL() []byte {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	return bytes.Clone(ca.currentList())
}

func (ca *CA) currentList() []byte {
	if time.Since(ca.listed) >= listPeriod {
		ca.publishList()
	}
	return ca.list
}

func (ca *CA) publishList() {
	ca.listed = time.Now()
	ca.list = list(ca.issuing, ca.signer, ca.revoked, ca.listed)
}

func list(issuer *x509.Certificate, key crypto.Signer, revoked []x509.RevocationListEntry, now time.Time) []byte {
	return must(x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number:                    big.NewInt(now.UnixNano()),
		ThisUpdate:                now.Add(-clockSkew),
		NextUpdate:                now.Add(listPeriod + listOverlap),
		RevokedCertificateEntries: revoked,
	}, issuer, key))
}

// RoundTrip implements [http.RoundTripper] as the web server to which the addresses in certificates lead: revocation lists
// and certificates of both authorities, without a socket. Use the CA as the transport of a [certs.RevocationChecker].
func (ca *CA) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	err := ca.read(r.Context(), func() error {
		switch r.URL.String() {
		case ca.url(".crl"):
			body = ca.currentList()
		case ca.url(".crt"):
			body = ca.issuing.Raw
		case ca.url(rootSuffix + ".crl"):
			body = list(ca.root, ca.rootKey, nil, time.Now())
		case ca.url(rootSuffix + ".crt"):
			body = ca.root.Raw
		default:
			return certs.ErrNotFound
		}
		return nil
	})
	switch {
	case errors.Is(err, certs.ErrNotFound):
		return response(r, http.StatusNotFound, nil), nil
	case err != nil:
		return nil, err
	}
	return response(r, http.StatusOK, body), nil
}

func response(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}
