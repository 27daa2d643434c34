package icpr

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
	"github.com/clouddp/sdk/internal/kerberos"
)

const (
	// defaultTimeout leaves an authority time for its policy module and for a hardware key.
	defaultTimeout = 2 * time.Minute
	// lookupTimeout bounds the question to the endpoint mapper.
	lookupTimeout = 10 * time.Second
)

// Issuer sends requests to one authority. It implements [certs.Issuer] and [certs.Retriever]. Every call logs in anew,
// over a connection of its own that carries nothing unsigned or unencrypted. It is safe for concurrent use while its
// fields do not change.
type Issuer struct {
	// Host is the DNS name of the computer that the authority runs on, as the domain knows it: "ca1.contoso.com".
	// Required.
	Host string
	// Authority is the name of the authority: "Contoso Issuing CA". Required.
	Authority string
	// User is the account that may enroll, without its domain: "SITESERVER$" for a computer. With NTLM it may be a user
	// principal name too, "svc-clouddp@contoso.com", and Realm is then empty. Empty means the tickets of
	// the process: those in the file that KRB5CCNAME names, or that kinit fills by default. Windows keeps its tickets
	// elsewhere, out of reach.
	User string
	// Realm is the Kerberos realm of User: the domain's DNS name in upper case, "CONTOSO.COM". With NTLM it is the
	// domain's name, of either kind. Required with a User that is no user principal name.
	Realm string
	// Password returns the password of User. It is called once for each request. User needs it, or a Keytab.
	Password certs.Password
	// Keytab is the path of a file with the keys of User, as an alternative to Password; not for NTLM.
	Keytab string
	// Config is the Kerberos configuration, as the text of a krb5.conf. Empty means the file that KRB5_CONFIG names, or
	// /etc/krb5.conf; Windows has no such file, so that it is required there. In a domain that publishes its KDCs in DNS, as Active Directory does, this is enough:
	//
	//	[libdefaults]
	//	default_realm = CONTOSO.COM
	//	dns_lookup_kdc = true
	Config string
	// NTLM logs in with User and Password by NTLM version 2 instead of Kerberos, for a computer that reaches no KDC. It
	// does not prove who the server is.
	NTLM bool
	// Port is the TCP port of the authority, where an administrator has fixed it; 0 asks the endpoint mapper on port
	// 135.
	Port int
	// Dial opens a connection to Host; network is "tcp". Nil means a [net.Dialer]. The KDC is not reached through it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds one request, from dialling to the answer; 0 means two minutes.
	Timeout time.Duration
	// Logger tells of requests and their answers at the debug level; nil is silent.
	Logger *slog.Logger
}

var (
	_ certs.Issuer    = (*Issuer)(nil)
	_ certs.Retriever = (*Issuer)(nil)
)

// Issue implements [certs.Issuer]. The certificate is returned first and the chain after it. Further errors: a
// [*LoginError], [ErrUnsupported] for a server that does not protect every message, an [*InvalidError] for bad fields,
// an empty csr, one of more than 64 KiB, or a name of a template that the other drivers could not send either. After [ErrUnknown], which also a ctx
// that ends in the middle leads to, the request may be found by a certificate manager.
func (i *Issuer) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	r := request{flags: flagPKCS10, csr: csr, attributes: attributes(template)}
	problems := &InvalidError{Subject: "icpr: issue"}
	i.check(problems)
	answer.CheckCSR(problems, csr)
	answer.CheckTemplate(problems, template)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return i.submit(ctx, "issue", r)
}

// Retrieve implements [certs.Retriever]. Errors are those of Issue, but an answer that was lost is [ErrUnavailable]:
// asking changes nothing.
func (i *Issuer) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	problems := &InvalidError{Subject: "icpr: retrieve " + id}
	if i.check(problems); problems.Err() != nil {
		return nil, problems
	}
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil || !answer.IsID(id) {
		return nil, fmt.Errorf("icpr: retrieve %q: %w", id, ErrNotFound)
	}
	return i.submit(ctx, "retrieve "+id, request{id: uint32(n)})
}

// submit sends r and reads the answer.
func (i *Issuer) submit(ctx context.Context, operation string, r request) ([]*x509.Certificate, error) {
	if ctx.Err() != nil { // nothing may leave any more
		return nil, fmt.Errorf("icpr: %s: %w", operation, context.Cause(ctx))
	}
	timeout := cmp.Or(i.Timeout, defaultTimeout)
	limited, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
	defer cancel()
	chain, sent, err := i.exchange(limited, r)
	if err != nil {
		err = fmt.Errorf("icpr: %s: %s\\%s: %w", operation, i.Host, i.Authority, i.classify(limited, r, sent, err))
		if ours := context.Cause(limited); ctx.Err() == nil && errors.Is(err, ours) && !errors.Is(err, ErrUnknown) {
			err = fmt.Errorf("%w: %w", err, ErrUnavailable)
		}
	}
	i.log(ctx, operation, err)
	return chain, err
}

// exchange calls the authority. It returns whether the call may have been executed.
func (i *Issuer) exchange(ctx context.Context, r request) (chain []*x509.Certificate, sent bool, err error) {
	stub, err := r.marshal(ctx, i.Authority)
	if err != nil {
		return nil, false, err
	}
	s, done, err := i.open(ctx, pdu.ICertPassage())
	if err != nil {
		return nil, false, err
	}
	defer done()
	reply, err := s.call(ctx, opCertServerRequest, stub)
	if err != nil {
		return nil, s.sent, err
	}
	a, err := parseResponse(ctx, reply)
	if err != nil {
		return nil, true, err
	}
	chain, err = a.chain(r.id)
	return chain, true, err
}

// open asks where the interface is served, connects and logs in. Close the session with done.
func (i *Issuer) open(ctx context.Context, iface pdu.Syntax) (s *session, done func(), err error) {
	port, err := i.endpoint(ctx, iface)
	if err != nil {
		return nil, nil, err
	}
	security, err := i.login()
	if err != nil {
		return nil, nil, err
	}
	if s, done, err = i.connect(ctx, port); err != nil {
		return nil, nil, err
	}
	s.security = security
	if err := s.bind(ctx, iface); err != nil {
		done()
		return nil, nil, err
	}
	return s, done, nil
}

// connect opens a connection that ctx ends. Close it with done.
func (i *Issuer) connect(ctx context.Context, port int) (s *session, done func(), err error) {
	dial := i.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(i.Host, strconv.Itoa(port)))
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return &session{conn: conn}, func() {
		stop()
		_ = conn.Close()
	}, nil
}

// login returns the credentials of i.
func (i *Issuer) login() (provider, error) {
	if !i.NTLM {
		return newKerberos(kerberos.Login{
			User: i.User, Realm: i.Realm, Password: i.Password, Keytab: i.Keytab, Config: i.Config,
		}, i.principal()), nil
	}
	password, err := kerberos.Secret(i.Password)
	if err != nil {
		return nil, err
	}
	return newNTLM(i.User, i.Realm, password, i.principal()), nil
}

// principal is the server as Kerberos knows it.
func (i *Issuer) principal() string {
	return "host/" + strings.ToLower(strings.TrimSuffix(i.Host, "."))
}

func (i *Issuer) log(ctx context.Context, operation string, err error) {
	if i.Logger == nil {
		return
	}
	attributes := []slog.Attr{
		slog.String("operation", operation), slog.String("host", i.Host), slog.String("authority", i.Authority),
	}
	if err != nil {
		attributes = append(attributes, slog.Any("err", err))
	}
	i.Logger.LogAttrs(ctx, slog.LevelDebug, "certificate request", attributes...)
}
