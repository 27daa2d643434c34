package gsstsig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/dns"
)

// maxRounds bounds how many tokens are exchanged with a server. Kerberos needs one round, the packages of Windows that
// wrap it a few more.
const maxRounds = 8

// mechanism is one side of a GSS-API security context.
type mechanism interface {
	// begin gets credentials and returns the first token for the service. It may ask a KDC.
	begin(service string) (token []byte, err error)
	// next takes the peer's token. It returns whether the context is established, else the next token.
	next(input []byte) (token []byte, established bool, err error)
	sign(data []byte) (mac []byte, err error)
	verify(data, mac []byte) error
	// disconnect gives up everything but what sign and verify need.
	disconnect()
	close() error
}

// negotiation is one attempt to agree on a key with a server.
type negotiation struct {
	signer  *Signer
	server  string
	service string
}

// run returns a session with a key that the server and the mechanism agree on.
func (n *negotiation) run(ctx context.Context) (*session, error) {
	mech, token, err := n.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer mech.disconnect()
	s := &session{keyName: newKeyName(strings.TrimPrefix(n.service, "DNS/")), mech: mech}
	for range maxRounds {
		reply, err := n.exchange(ctx, s.keyName, token)
		if err != nil {
			return nil, errors.Join(err, mech.close())
		}
		established := false
		token, established, err = mech.next(reply)
		if err != nil {
			return nil, errors.Join(err, mech.close())
		}
		if established {
			return s, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("no agreement after %d rounds", maxRounds), mech.close())
}

// newKeyName returns a name that the server has not seen, as RFC 3645, section 3.1, wants it.
func newKeyName(host string) string { return strings.ToLower(rand.Text()) + "." + host + "." }

// begin gets the first token. No Kerberos library takes a context: one that is asking a KDC when ctx ends is left behind,
// and what it brings home is thrown away.
func (n *negotiation) begin(ctx context.Context) (mechanism, []byte, error) {
	mech, err := n.signer.mechanism()
	if err != nil {
		return nil, nil, err
	}
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	type outcome struct {
		token []byte
		err   error
	}
	begun := make(chan outcome)
	go func() {
		token, err := mech.begin(n.service)
		if err != nil {
			mech.disconnect()
			err = errors.Join(err, mech.close())
		}
		select {
		case begun <- outcome{token, err}:
		case <-ctx.Done():
			mech.disconnect()
			_ = mech.close() // nobody is left to be told
		}
	}()
	select {
	case o := <-begun:
		return mech, o.token, o.err
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
}

// kerberosCode finds the name of an error of RFC 4120 in the text of gokrb5, which has it nowhere else.
var kerberosCode = regexp.MustCompile(`\(\d+\) (K[A-Z]+_[A-Z_]+)`)

// badLogin is what gokrb5 says where it, not the KDC, finds the password wrong: it cannot decrypt what the KDC sent.
const badLogin = "client password/keytab incorrect"

// fail makes a typed error of what ended the negotiation.
func (n *negotiation) fail(ctx context.Context, err error) error {
	failure := &NegotiationError{Server: n.server, Service: n.service, Err: err, category: ErrUnavailable}
	refusal, refused := errors.AsType[*serverError](err)
	auth, unauthentic := errors.AsType[*dns.AuthError](err)
	code := kerberosCode.FindStringSubmatch(err.Error())
	switch {
	case ctx.Err() != nil:
		failure.Err, failure.category = context.Cause(ctx), nil
	case unauthentic:
		failure.Code, failure.category = auth.Code, ErrDenied
	case refused:
		failure.Code, failure.category = refusal.code, refusal.category()
	case code != nil:
		failure.Code, failure.category = code[1], ErrDenied
	case strings.Contains(err.Error(), badLogin), errors.Is(err, errNoCredentials):
		failure.category = ErrDenied
	}
	return failure
}
