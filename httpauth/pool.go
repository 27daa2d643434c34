package httpauth

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/clouddp/sdk/internal/roundtrip"
)

const (
	dialTimeout      = 30 * time.Second
	handshakeTimeout = 15 * time.Second
	// headerTimeout bounds how long an answer is awaited; a caller with less patience has a context.
	headerTimeout = 5 * time.Minute
	// idleTimeout is shorter than the two minutes of IIS: a request must not meet a connection that is being closed.
	idleTimeout = 90 * time.Second
	maxHeader   = 256 << 10
	maxDrain    = 64 << 10
)

// pool are the connections to one server that one credential signs in, or none.
type pool struct {
	host      string // without the port
	server    string // as the URL has it
	transport *http.Transport
	// certificate is what the server has shown of itself last.
	certificate atomic.Pointer[x509.Certificate]
}

func (t *Transport) newPool(host, server string) *pool {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dial := t.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	return &pool{host: host, server: server, transport: &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        TLSConfig(t.Roots, t.Pins),
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              protocols,
	}}
}

// answer is a response and the connection that it came by.
type answer struct {
	*http.Response

	// fresh says that the connection was opened for it.
	fresh bool
}

// certificate is what the server has shown of itself.
func (a *answer) certificate() *x509.Certificate {
	if a.TLS == nil || len(a.TLS.PeerCertificates) == 0 {
		return nil
	}
	return a.TLS.PeerCertificates[0]
}

// unauthorized reports whether the server wants a sign-in before it looks at the request.
func (a *answer) unauthorized() bool { return a.StatusCode == http.StatusUnauthorized }

// drop gives up the body, and keeps the connection if little is left of it.
func (a *answer) drop() {
	_, _ = io.CopyN(io.Discard, a.Body, maxDrain)
	_ = a.Body.Close()
}

// send sends a request once.
func (p *pool) send(r *replay, authorization string) (*answer, error) {
	var fresh atomic.Bool
	ctx, unsent := roundtrip.Watch(r.request.Context())
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { fresh.Store(!info.Reused) },
	})
	req, err := r.copy(ctx, authorization)
	if err != nil {
		return nil, err
	}
	response, err := p.transport.RoundTrip(req) //nolint:bodyclose // whoever takes the answer does
	if err != nil {
		return nil, lost(ctx, err, !unsent() && !r.safe())
	}
	response.Body = &tail{response.Body, ctx, !r.safe()}
	a := &answer{response, fresh.Load()}
	p.certificate.Store(a.certificate())
	return a, nil
}

// lost says what a connection that failed means: once a request that changes something is out, nobody knows.
func lost(ctx context.Context, err error, unknown bool) error {
	ended := ctx.Err()
	switch {
	case unknown && ended != nil:
		return fmt.Errorf("%w: %w after the request was sent", ErrUnknown, ended)
	case unknown:
		return fmt.Errorf("%w: the answer was lost: %w", ErrUnknown, err)
	case ended != nil:
		return ended
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// tail is the body of an answer. Where it breaks off after a request that changes something the outcome is unknown.
type tail struct {
	io.ReadCloser

	ctx     context.Context //nolint:containedctx // that of the request, which the body belongs to
	unknown bool
}

// Read implements io.Reader.
func (t *tail) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = lost(t.ctx, err, t.unknown)
	}
	return n, err
}

func (p *pool) close() { p.transport.CloseIdleConnections() }
