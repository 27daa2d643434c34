package icpr_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/certstest"
)

const (
	host      = "ca1.contoso.com"
	authority = "Contoso Issuing CA"
	user      = "SITESERVER$"
	password  = "correct horse"
)

// lab is an authority behind RPC.
type lab struct {
	ca      *certstest.CA
	server  *icprtest.Server
	issuer  *icpr.Issuer
	harness certstest.IssuerHarness
}

func newLab(t testing.TB) *lab {
	t.Helper()
	ca := certstest.NewCA(authority)
	server := icprtest.NewServer(ca)
	server.AddAccount(user, password)
	l := &lab{ca, server, &icpr.Issuer{
		Host: host, Authority: authority, Dial: server.Dial,
		User: user, Realm: "CONTOSO.COM", Password: certs.StaticPassword(password), NTLM: true,
	}, ca.Harness(t)}
	l.harness.Issuer = l.issuer
	l.harness.Fail = func() { server.Inject(icprtest.FaultUnreachable) }
	l.harness.LoseAnswer = func() { server.Inject(icprtest.FaultLostAnswer) }
	return l
}

func TestIssuerInMemory(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness { return newLab(t).harness })
}

func TestIssuerOverSockets(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		l := newLab(t)
		addr, err := l.server.Serve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.issuer.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
		return l.harness
	})
}

func (l *lab) enroll(ctx context.Context, template string) error {
	_, err := certs.Enroll(ctx, l.issuer, &certs.Request{
		CommonName: "clouddp.contoso.com", Template: template, Key: certstest.Key(),
	})
	return err
}

func TestLoginRefused(t *testing.T) {
	for name, change := range map[string]func(*icpr.Issuer){
		"wrong password": func(i *icpr.Issuer) { i.Password = certs.StaticPassword("wrong") },
		"unknown user":   func(i *icpr.Issuer) { i.User = "nobody" },
		"no password":    func(i *icpr.Issuer) { i.Password = certs.StaticPassword("") },
		"locked away": func(i *icpr.Issuer) {
			i.Password = func() ([]byte, error) { return nil, errors.New("the vault is shut") }
		},
	} {
		l := newLab(t)
		change(l.issuer)
		err := l.enroll(t.Context(), "CloudDPCert")
		login, ok := errors.AsType[*icpr.LoginError](err)
		if !ok || login.Service != "host/"+host || !errors.Is(err, icpr.ErrDenied) || errors.Is(err, icpr.ErrUnknown) {
			t.Errorf("%s: got %v, want a LoginError", name, err)
		}
		if l.server.Calls() != 0 {
			t.Errorf("%s: %d calls", name, l.server.Calls())
		}
	}
}

// What breaks before the request is sent has asked for nothing, what breaks after it may have; nothing is sent twice.
func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		inject  func(*lab)
		want    []error
		unknown bool
		calls   int
		issued  int
	}{
		"not reached": {
			inject: func(l *lab) { l.server.Inject(icprtest.FaultUnreachable) }, want: []error{icpr.ErrUnavailable},
		},
		"less protection than asked for": {
			inject: func(l *lab) { l.server.Inject(icprtest.FaultUnprotected) }, want: []error{icpr.ErrUnsupported},
		},
		"hangs up before the work": {inject: func(l *lab) { l.server.Inject(icprtest.FaultHangUp) }, unknown: true},
		"hangs up after the work": {
			inject: func(l *lab) { l.server.Inject(icprtest.FaultLostAnswer) }, unknown: true, calls: 1, issued: 1,
		},
		"an answer changed on the way": {
			inject: func(l *lab) { l.server.Inject(icprtest.FaultForged) }, want: []error{icpr.ErrIntegrity},
			unknown: true, calls: 1, issued: 1,
		},
		"a fault that nobody has signed": {
			inject: func(l *lab) { l.ca.Fail(certs.ErrUnavailable) }, unknown: true, calls: 1,
		},
		"the authority loses its answer": {
			inject: func(l *lab) { l.ca.LoseAnswer() }, unknown: true, calls: 1, issued: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			test.inject(l)
			err := l.enroll(t.Context(), "CloudDPCert")
			for _, want := range test.want {
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			}
			if got := errors.Is(err, icpr.ErrUnknown); err == nil || got != test.unknown {
				t.Errorf("got %v, ErrUnknown: %v", err, got)
			}
			if calls, issued := l.server.Calls(), len(l.ca.Issued()); calls != test.calls || issued != test.issued {
				t.Errorf("%d calls and %d certificates, want %d and %d", calls, issued, test.calls, test.issued)
			}
			if err := l.enroll(t.Context(), "CloudDPCert"); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

// Asking changes nothing, so that nothing about it is unknown.
func TestRetrieveAfterALostAnswer(t *testing.T) {
	l := newLab(t)
	pending, _ := errors.AsType[*certs.PendingError](l.enroll(t.Context(), l.harness.Pending))
	if pending == nil {
		t.Fatal("not pending")
	}
	if err := l.ca.Approve(pending.ID); err != nil {
		t.Fatal(err)
	}
	l.server.Inject(icprtest.FaultLostAnswer)
	_, err := l.issuer.Retrieve(t.Context(), pending.ID)
	if !errors.Is(err, icpr.ErrUnavailable) || errors.Is(err, icpr.ErrUnknown) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if _, err := certs.Complete(t.Context(), l.issuer, pending.ID, certstest.Key()); err != nil {
		t.Errorf("again: %v", err)
	}
}

// No time passes between the end of the context and the return.
func TestCancelReturnsAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*lab)
		unknown bool
	}{
		"while the answer is awaited": {func(l *lab) { l.server.Inject(icprtest.FaultStall) }, true},
		"while nobody reads":          {func(l *lab) { l.issuer.Dial = silence }, false},
		"while nobody reads, at the authority": {
			func(l *lab) { l.issuer.Dial, l.issuer.Port = silence, icprtest.Port }, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				test.prepare(l)
				ctx, cancel := context.WithCancel(t.Context())
				returned := make(chan error, 1)
				go func() { returned <- l.enroll(ctx, "CloudDPCert") }()
				synctest.Wait() // until it can get no further
				cancel()
				synctest.Wait()
				select {
				case err := <-returned:
					if !errors.Is(err, context.Canceled) || errors.Is(err, icpr.ErrUnknown) != test.unknown {
						t.Errorf("got %v, want context.Canceled, ErrUnknown: %v", err, test.unknown)
					}
				default:
					t.Error("it waits for something else")
				}
			})
		})
	}
}

