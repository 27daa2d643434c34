package classictest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// ServeHTTP answers as the management endpoint does. The client certificate is that of the TLS connection.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	said, err := s.respond(r)
	switch {
	case errors.Is(err, errLost) && r.Method != http.MethodGet && hangUp(w) == nil:
		return
	case err != nil:
		// a read cannot be broken off: net/http would repeat it by itself
		said = &answer{status: http.StatusServiceUnavailable}
	}
	said.header(w.Header())
	w.WriteHeader(said.status)
	_, _ = w.Write(said.body)
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) error {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	return connection.Close()
}

func (a *answer) header(h http.Header) {
	h.Set("Content-Type", "application/xml; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.id != "" {
		h.Set("x-ms-request-id", a.id)
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
}

// RoundTripper answers requests without a socket. Client is the certificate that the caller would present in the TLS
// handshake, nil for none; that the caller holds its key is taken on trust.
func (s *Service) RoundTripper(client *x509.Certificate) http.RoundTripper {
	return &roundTripper{s, client}
}

type roundTripper struct {
	service *Service
	client  *x509.Certificate
}

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	body := request.Body
	if body == nil {
		body = http.NoBody
	}
	defer body.Close() //nolint:errcheck // a RoundTripper must close the body and has nobody to tell
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	received := request.Clone(request.Context())
	received.Body = body
	received.Host = request.URL.Host
	received.TLS = &tls.ConnectionState{Version: tls.VersionTLS12, HandshakeComplete: true}
	if t.client != nil {
		received.TLS.PeerCertificates = []*x509.Certificate{t.client}
	}
	said, err := t.service.respond(received)
	if err != nil {
		return nil, err
	}
	return said.response(request), nil
}

func (a *answer) response(request *http.Request) *http.Response {
	response := &http.Response{
		Status:        fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{},
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       request,
	}
	a.header(response.Header)
	return response
}
