package contenttest

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// Transport is an [http.RoundTripper] that calls a handler directly. The answer is complete before the round trip
// ends; one that is shorter than its Content-Length ends with [io.ErrUnexpectedEOF], as over a connection.
type Transport struct {
	// Handler answers every request, whatever host it is for.
	Handler http.Handler
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	incoming := request.Clone(request.Context())
	incoming.RequestURI = request.URL.RequestURI()
	if incoming.Host == "" {
		incoming.Host = request.URL.Host
	}
	if incoming.Body == nil {
		incoming.Body = http.NoBody
	}
	w := &recorder{header: http.Header{}}
	t.Handler.ServeHTTP(w, incoming)
	return w.response(request), nil
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	sent   http.Header
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter]; the first status counts.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write implements [http.ResponseWriter].
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) response(request *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	length := int64(w.body.Len())
	if declared, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		length = declared
	}
	reply := &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: http.NoBody, ContentLength: length, Request: request,
	}
	if request.Method != http.MethodHead {
		reply.Body = io.NopCloser(&declaredReader{rest: w.body.Bytes(), left: length})
	}
	return reply
}

// declaredReader yields as many bytes as were declared, or an error.
type declaredReader struct {
	rest []byte
	left int64
}

// Read implements [io.Reader].
func (r *declaredReader) Read(p []byte) (int, error) {
	switch {
	case r.left == 0:
		return 0, io.EOF
	case len(r.rest) == 0:
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p[:min(int64(len(p)), r.left)], r.rest)
	r.rest, r.left = r.rest[n:], r.left-int64(n)
	return n, nil
}
