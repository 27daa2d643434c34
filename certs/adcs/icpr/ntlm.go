package icpr

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/ntlm"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// ntlmSignature is the length of a signature, [MS-NLMP] section 2.2.2.9.
//
// [MS-NLMP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp
const ntlmSignature = 16

// ntlmNeeds is what a server has to agree to; without it signatures or keys are weaker, or there are none.
const ntlmNeeds = ntlm.NegotiateSeal | ntlm.NegotiateSign | ntlm.NegotiateExtendedSessionSecurity | ntlm.Negotiate128 |
	ntlm.NegotiateKeyExchange

var errSignature = errors.New("the signature of a message is wrong")

// ntlmLogin is NTLM version 2.
type ntlmLogin struct{ *ntlm.Authentifier }

// newNTLM logs in at the service.
func newNTLM(user, domain, password, service string) *ntlmLogin {
	config := ntlm.NewConfig()
	config.Integrity, config.Confidentiality = true, true
	config.TargetName = service
	config.Credential = credential.NewFromPassword(user, password, credential.Domain(domain))
	return &ntlmLogin{&ntlm.Authentifier{Config: config}}
}

func (l *ntlmLogin) kind() byte { return pdu.AuthNTLM }

func (l *ntlmLogin) first(ctx context.Context) (token []byte, err error) {
	defer guard(&err)
	return l.Negotiate(ctx)
}

func (l *ntlmLogin) next(ctx context.Context, token []byte) (last []byte, err error) {
	defer guard(&err)
	var challenge ntlm.ChallengeMessage
	if err := challenge.Unmarshal(ctx, token); err != nil {
		return nil, fmt.Errorf("%w: NTLM challenge: %w", errAnswer, err)
	}
	if challenge.Negotiate&ntlmNeeds != ntlmNeeds {
		return nil, errProtection
	}
	return l.Authenticate(ctx, token)
}

// confirms is false: NTLM takes three messages, and what the server thinks of the last one it tells in answer to the
// first call.
func (l *ntlmLogin) confirms() bool { return false }

func (l *ntlmLogin) overhead(context.Context) int { return ntlmSignature }

func (l *ntlmLogin) seal(ctx context.Context, header, stub, trailer, signature []byte) error {
	sum, err := l.MakeOutboundChecksum(ctx, [][]byte{header, stub, trailer})
	if err != nil {
		return err
	}
	if err := l.ApplyOutboundCipher(ctx, stub); err != nil {
		return err
	}
	made, err := l.MakeOutboundSignature(ctx, sum)
	copy(signature, made)
	return err
}

func (l *ntlmLogin) open(ctx context.Context, header, stub, trailer, signature []byte) (err error) {
	defer guard(&err)
	if err := l.ApplyInboundCipher(ctx, stub); err != nil {
		return err
	}
	sum, err := l.MakeInboundChecksum(ctx, [][]byte{header, stub, trailer})
	if err != nil {
		return err
	}
	want, err := l.MakeInboundSignature(ctx, sum)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(signature, want) != 1 {
		return errSignature
	}
	return nil
}
