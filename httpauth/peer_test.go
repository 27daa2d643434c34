package httpauth_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clouddp/sdk/httpauth"
)

const (
	realm    = "CONTOSO.COM"
	host     = "ca1.contoso.com"
	conf     = "[libdefaults]\ndefault_realm = CONTOSO.COM\n"
	password = "correct horse"
)

// peer is a web server that wants a sign-in. It answers with the name of the user and the body of the request.
type peer struct {
	*httptest.Server

	offers []string
	// before sees a signed-in request first and may answer in its place.
	before func(w http.ResponseWriter, r *http.Request) (answered bool)
	// hangUp closes a connection instead of a challenge, so many times.
	hangUp int

	kerberos *acceptor

	mu       sync.Mutex
	served   []string // method and user of every request that was let in, but for HEAD
	attempts int      // tokens and passwords that were judged
	ntlm     map[net.Conn]*ntlmState
}

type ntlmState struct {
	challenge []byte
	user      string // once signed in
}

type connKey struct{}

func newPeer(t *testing.T, offers ...string) *peer {
	t.Helper()
	p := &peer{offers: offers, ntlm: map[net.Conn]*ntlmState{}}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ErrorLog = quiet()
	p.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

// transport returns one that trusts the peer and finds it under its name in the domain.
func (p *peer) transport(t *testing.T, credentials ...httpauth.Credential) *httpauth.Transport {
	t.Helper()
	transport := &httpauth.Transport{
		Credentials: credentials,
		Pins:        []httpauth.Pin{httpauth.PinOf(p.Certificate())},
		Dial:        p.dial,
	}
	t.Cleanup(func() { _ = transport.Close() })
	return transport
}

func (p *peer) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, p.Listener.Addr().String())
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user := p.signIn(w, r)
	if user == "" || p.before != nil && p.before(w, r) {
		return
	}
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodHead {
		p.mu.Lock()
		p.served = append(p.served, r.Method+" "+user)
		p.mu.Unlock()
	}
	_, _ = fmt.Fprintf(w, "%s: %s", user, body)
}

// signIn returns the user, or answers.
func (p *peer) signIn(w http.ResponseWriter, r *http.Request) (user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token, _ := base64.StdEncoding.DecodeString(rest)
	switch {
	case len(p.offers) == 0:
		return "everybody"
	case scheme != "" && !slices.Contains(p.offers, scheme):
	case scheme == "Basic":
		p.attempts++
		name, secret, _ := r.BasicAuth()
		if secret == password {
			return name
		}
	case scheme == "Negotiate" && !strings.HasPrefix(string(token), "NTLMSSP"):
		p.attempts++
		if user = p.kerberos.accept(token, p.Certificate()); user != "" {
			return user
		}
	case p.converse(w, r, scheme, token) == "":
		return ""
	case p.connection(r).user != "":
		return p.connection(r).user
	}
	for _, scheme := range p.offers {
		w.Header().Add("WWW-Authenticate", scheme)
	}
	w.WriteHeader(http.StatusUnauthorized)
	return ""
}

func (p *peer) connection(r *http.Request) *ntlmState {
	conn := r.Context().Value(connKey{}).(net.Conn)
	if p.ntlm[conn] == nil {
		p.ntlm[conn] = new(ntlmState)
	}
	return p.ntlm[conn]
}

// converse takes a message of NTLM; it returns "" if it has answered.
func (p *peer) converse(w http.ResponseWriter, r *http.Request, scheme string, message []byte) string {
	state := p.connection(r)
	switch {
	case len(message) < 12:
		return "go on"
	case message[8] == 1:
		if p.hangUp > 0 {
			p.hangUp--
			w.Header().Set("Connection", "close")
		}
		*state = ntlmState{challenge: []byte("8 bytes!")}
		token := base64.StdEncoding.EncodeToString(ntlmChallenge(state.challenge))
		w.Header().Set("WWW-Authenticate", scheme+" "+token)
		w.WriteHeader(http.StatusUnauthorized)
		return ""
	case message[8] == 3 && state.challenge != nil:
		p.attempts++
		state.user = ntlmUser(message, state.challenge)
		state.challenge = nil
	}
	return "go on"
}

func (p *peer) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.served)
}

func (p *peer) tried() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.attempts
}

// do sends a request and returns the answer's text.
func do(t *testing.T, transport http.RoundTripper, method, body string) (string, error) {
	t.Helper()
	var content io.Reader = http.NoBody
	if body != "" {
		content = io.MultiReader(strings.NewReader(body)) // without GetBody
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://"+host+"/certsrv/", content)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d", method, resp.StatusCode)
	}
	return string(text), err
}
