package classic

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"iter"
	"net/http"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/internal/errs"
)

// ManagementCertificates is the list of management certificates of a [Subscription]. It is safe for concurrent use.
type ManagementCertificates struct{ subscription *Subscription }

var _ mgmtcert.Store = (*ManagementCertificates)(nil)

// ManagementCertificates returns the list of management certificates, which whoever is on it may change. The first one
// takes a co-administrator's [Subscription.Credential].
func (s *Subscription) ManagementCertificates() *ManagementCertificates {
	return &ManagementCertificates{s}
}

// Certificates implements [mgmtcert.Store] by one request.
func (m *ManagementCertificates) Certificates(ctx context.Context) iter.Seq2[mgmtcert.Entry, error] {
	return func(yield func(mgmtcert.Entry, error) bool) {
		var list managementCertificatesReply
		if err := m.subscription.get(ctx, "list management certificates", &list, "certificates"); err != nil {
			yield(mgmtcert.Entry{}, err)
			return
		}
		for _, listed := range list.Certificates {
			thumbprint, err := certs.ParseThumbprint(listed.Thumbprint)
			if err != nil || thumbprint.IsZero() {
				continue // nothing that could be named
			}
			entry := mgmtcert.Entry{Thumbprint: thumbprint}
			entry.Certificate, _ = x509.ParseCertificate(listed.Data)
			entry.Created, _ = time.Parse(time.RFC3339, listed.Created)
			if !yield(entry, nil) {
				return
			}
		}
	}
}

// Add implements [mgmtcert.Store]. The classic API takes RSA certificates only.
func (m *ManagementCertificates) Add(ctx context.Context, certificate *x509.Certificate) error {
	if certificate == nil || len(certificate.Raw) == 0 {
		return errs.Invalid("classic: add management certificate", "certificate", "is nil or was never parsed")
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errs.Invalid("classic: add management certificate", "certificate", "its key is %T, not RSA", certificate.PublicKey)
	}
	thumbprint := certs.ThumbprintOf(certificate).String()
	_, err := m.subscription.do(ctx, &call{
		what:   "add management certificate " + thumbprint,
		method: http.MethodPost,
		path:   []string{"certificates"},
		body: &addManagementCertificate{
			PublicKey:  x509.MarshalPKCS1PublicKey(public), // the bare key, not the structure that names its algorithm
			Thumbprint: thumbprint,
			Data:       certificate.Raw,
		},
	}, nil)
	return err
}

// Remove implements [mgmtcert.Store].
func (m *ManagementCertificates) Remove(ctx context.Context, thumbprint certs.Thumbprint) error {
	name := thumbprint.String()
	_, err := m.subscription.do(ctx, &call{
		what:   "remove management certificate " + name,
		method: http.MethodDelete,
		path:   []string{"certificates", name},
	}, nil)
	return err
}
