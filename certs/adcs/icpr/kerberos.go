package icpr

import (
	"context"
	"fmt"

	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/oiweiwei/go-msrpc/ssp/krb5"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// kerberosLogin is Kerberos version 5 in the three steps that DCE wants.
type kerberosLogin struct {
	*krb5.Authentifier
	tickets tickets
	service string
}

func newKerberos(t tickets, service string) *kerberosLogin {
	return &kerberosLogin{&krb5.Authentifier{Config: &krb5.Config{DCEStyle: true}}, t, service}
}

func (l *kerberosLogin) kind() byte { return pdu.AuthKerberos }

// first gets a ticket for the service. No Kerberos library takes a context: one that still looks for a KDC when ctx
// ends is left behind, and what it brings home is thrown away.
func (l *kerberosLogin) first(ctx context.Context) ([]byte, error) {
	type outcome struct {
		token []byte
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		token, err := l.request(ctx)
		done <- outcome{token, err}
	}()
	select {
	case o := <-done:
		return o.token, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *kerberosLogin) request(ctx context.Context) (token []byte, err error) {
	defer guard(&err)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	user, err := l.tickets.login(kdcDialer(ctx), l.service)
	if err != nil {
		return nil, err
	}
	defer user.Destroy() // until then it would renew the ticket
	ticket, key, err := user.GetServiceTicket(l.service)
	if err != nil {
		return nil, err
	}
	wanted := []int{
		int(gssapi.MutualAuthn), int(gssapi.ReplayDetection), int(gssapi.Sequencing), int(gssapi.Confidentiality),
		int(gssapi.Integrity), int(gssapi.DCEStyle),
	}
	request, err := spnego.NewKRB5TokenAPREQ(user, ticket, key, wanted, []int{flags.APOptionMutualRequired})
	if err != nil {
		return nil, err
	}
	l.APReq, l.SessionKey = &request.APReq, key
	if err := l.APReq.DecryptAuthenticator(key); err != nil { // for its sequence number
		return nil, err
	}
	return l.APReq.Marshal()
}

func (l *kerberosLogin) next(ctx context.Context, token []byte) (last []byte, err error) {
	defer guard(&err)
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
	defer guard(&err)
	made, err := l.WrapOutboundPayload(ctx, [][]byte{header, stub, trailer}, [][]byte{stub})
	if err == nil && len(made) != len(signature) {
		err = fmt.Errorf("a signature of %d bytes, not %d", len(made), len(signature))
	}
	copy(signature, made)
	return err
}

func (l *kerberosLogin) open(ctx context.Context, header, stub, trailer, signature []byte) (err error) {
	defer guard(&err)
	intact, err := l.UnwrapInboundPayload(ctx, [][]byte{header, stub, trailer}, [][]byte{stub}, signature)
	if err == nil && !intact {
		err = errSignature
	}
	return err
}
