package httpauth

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/roundtrip"
)

// maxBody is the longest request body that is taken into memory so that it can be sent again.
const maxBody = 16 << 20

// replay is a request that can be sent more than once: a server that wants a sign-in first has not looked at it.
type replay struct {
	request *http.Request
	body    func() (io.ReadCloser, error) // nil without a body
}

// newReplay takes over a request and its body.
func newReplay(req *http.Request) (*replay, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return &replay{request: req}, nil
	}
	defer func() { _ = req.Body.Close() }()
	if req.GetBody != nil {
		return &replay{req, req.GetBody}, nil
	}
	content, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the request body: %w", err)
	}
	if len(content) > maxBody {
		return nil, fmt.Errorf("a request body without GetBody of more than %d bytes: %w", maxBody, errs.ErrLimit)
	}
	body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	return &replay{req, body}, nil
}

// copy returns the request to send, with the Authorization header if there is one.
func (r *replay) copy(ctx context.Context, authorization string) (*http.Request, error) {
	req := r.request.Clone(ctx)
	req.Header.Del("Authorization")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if r.body == nil {
		return req, nil
	}
	body, err := r.body()
	if err != nil {
		return nil, fmt.Errorf("read the request body again: %w", err)
	}
	req.Body, req.GetBody = body, r.body
	return req, nil
}

// bare returns a request for the same resource that asks for nothing and changes nothing, to sign in with.
func (r *replay) bare() *replay {
	req := r.request.Clone(roundtrip.Unwatched(r.request.Context()))
	req.Method, req.Body, req.GetBody, req.ContentLength, req.TransferEncoding = http.MethodHead, nil, nil, 0, nil
	req.Header.Del("Content-Type")
	req.Header.Del("Content-Length")
	return &replay{request: req}
}

// safe reports whether the request changes nothing at the server.
func (r *replay) safe() bool {
	switch r.request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return false
}
