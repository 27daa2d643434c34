package gsstsig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
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
	keyName := newKeyName(strings.TrimPrefix(n.service, "DNS/"))
	if err := n.agree(ctx, mech, keyName, token); err != nil {
		return nil, errors.Join(err, discard(mech))
	}
	mech.disconnect()
	return &session{keyName: keyName, mech: mech}, nil
}

// agree exchanges tokens with the server until the mechanism has what it needs.
func (n *negotiation) agree(ctx context.Context, mech mechanism, keyName string, token []byte) error {
	for range maxRounds {
		reply, err := n.exchange(ctx, keyName, token)
		if err != nil {
			return err
		}
		established := false
		token, established, err = mech.next(reply)
		if err != nil || established {
			return err
		}
	}
	return fmt.Errorf("no agreement after %d rounds", maxRounds)
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
		select {
		case begun <- outcome{token, err}:
		case <-ctx.Done():
			_ = discard(mech) // nobody is left to be told
		}
	}()
	select {
	case o := <-begun:
		if o.err != nil {
			return nil, nil, errors.Join(o.err, discard(mech))
		}
		return mech, o.token, nil
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
}

// discard gives up a mechanism and everything that it has.
func discard(mech mechanism) error {
	mech.disconnect()
	return mech.close()
}
