package icpr

import (
	"context"
	"fmt"

	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/oiweiwei/go-msrpc/ssp/krb5"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/internal/kerberos"
)

// kerberosLogin is Kerberos version 5 in the three steps that DCE wants.
type kerberosLogin struct {
	*krb5.Authentifier
	tickets kerberos.Login
	service string
}

// kerberosFlags are those of the context.
const kerberosFlags = gssapi.MutualAuthn | gssapi.ReplayDetection | gssapi.Sequencing | gssapi.Confidentiality |
	gssapi.Integrity | gssapi.DCEStyle

func newKerberos(t kerberos.Login, service string) *kerberosLogin {
	return &kerberosLogin{&krb5.Authentifier{Config: &krb5.Config{DCEStyle: true}}, t, service}
}

func (l *kerberosLogin) kind() byte { return pdu.AuthKerberos }

// first gets a ticket for the service.
func (l *kerberosLogin) first(ctx context.Context) (token []byte, err error) {
	defer kerberos.Guard(&err)
	ticket, err := l.tickets.Ticket(ctx, l.service)
	if err != nil {
		return nil, err
	}
	request, err := ticket.Request(nil, uint32(kerberosFlags), flags.APOptionMutualRequired)
	if err != nil {
		return nil, err
	}
	l.APReq, l.SessionKey = &request, ticket.Key()
	return request.Marshal()
}

func (l *kerberosLogin) next(ctx context.Context, token []byte) (last []byte, err error) {
	defer kerberos.Guard(&err)
	if len(token) == 0 {
		return nil, fmt.Errorf("%w: no Kerberos token", errAnswer)
	}
	if last, err = l.APReply(ctx, token); err != nil {
		return nil, err
	}
	// The library does not compare the times, by which a server answers this login and no earlier one, RFC 4120 section
	// 3.2.5.
	asked, answered := l.APReq.Authenticator, l.APRep.DecryptedEncPart
	if asked.CTime.Unix() != answered.CTime.Unix() || asked.Cusec != answered.Cusec {
		return nil, fmt.Errorf("%w: to another login", errAnswer)
	}
	return last, nil
}

// confirms is true: Kerberos takes an even number of messages, [MS-RPCE] section 2.2.1.1.7.
//
// [MS-RPCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce
func (l *kerberosLogin) confirms() bool { return true }

func (l *kerberosLogin) overhead(ctx context.Context) int { return l.OutboundSignatureSize(ctx, true) }

func (l *kerberosLogin) seal(ctx context.Context, header, stub, trailer, signature []byte) (err error) {
	defer kerberos.Guard(&err)
	made, err := l.WrapOutboundPayload(ctx, [][]byte{header, stub, trailer}, [][]byte{stub})
	if err == nil && len(made) != len(signature) {
		err = fmt.Errorf("a signature of %d bytes, not %d", len(made), len(signature))
	}
	copy(signature, made)
	return err
}

func (l *kerberosLogin) open(ctx context.Context, header, stub, trailer, signature []byte) (err error) {
	defer kerberos.Guard(&err)
	intact, err := l.UnwrapInboundPayload(ctx, [][]byte{header, stub, trailer}, [][]byte{stub}, signature)
	if err == nil && !intact {
		err = errSignature
	}
	return err
}