// silence is a connection to somebody who neither reads nor writes.
func silence(context.Context, string, string) (net.Conn, error) {
	_, theirs := net.Pipe()
	return theirs, nil
}

func TestTimeouts(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*lab)
		want    error
		after   time.Duration
	}{
		"an answer that takes long": {func(l *lab) { l.server.SetDelay(20 * time.Second) }, nil, 20 * time.Second},
		"no answer":                 {func(l *lab) { l.server.Inject(icprtest.FaultStall) }, icpr.ErrUnknown, 2 * time.Minute},
		"no answer within the caller's time": {
			func(l *lab) { l.server.Inject(icprtest.FaultStall); l.issuer.Timeout = time.Second }, icpr.ErrUnknown, time.Second,
		},
		"a silent endpoint mapper": {func(l *lab) { l.issuer.Dial = silence }, icpr.ErrUnavailable, 10 * time.Second},
		"a silent authority": {
			func(l *lab) { l.issuer.Dial, l.issuer.Port = silence, icprtest.Port }, icpr.ErrUnavailable, 2 * time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				test.prepare(l)
				begin := time.Now()
				err := l.enroll(t.Context(), "CloudDPCert")
				if !errors.Is(err, test.want) || errors.Is(err, icpr.ErrUnknown) != errors.Is(test.want, icpr.ErrUnknown) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if took := time.Since(begin); took != test.after {
					t.Errorf("returned after %v, want %v", took, test.after)
				}
			})
		})
	}
}

func TestDenials(t *testing.T) {
	csr, err := (&certs.Request{CommonName: "clouddp.contoso.com", Key: certstest.Key()}).CSR()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change   func(*icpr.Issuer)
		template string
		want     certs.HRESULT
	}{
		"not published":     {template: "Nonesuch", want: certs.CodeNotPublished},
		"no right":          {template: "WebServer", want: certs.CodeTemplateDenied},
		"no template":       {want: certs.CodeNoTemplate},
		"another authority": {func(i *icpr.Issuer) { i.Authority = "Fabrikam CA" }, "CloudDPCert", 0x80070057},
	} {
		l := newLab(t)
		if test.change != nil {
			test.change(l.issuer)
		}
		_, err := l.issuer.Issue(t.Context(), csr, test.template)
		denied, ok := errors.AsType[*certs.DeniedError](err)
		if !ok || denied.Code != test.want || denied.Reason == "" {
			t.Errorf("%s: got %v, want a DeniedError with %s", name, err, test.want)
		}
	}
}

// A request of many fragments, answered in many.
func TestLargeRequest(t *testing.T) {
	l := newLab(t)
	names := make([]string, 100)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d.contoso.com", strings.Repeat("a", 60), i)
	}
	bundle, err := certs.Enroll(t.Context(), l.issuer, &certs.Request{
		CommonName: "clouddp.contoso.com", DNSNames: append(names[:99:99], "clouddp.contoso.com"),
		Template: "CloudDPCert", Key: certstest.Key(),
	})
	if err != nil || len(bundle.Leaf.Raw) < 6000 {
		t.Errorf("got %v, %v", bundle, err)
	}
}

// A break in the name of a template would add attributes to the request.
func TestNoAttributeIsSmuggledIn(t *testing.T) {
	l := newLab(t)
	for _, template := range []string{
		"CloudDPCert\nSAN:dns=evil.example", "CloudDPCert\r\nSAN:dns=evil.example", "\xff", "CloudDPCert\x00",
		strings.Repeat("a", 65),
	} {
		if _, err := l.issuer.Issue(t.Context(), []byte("a request"), template); !errors.Is(err, icpr.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", template, err)
		}
	}
	if l.server.Calls() != 0 {
		t.Errorf("%d calls", l.server.Calls())
	}
}

func TestNothingLeaksThePassword(t *testing.T) {
	l := newLab(t)
	for _, text := range []string{fmt.Sprintf("%v", l.issuer), fmt.Sprintf("%+v", *l.issuer), fmt.Sprintf("%#v", l.issuer)} {
		if strings.Contains(text, password) {
			t.Errorf("%s", text)
		}
	}
}

// bending is a connection on which somebody changes what the client offers.
type bending struct{ net.Conn }

func (b bending) Write(p []byte) (int, error) {
	bent := bytes.Clone(p)
	if at := bytes.Index(bent, []byte("NTLMSSP\x00\x01")); at > 0 {
		bent[at+15] ^= 0x80 // keys of 56 bits, which nobody uses
	}
	return b.Conn.Write(bent)
}

// What is negotiated in the clear is signed afterwards.
func TestTheNegotiationCannotBeBent(t *testing.T) {
	l := newLab(t)
	l.issuer.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := l.server.Dial(ctx, network, address)
		return bending{conn}, err
	}
	if login, ok := errors.AsType[*icpr.LoginError](l.enroll(t.Context(), "CloudDPCert")); !ok {
		t.Errorf("got %v, want a LoginError", login)
	}
}
