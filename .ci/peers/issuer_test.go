//go:build integration

package peers

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// maxAnswer bounds what an authority answers.
const maxAnswer = 1 << 20

// line is the way to an authority, which can be cut.
type line struct {
	http.RoundTripper

	mu         sync.Mutex
	fail, lose bool
}

func (l *line) take(flag *bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := *flag
	*flag = false
	return was
}

func (l *line) set(flag *bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*flag = true
}

// RoundTrip implements [http.RoundTripper].
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.take(&l.fail) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	response, err := l.RoundTripper.RoundTrip(r)
	if err == nil && l.take(&l.lose) {
		_ = response.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return response, err
}

// post sends a request once and returns the answer, whatever its status.
func post(
	ctx context.Context, client *http.Client, url string, header http.Header, body []byte,
) (*http.Response, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header, request.GetBody = header, nil
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, outcome(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, nil, outcome(ctx, err)
	}
	return response, answer, nil
}

// outcome says what is known of a request that had no answer.
func outcome(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if broken, ok := errors.AsType[*net.OpError](err); ok && broken.Op == "dial" {
		return fmt.Errorf("%w: %w", err, certs.ErrUnavailable)
	}
	return fmt.Errorf("%w: %w", err, certs.ErrUnknown)
}

// encodePEM returns a request as the two APIs want it.
func encodePEM(csr []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))
}

func decodePEM(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("no certificate: %w", certs.ErrIntegrity)
	}
	return x509.ParseCertificate(block.Bytes)
}

// examine enrolls for a service certificate and holds what comes back to what a cloud distribution point needs. It
// returns whether the name of the template, which AD CS reads, is still in it.
func examine(t *testing.T, issuer certs.Issuer, root *x509.Certificate) (named bool) {
	t.Helper()
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()}
	bundle, err := certs.Enroll(t.Context(), issuer, request)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range certs.CheckService(bundle, request.CommonName, time.Now()) {
		if finding.Severity >= slog.LevelError {
			t.Errorf("%s: %s", finding.ID, finding.Evidence)
		}
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root)
	for _, c := range bundle.Chain {
		intermediates.AddCert(c)
	}
	if _, err := bundle.Leaf.Verify(x509.VerifyOptions{
		DNSName: request.CommonName, Roots: roots, Intermediates: intermediates,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}); err != nil {
		t.Error(err)
	}
	for _, extension := range bundle.Leaf.Extensions {
		if extension.Id.String() == "1.3.6.1.4.1.311.20.2" {
			named = true
		}
	}
	return named
}
