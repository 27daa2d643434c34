package httpauth

import (
	"context"
	"crypto/x509"
	"strings"

	"github.com/clouddp/sdk/internal/kerberos"
)

// Credential is who signs in, and how: a [*Kerberos], a [*CurrentUser], a [*NTLM] or a [*Basic]. Where a server offers
// more than one of them they are preferred in this order. One that fails is not replaced by the next: a weaker scheme must
// not be the reward for blocking a stronger one.
type Credential interface {
	// check adds what keeps the credential from being used.
	check(problems *InvalidError)
	// schemes are the authentication schemes that it can answer, the best first.
	schemes() []string
	// strength orders credentials; the highest is preferred.
	strength() int
	// open returns what signs in with it to the server of a pool.
	open(p *pool, scheme string) session
}

const (
	schemeNegotiate = "Negotiate"
	schemeNTLM      = "NTLM"
	schemeBasic     = "Basic"
)

// The strengths of the credentials.
const (
	strengthBasic = iota
	strengthNTLM
	strengthCurrentUser
	strengthKerberos
)

// tokens makes the only token that a server needs to judge a request. It is safe for concurrent use.
type tokens interface {
	// token returns a token for the server whose certificate this is. It reports whether it was made of something that
	// was fetched for an earlier request and may be out of date.
	token(ctx context.Context, certificate *x509.Certificate) (token []byte, kept bool, err error)
	// forget gives up what was fetched.
	forget()
}

// exchange makes the tokens of a conversation that signs in a connection. One conversation is held at a time.
type exchange interface {
	// begin starts a new conversation and returns its first token.
	begin() ([]byte, error)
	// next answers a challenge of the server.
	next(challenge []byte) ([]byte, error)
	// end gives up what the conversation holds.
	end()
}

// Basic signs in with a user name and a password that the server gets to see. It is sent over TLS only, and only to a
// server that asks for it.
type Basic struct {
	// User is the account as the server wants it, commonly CONTOSO\svc-clouddp or svc-clouddp@contoso.com. Required.
	User string
	// Password returns its password. It is called for each request. Required.
	Password func() ([]byte, error)
}

func (b *Basic) check(problems *InvalidError) {
	if b == nil {
		problems.Add("Basic", "is nil")
		return
	}
	checkAccount(problems, "Basic", b.User, b.Password != nil)
	if strings.ContainsAny(b.User, ":\r\n\x00") {
		problems.Add("Basic.User", "%q holds a character that the scheme cannot carry", b.User)
	}
}

func (*Basic) schemes() []string { return []string{schemeBasic} }

func (*Basic) strength() int { return strengthBasic }

func (b *Basic) open(p *pool, scheme string) session {
	return &single{pool: p, scheme: scheme, tokens: basicTokens{b}}
}

type basicTokens struct{ credential *Basic }

func (b basicTokens) token(context.Context, *x509.Certificate) (token []byte, kept bool, err error) {
	password, err := kerberos.Secret(b.credential.Password)
	if err != nil {
		return nil, false, err
	}
	return append([]byte(b.credential.User+":"), password...), false, nil
}

func (basicTokens) forget() {}

func checkAccount(problems *InvalidError, kind, user string, hasPassword bool) {
	if user == "" {
		problems.Add(kind+".User", "is empty; name the account")
	}
	if !hasPassword {
		problems.Add(kind+".Password", "is nil; give a function that returns the password")
	}
}
