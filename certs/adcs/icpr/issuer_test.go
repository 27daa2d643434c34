package icpr_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const (
	host      = "ca1.contoso.com"
	authority = "Contoso Issuing CA"
	user      = "SITESERVER$"
	password  = "correct horse"
)

// lab is an authority behind RPC, with a template that issues, one that waits for a certificate manager and one that the caller
// may not use.
type lab struct {
	ca     *certstest.CA
	server *icprtest.Server
	issuer *icpr.Issuer
}

func newLab(t testing.TB) *lab {
	t.Helper()
	ca := certstest.NewCA(authority)
	group := ca.AddGroup("ConfigMgr Site Servers")
	pending := template.CloudDP(group)
	pending.Name, pending.DisplayName = "CloudDPPending", "Cloud DP Pending"
	pending.EnrollmentFlags |= template.EnrollmentPendAllRequests
	for _, wanted := range []template.Template{template.CloudDP(group), pending} {
		if _, err := template.Apply(t.Context(), ca, template.Desired{Template: wanted, CA: ca.Name()}); err != nil {
			t.Fatal(err)
		}
	}
	ca.JoinGroup(group)
	server := icprtest.NewServer(ca)
	server.AddAccount(user, password)
	return &lab{ca, server, &icpr.Issuer{
		Host: host, Authority: authority, User: user, Realm: "CONTOSO.COM", Password: certs.StaticPassword(password), NTLM: true,
		Dial: server.Dial,
	}}
}

func (l *lab) harness() certstest.IssuerHarness {
	return certstest.IssuerHarness{
		Issuer: l.issuer, Template: "CloudDPCert", Refused: "WebServer", Pending: "CloudDPPending",
		Approve:    l.ca.Approve,
		Deny:       func(id string) error { return l.ca.Deny(id, certs.CodeAdminDenied) },
		Fail:       func() { l.server.Inject(icprtest.FaultUnreachable) },
		LoseAnswer: func() { l.server.Inject(icprtest.FaultLostAnswer) },
	}
}

func TestIssuerInMemory(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness { return newLab(t).harness() })
}

func TestIssuerOverSockets(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		l := newLab(t)
		l.issuer.Dial = l.serve(t)
		return l.harness()
	})
}

// serve returns a Dial that reaches the server whatever is asked for.
func (l *lab) serve(t testing.TB) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	addr, err := l.server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}

func (l *lab) enroll(t testing.TB) error {
	t.Helper()
	_, err := certs.Enroll(t.Context(), l.issuer, &certs.Request{
		CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key(),
	})
	return err
}

func TestWrongPassword(t *testing.T) {
	l := newLab(t)
	l.issuer.Password = certs.StaticPassword("wrong")
	err := l.enroll(t)
	login, ok := errors.AsType[*icpr.LoginError](err)
	if !ok || login.Code != "ERROR_ACCESS_DENIED" || !errors.Is(err, icpr.ErrDenied) || errors.Is(err, icpr.ErrUnknown) {
		t.Errorf("got %v", err)
	}
}
