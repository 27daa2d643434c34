package point

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/internal/errs"
)

const (
	defaultRequests = 32
	defaultDuration = time.Hour
	defaultLinkLife = 15 * time.Minute
)

// Point serves packages over HTTP; see the package comment for what it answers. Its fields must not change once it
// serves.
type Point struct {
	// Content is the store, or any reader of it. If it is a [content.Linker], clients get the bytes of blobs from there.
	Content content.Reader
	// Key is the point key.
	Key content.Key
	// Tokens checks what clients show.
	Tokens *Verifier
	// Logger gets one line a request, without any secret; nil means none.
	Logger *slog.Logger
	// MaxRequests is how many requests are served at a time; 0 means 32.
	MaxRequests int
	// MaxDuration is how long one request may take, to a slow client too; 0 means an hour.
	MaxDuration time.Duration
	// LinkLife is how long a location handed out by a [content.Linker] is good; 0 means 15 minutes.
	LinkLife time.Duration

	serving atomic.Int64
	trees   trees
}

// ServeHTTP implements [http.Handler].
func (p *Point) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply := &reply{ResponseWriter: w}
	defer func(began time.Time) { p.log(r, reply, time.Since(began)) }(time.Now())
	header := reply.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-store")
	if p.serving.Add(1) > int64(cmp.Or(p.MaxRequests, defaultRequests)) {
		header.Set("Retry-After", "1")
		reply.refuse(http.StatusServiceUnavailable, nil)
	} else {
		p.serve(reply, r)
	}
	p.serving.Add(-1)
}

// serve bounds the request in time, checks the token and finds who answers.
func (p *Point) serve(w *reply, r *http.Request) {
	limit := cmp.Or(p.MaxDuration, defaultDuration)
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(limit)) // where it is supported
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	r = r.WithContext(ctx)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.refuse(http.StatusMethodNotAllowed, nil)
		return
	}
	if p.Content == nil || p.Key == nil {
		w.refuse(http.StatusInternalServerError, errs.Invalid("point", "Content, Key", "must not be nil"))
		return
	}
	claims := p.authenticate(w, r)
	if claims == nil {
		return
	}
	w.token = claims.ID
	p.route(w, r, claims)
}

func (p *Point) route(w *reply, r *http.Request, claims *Claims) {
	routes := []struct {
		prefix string
		serve  func(rest string)
	}{
		{"/v1/blobs/", func(name string) { p.serveBlob(w, r, name) }},
		{"/v1/packages/", func(id string) {
			if covered(w, claims, id) {
				p.serveGrant(w, r, id)
			}
		}},
		{"/content/", func(rest string) {
			if id, path, _ := strings.Cut(rest, "/"); covered(w, claims, id) {
				p.serveFile(w, r, id, path)
			}
		}},
	}
	for _, route := range routes {
		if rest, ok := strings.CutPrefix(r.URL.Path, route.prefix); ok {
			route.serve(rest)
			return
		}
	}
	w.refuse(http.StatusNotFound, nil)
}

// authenticate returns what the token of the request says, or answers 401 and returns nil.
func (p *Point) authenticate(w *reply, r *http.Request) *Claims {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="content"`)
		w.refuse(http.StatusUnauthorized, nil)
		return nil
	}
	claims, err := p.Tokens.Verify(strings.TrimSpace(token))
	if errors.Is(err, ErrInvalid) {
		w.refuse(http.StatusInternalServerError, err)
		return nil
	}
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="content", error="invalid_token"`)
		w.refuse(http.StatusUnauthorized, err)
		return nil
	}
	return claims
}

// covered reports whether a token is good for a package, or answers 403.
func covered(w *reply, claims *Claims, id string) bool {
	if !claims.Covers(id) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="content", error="insufficient_scope"`)
		w.refuse(http.StatusForbidden, nil)
		return false
	}
	return true
}
