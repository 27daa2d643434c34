package icpr

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/ntlm"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/internal/kerberos"
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
	config.Credential = account{user, domain, password}
	return &ntlmLogin{&ntlm.Authentifier{Config: config}}
}

// account keeps a user principal name whole, whose parts need not be the names of the account and of its domain.
type account struct {
	user, domain, secret string
}

var _ credential.Password = account{}

// Password implements credential.Password.
func (a account) Password() string { return a.secret }

// Workstation implements credential.Credential.
func (account) Workstation() string { return "" }

// UserName implements credential.Credential.
func (a account) UserName() string { return a.user }

// DomainName implements credential.Credential.
func (a account) DomainName() string { return a.domain }

func (l *ntlmLogin) kind() byte { return pdu.AuthNTLM }

func (l *ntlmLogin) first(ctx context.Context) (token []byte, err error) {
	defer kerberos.Guard(&err)
	return l.Negotiate(ctx)
}

func (l *ntlmLogin) next(ctx context.Context, token []byte) (last []byte, err error) {
	defer kerberos.Guard(&err)
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
	defer kerberos.Guard(&err)
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
