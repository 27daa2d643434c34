package httpauth

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
	"github.com/clouddp/sdk/internal/roundtrip"
)

// Transport is an [http.RoundTripper] that signs in to one server. It belongs to the server of its first request: a request
// to another one, to which a redirect may lead, is an [*InvalidError], as is one over plain HTTP. The zero value
// signs in with nothing and trusts the system's roots.
//
// It is safe for concurrent use while its fields do not change. With [NTLM] and [CurrentUser] requests take turns on one
// connection: close the body of an answer before the next request, or that waits for it. Call Close at the end.
type Transport struct {
	// Credentials are what the caller can sign in with, each of another type. The server's offer decides which is used.
	Credentials []Credential
	// Roots are the authorities that the server's certificate must chain to; nil means the system's. A certificate that was
	// issued by itself is better pinned.
	Roots *x509.CertPool
	// Pins are the keys that the server's certificate may have; none means any. With pins and without Roots the certificate
	// needs no chain, no name and no validity.
	Pins []Pin
	// Dial opens the connections to the server; network is "tcp". Nil means a [net.Dialer] with a time limit of 30 s; proxies
	// that the environment names are not used. KDCs are not reached through it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu        sync.Mutex
	closed    bool
	host      string  // that it belongs to, with the port; empty before the first request
	anonymous *pool   // asks what the server offers
	chosen    session // with the credential that fits the server; nil before it was asked
}

// RoundTrip implements [http.RoundTripper]. Errors are an [*AuthError], an [*InvalidError] for a transport or a
// request that cannot be used, [ErrUnknown] where a request other than GET, HEAD or OPTIONS may have been carried out,
// [ErrUnavailable] where it was not, and that of a context that ended. Reading the body of an answer fails alike. A
// body without GetBody is taken into memory; more than 16 MiB of it is [ErrLimit].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	r, err := newReplay(req)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	roundtrip.Begin(req.Context())
	anonymous, chosen, err := t.admit(req)
	if err != nil {
		return nil, err
	}
	a, err := t.send(r, anonymous, chosen)
	if err != nil {
		return nil, err
	}
	a.Request = req
	return a.Response, nil
}

// Schemes asks the server of a URL which authentication schemes it offers there, without showing it a credential. None
// means that it wants no sign-in. Errors are those of RoundTrip.
func (t *Transport) Schemes(ctx context.Context, url string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, http.NoBody)
	if err != nil {
		return nil, errs.Invalid("httpauth: request", "URL", "%q is no URL", url)
	}
	anonymous, _, err := t.admit(req)
	if err != nil {
		return nil, err
	}
	a, err := anonymous.send(&replay{request: req}, "")
	if err != nil {
		return nil, err
	}
	a.drop()
	if !a.unauthorized() {
		return nil, nil
	}
	return offered(a.Header), nil
}

// CloseIdleConnections closes the connections that are not in use. Later requests open new ones.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	anonymous, chosen := t.anonymous, t.chosen
	t.mu.Unlock()
	if anonymous != nil {
		anonymous.close()
	}
	if chosen != nil {
		chosen.close()
	}
}

// Close gives up the connections and the tickets. Later requests fail; one that is on its way ends as it would. It
// always returns nil.
func (t *Transport) Close() error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.CloseIdleConnections()
	t.mu.Lock()
	t.chosen = nil
	t.mu.Unlock()
	return nil
}

// admit checks the request, and the transport with the first one.
func (t *Transport) admit(req *http.Request) (*pool, session, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, errClosed
	}
	problems := &InvalidError{Subject: "httpauth: request"}
	server := hostPort(req)
	switch {
	case req.URL.Scheme != "https":
		problems.Add("URL", "is %s://%s; use https, without which a sign-in protects nothing", req.URL.Scheme, req.URL.Host)
	case t.host == "":
		t.check(problems, req.URL.Hostname())
	case server != t.host:
		problems.Add("URL", "leads to %s; the transport belongs to %s and shows its credentials to nobody else", server, t.host)
	}
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	if t.host == "" {
		t.host, t.anonymous = server, t.newPool(req.URL.Hostname(), req.URL.Host)
	}
	return t.anonymous, t.chosen, nil
}

func (t *Transport) check(problems *InvalidError, host string) {
	if host == "" {
		problems.Add("URL", "names no server")
	}
	for i, c := range t.Credentials {
		if c == nil {
			problems.Add("Credentials", "number %d is nil", i)
			continue
		}
		c.check(problems)
		if k, ok := c.(*Kerberos); ok && k != nil && k.Service == "" && isAddress(host) {
			problems.Add("URL", "is the address %s; use the name that Kerberos knows the server by", host)
		}
	}
}

// hostPort returns the server of a request in one spelling.
func hostPort(req *http.Request) string {
	return net.JoinHostPort(strings.ToLower(strings.TrimSuffix(req.URL.Hostname(), ".")), cmp.Or(req.URL.Port(), "443"))
}

// send sends a request as the server wants it.
func (t *Transport) send(r *replay, anonymous *pool, chosen session) (*answer, error) {
	if chosen != nil {
		return chosen.send(r)
	}
	first := r
	if len(t.Credentials) > 0 {
		first = r.bare()
	}
	a, err := anonymous.send(first, "")
	if err != nil {
		return nil, err
	}
	if !a.unauthorized() { // the resource is open to everybody
		if first == r {
			return a, nil
		}
		a.drop()
		if a, err = anonymous.send(r, ""); err != nil || !a.unauthorized() {
			return a, err
		}
	}
	a.drop()
	if chosen, err = t.choose(r.request.Context(), anonymous, a); err != nil {
		return nil, err
	}
	return chosen.send(r)
}

// choose opens a session with the strongest credential that the server has a scheme for.
func (t *Transport) choose(ctx context.Context, anonymous *pool, a *answer) (session, error) {
	schemes := offered(a.Header)
	credential, scheme := strongest(t.Credentials, schemes)
	if credential == nil {
		err := errNotOffered
		if len(t.Credentials) == 0 {
			err = kerberos.ErrNoCredentials
		}
		return nil, anonymous.fail(ctx, "", schemes, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return nil, errClosed
	case t.chosen == nil: // somebody else may have been faster
		p := t.newPool(anonymous.host, anonymous.server)
		p.certificate.Store(a.certificate())
		t.chosen = credential.open(p, scheme)
	}
	return t.chosen, nil
}

func strongest(credentials []Credential, offered []string) (best Credential, scheme string) {
	for _, c := range credentials {
		if best != nil && c.strength() <= best.strength() {
			continue
		}
		for _, s := range c.schemes() {
			if slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, s) }) {
				best, scheme = c, s
				break
			}
		}
	}
	return best, scheme
}
