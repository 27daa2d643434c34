package httpauth

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/clouddp/sdk/internal/kerberos"
	"github.com/clouddp/sdk/internal/roundtrip"
)

// session sends requests that are signed in with one credential, over connections that nobody else uses.
type session interface {
	send(r *replay) (*answer, error)
	close()
}

// single signs in each request with one token.
type single struct {
	pool   *pool
	scheme string
	tokens tokens
}

// send implements session. A request that is refused because of a ticket that was kept, or because the server's certificate
// has changed, is sent once more: it has not been carried out.
func (s *single) send(r *replay) (*answer, error) {
	for first := true; ; first = false {
		certificate := s.pool.certificate.Load()
		token, kept, err := s.tokens.token(roundtrip.Unwatched(r.request.Context()), certificate)
		if err != nil {
			return nil, s.pool.fail(r.request.Context(), s.scheme, nil, err)
		}
		a, err := s.pool.send(r, authorization(s.scheme, token))
		if err != nil || !a.unauthorized() {
			return a, err
		}
		a.drop()
		if !first || !kept && certificate.Equal(a.certificate()) {
			return nil, s.pool.fail(r.request.Context(), s.scheme, offered(a.Header), errRefused)
		}
		s.tokens.forget()
	}
}

func (s *single) close() { s.pool.close() }

// bound signs in a connection by a conversation. There is one connection, and one request on it at a time.
type bound struct {
	pool     *pool
	scheme   string
	exchange exchange
	turn     chan struct{}
	signedIn atomic.Bool // the connection, if it still stands
}

func newBound(p *pool, scheme string, e exchange) *bound {
	p.transport.MaxConnsPerHost = 1
	return &bound{pool: p, scheme: scheme, exchange: e, turn: make(chan struct{}, 1)}
}

// send implements session.
func (b *bound) send(r *replay) (*answer, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-r.request.Context().Done():
		return nil, r.request.Context().Err()
	}
	if b.signedIn.Load() {
		a, err := b.pool.send(r, "")
		if err != nil || !a.unauthorized() {
			return a, err
		}
		a.drop() // another connection, or a server that wants every request signed
	}
	a, err := b.signIn(r)
	if errors.Is(err, errMoved) {
		a, err = b.signIn(r)
	}
	if errors.Is(err, errMoved) {
		err = b.pool.fail(r.request.Context(), b.scheme, nil, err)
	}
	return a, err
}

// errMoved says that the connection was lost in the middle of the conversation that was to sign it in.
var errMoved = errors.New("the server closes the connection that is being signed in")

// signIn holds the conversation. It begins with a request that changes nothing, so that the real one goes out once,
// signed in, with the last token.
func (b *bound) signIn(r *replay) (*answer, error) {
	defer b.exchange.end()
	ctx := r.request.Context()
	b.signedIn.Store(false)
	token, err := b.exchange.begin()
	if err != nil {
		return nil, b.pool.fail(ctx, b.scheme, nil, err)
	}
	hello, err := b.pool.send(r.bare(), authorization(b.scheme, token))
	if err != nil {
		return nil, err
	}
	hello.drop()
	if !hello.unauthorized() { // one token was enough, or the connection is signed in already
		if token, err = b.exchange.begin(); err != nil {
			return nil, b.pool.fail(ctx, b.scheme, nil, err)
		}
		return b.last(r, token, false)
	}
	challenge := challengeToken(hello.Header, b.scheme)
	if challenge == nil {
		return nil, b.pool.fail(ctx, b.scheme, offered(hello.Header), errRefused)
	}
	if token, err = b.exchange.next(challenge); err != nil {
		return nil, b.pool.fail(ctx, b.scheme, offered(hello.Header), err)
	}
	return b.last(r, token, true)
}

// last sends the real request with the last token. A challenge signs in the connection, not the request alone.
func (b *bound) last(r *replay, token []byte, challenged bool) (*answer, error) {
	a, err := b.pool.send(r, authorization(b.scheme, token))
	switch {
	case err != nil:
		return nil, err
	case !a.unauthorized():
		b.signedIn.Store(challenged)
		return a, nil
	}
	a.drop()
	if a.fresh {
		return nil, errMoved
	}
	return nil, b.pool.fail(r.request.Context(), b.scheme, offered(a.Header), errRefused)
}

func (b *bound) close() { b.pool.close() }

// fail makes a typed error of what ended a sign-in.
func (p *pool) fail(ctx context.Context, scheme string, offered []string, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return &AuthError{Server: p.server, Scheme: scheme, Offered: offered, Code: kerberos.Code(err), Err: err, category: categorise(err)}
}
