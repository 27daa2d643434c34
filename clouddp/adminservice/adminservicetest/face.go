package adminservicetest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
)

// ServeHTTP answers as the service does.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	said, err := s.respond(r)
	var body []byte
	if err == nil {
		body, err = said.encode()
	}
	if errors.Is(err, errSlow) {
		<-r.Context().Done()
	}
	if err != nil {
		if hangUp(w) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return
	}
	maps.Copy(w.Header(), said.headers(body))
	w.WriteHeader(said.status)
	_, _ = w.Write(body) //nolint:gosec // G705: the type of what is written says that it is JSON.
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) error {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	return connection.Close()
}

func (a *answer) headers(body []byte) http.Header {
	h := http.Header{"OData-Version": {"4.0"}}
	if len(body) > 0 {
		h.Set("Content-Type", "application/json; odata.metadata=minimal")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	maps.Copy(h, a.header)
	return h
}

// RoundTripper answers requests without a socket.
func (s *Service) RoundTripper() http.RoundTripper { return &roundTripper{s} }

type roundTripper struct{ service *Service }

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	body := request.Body
	if body == nil {
		body = http.NoBody
	}
	defer body.Close() //nolint:errcheck // A RoundTripper must close the body and has nobody to tell.
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	received := request.Clone(request.Context())
	received.Body = body
	received.Host = request.URL.Host
	received.TLS = &tls.ConnectionState{Version: tls.VersionTLS12, HandshakeComplete: true}
	said, err := t.service.respond(received)
	if errors.Is(err, errSlow) {
		<-request.Context().Done()
		return nil, context.Cause(request.Context())
	}
	if err != nil {
		return nil, err
	}
	content, err := said.encode()
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", said.status, http.StatusText(said.status)),
		StatusCode: said.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: said.headers(content), Body: io.NopCloser(bytes.NewReader(content)), ContentLength: int64(len(content)), Request: request,
	}, nil
}
