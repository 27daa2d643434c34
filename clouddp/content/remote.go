package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxGrantReply bounds what a point may answer when it is asked for a grant.
const maxGrantReply = 64 << 10

// Remote reads from a content point, such as point.Point, over HTTPS. It is a [Reader] and a [Granter], so that [Fetch]
// with a nil key needs nothing but it. A Remote is safe for concurrent use.
//
// The token is sent to the host of URL alone: where the point redirects to storage, the redirect is followed once and
// without it.
type Remote struct {
	// URL is the point's: https://clouddp.contoso.com.
	URL string
	// Token returns a bearer token. It is called for every request and should keep its token until it expires.
	Token func(ctx context.Context) (string, error)
	// HTTP makes the requests; nil means http.DefaultTransport. Its CheckRedirect is not used. ctx ends a request that
	// hangs, as does HTTP.Timeout, which covers the reading of a body of up to 64 MiB.
	HTTP *http.Client
}

// Grant asks the point for the grant of a package.
//
// Errors: [ErrDenied] if the token is refused or does not cover the package, [ErrNotFound], [ErrUnavailable].
func (r *Remote) Grant(ctx context.Context, id string) (*Grant, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	reply, err := r.send(ctx, http.MethodGet, "/v1/packages/"+id, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	if reply.StatusCode != http.StatusOK {
		return nil, statusError(id, reply)
	}
	var body GrantReply
	if err := json.NewDecoder(io.LimitReader(reply.Body, maxGrantReply)).Decode(&body); err != nil {
		return nil, opError("read", id, fmt.Errorf("reply of the point is no JSON: %w", ErrIntegrity))
	}
	if body.ID != id || CheckName(body.Manifest) != nil || len(body.Key) != keySize {
		return nil, opError("read", id, fmt.Errorf("reply of the point is no grant for it: %w", ErrIntegrity))
	}
	return &Grant{ID: id, Manifest: body.Manifest, Key: staticKey(body.Key)}, nil
}

// Open implements [Reader].
func (r *Remote) Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, Info, error) {
	want := span{off: off, n: n}
	if err := errors.Join(CheckName(name), want.check()); err != nil {
		return nil, Info{}, err
	}
	method := http.MethodGet
	if n == 0 {
		method = http.MethodHead
	}
	reply, err := r.ask(ctx, method, "/v1/blobs/"+name, want.header())
	if err != nil {
		return nil, Info{}, err
	}
	return openReply(name, want, reply)
}

// ask asks the point, or the storage that it redirects to.
func (r *Remote) ask(ctx context.Context, method, path, ranges string) (*http.Response, error) {
	reply, err := r.send(ctx, method, path, ranges)
	if err != nil {
		return nil, err
	}
	location := redirect(reply)
	if location == "" {
		return reply, nil
	}
	_ = reply.Body.Close()
	return r.follow(ctx, method, location, ranges)
}

// send asks the point itself, with the token.
func (r *Remote) send(ctx context.Context, method, path, ranges string) (*http.Response, error) {
	base, err := url.Parse(r.URL)
	if err != nil || base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" {
		return nil, invalid("URL", "want https://host without user and query")
	}
	if r.Token == nil {
		return nil, invalid("Token", "is nil")
	}
	token, err := r.Token(ctx)
	if err != nil {
		return nil, opError("get token for", base.Host, err)
	}
	header := http.Header{"Authorization": {"Bearer " + token}}
	return r.do(ctx, method, strings.TrimSuffix(base.String(), "/")+path, ranges, header)
}

// follow asks the storage that the point redirected to, without the token.
func (r *Remote) follow(ctx context.Context, method, location, ranges string) (*http.Response, error) {
	target, err := url.Parse(location)
	if err != nil || target.Scheme != "https" || target.Host == "" {
		return nil, fmt.Errorf("content: follow redirect: not to https: %w", ErrIntegrity)
	}
	return r.do(ctx, method, location, ranges, http.Header{})
}

func (r *Remote) do(ctx context.Context, method, target, ranges string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, target, http.NoBody)
	if err != nil {
		return nil, invalid("URL", "does not parse")
	}
	request.Header = header
	request.Header.Set("Accept-Encoding", "identity")
	if ranges != "" {
		request.Header.Set("Range", ranges)
	}
	client := http.Client{}
	if r.HTTP != nil {
		client = *r.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	reply, err := client.Do(request)
	if err != nil {
		return nil, transportError(ctx, request.URL.Host, err)
	}
	return reply, nil
}

// redirect returns where a reply points to, empty if it answers itself.
func redirect(reply *http.Response) string {
	switch reply.StatusCode {
	case http.StatusFound, http.StatusTemporaryRedirect:
		return reply.Header.Get("Location")
	default:
		return ""
	}
}

// transportError drops the URL, which may hold a signature, from the error of an http.Client.
func transportError(ctx context.Context, host string, err error) error {
	if ctx.Err() != nil {
		return opError("ask", host, ctx.Err())
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	return opError("ask", host, fmt.Errorf("%w: %w", ErrUnavailable, err))
}

// statusError turns the status of a reply into an error.
func statusError(subject string, reply *http.Response) error {
	category := ErrUnavailable
	switch reply.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		category = ErrDenied
	case http.StatusNotFound:
		category = ErrNotFound
	case http.StatusPreconditionFailed:
		category = ErrConflict
	case http.StatusRequestedRangeNotSatisfiable:
		return invalid("off", "lies at or past the end of %s", subject)
	}
	return opError("read", subject, fmt.Errorf("the point answers status %d: %w", reply.StatusCode, category))
}

// GrantReply is the JSON that a point answers when it is asked for a grant: /v1/packages/<id>. It holds a key; do not
// log it.
type GrantReply struct {
	// ID is the package's.
	ID string `json:"id"`
	// Manifest is the name of the manifest's blob, to be read under /v1/blobs/.
	Manifest string `json:"manifest"`
	// Key is the package key, 32 bytes.
	Key []byte `json:"key"`
}
