package ldapgssapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrDenied matches fs.ErrPermission: the key distribution centre or the directory refused.
	ErrDenied = errs.ErrDenied
	// ErrUnavailable says that no key distribution centre answered.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// Login binds with Kerberos. The zero value uses the credentials that the process runs with: on Windows those of its
// account, elsewhere the ticket cache that KRB5CCNAME names or that kinit fills by default. It is safe for concurrent
// use while its fields do not change.
type Login struct {
	// User is the account, without its realm. Empty means the process's own credentials.
	User string
	// Realm is the Kerberos realm of User: the domain's DNS name in upper case. Required with User.
	Realm string
	// Password returns the password of User, for each new connection. User needs it, or a Keytab.
	Password certs.Password
	// Keytab is the path of a file with the keys of User, as an alternative to Password.
	Keytab string
	// Config is the Kerberos configuration, as the text of a krb5.conf. Empty means the file that KRB5_CONFIG names, or
	// /etc/krb5.conf. The process's own credentials on Windows need none and ignore it.
	Config string
	// Host is the DNS name of the domain controller in its service principal ldap/Host. Empty means that of its URL.
	Host string
}

// Bind authenticates conn, as [adcs.Directory.Bind] asks. A refusal is [ErrDenied]; a KDC that does not answer is
// [ErrUnavailable]; wrong fields are an [*InvalidError]. When ctx ends, Bind returns at once; a question to the KDC that
// is on its way is left to its own time-out of 5 s and its answer thrown away.
//
// [adcs.Directory.Bind]: https://pkg.go.dev/github.com/clouddp/sdk/certs/adcs#Directory
func (l *Login) Bind(ctx context.Context, conn *ldap.Conn, host string) error {
	host = strings.ToLower(strings.TrimSuffix(cmp.Or(l.Host, host), "."))
	if err := l.check(host); err != nil {
		return err
	}
	service := "ldap/" + host
	mechanism, err := l.begin(ctx, service)
	if err != nil {
		return fmt.Errorf("ticket for %s: %w", service, failure(ctx, err))
	}
	defer func() { _ = mechanism.Close() }() // returns nil always
	return finish(conn, mechanism, service)
}

// mechanism is a GSS-API client that has its ticket.
type mechanism interface {
	ldap.GSSAPIClient
	Close() error
}

// finish exchanges tokens with the server.
func finish(conn *ldap.Conn, m mechanism, service string) (err error) {
	defer guard(&err)
	return conn.GSSAPIBind(m, service, "")
}

// begin gets a ticket. gokrb5 takes no context: one that is asking a KDC when ctx ends is left behind.
func (l *Login) begin(ctx context.Context, service string) (mechanism, error) {
	type outcome struct {
		mechanism mechanism
		err       error
	}
	begun := make(chan outcome)
	go func() {
		m, err := l.ticket(service)
		select {
		case begun <- outcome{m, err}:
		case <-ctx.Done():
			if m != nil {
				_ = m.Close() // nobody is left to be told
			}
		}
	}()
	select {
	case o := <-begun:
		return o.mechanism, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *Login) ticket(service string) (m mechanism, err error) {
	defer guard(&err)
	if l.User == "" {
		return l.own(service)
	}
	configuration, err := l.configuration()
	if err != nil {
		return nil, err
	}
	c, err := l.client(configuration)
	if err != nil {
		return nil, err
	}
	return withTicket(c, service)
}

// withTicket gets the ticket that binding looks up again.
func withTicket(c *client.Client, service string) (mechanism, error) {
	if _, _, err := c.GetServiceTicket(service); err != nil {
		c.Destroy()
		return nil, err
	}
	return &gssapi.Client{Client: c}, nil
}

func (l *Login) client(configuration *config.Config) (*client.Client, error) {
	noFAST := client.DisablePAFXFAST(true) // Active Directory does not announce it
	if l.Keytab != "" {
		keys, err := keytab.Load(l.Keytab)
		if err != nil {
			return nil, err
		}
		return client.NewWithKeytab(l.User, l.Realm, keys, configuration, noFAST), nil
	}
	password, err := l.Password()
	if err != nil {
		return nil, fmt.Errorf("read the password: %w: %w", ErrDenied, err)
	}
	if len(password) == 0 {
		return nil, fmt.Errorf("the password is empty: %w", ErrDenied)
	}
	return client.NewWithPassword(l.User, l.Realm, string(password), configuration, noFAST), nil
}

func (l *Login) configuration() (*config.Config, error) {
	if l.Config != "" {
		return config.NewFromString(l.Config)
	}
	return config.Load(kerberos.ConfigPath())
}

// check returns everything wrong with the fields.
func (l *Login) check(host string) error {
	e := &errs.InvalidError{Subject: "ldapgssapi: login"}
	if _, err := netip.ParseAddr(host); err == nil || strings.ContainsAny(host, "/@: ") || host == "" {
		e.Add("Host", "%q is no DNS name; Kerberos knows servers by name", host)
	}
	kerberos.Account{User: l.User, Realm: l.Realm, Password: l.Password != nil, Keytab: l.Keytab}.Check(e, "")
	if l.Config == "" && (l.User != "" || runtime.GOOS != "windows") {
		if _, err := os.Stat(kerberos.ConfigPath()); err != nil {
			e.Add("Config", "is empty, and so is the system's: %v", err)
		}
	}
	return e.Err()
}

// failure puts what went wrong before the bind into its category.
func failure(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, ErrDenied):
		return err
	case kerberos.Refused(err), errors.Is(err, errNoCredentials):
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

var (
	errNoCredentials = errors.New("no credentials")
	errMalformed     = errors.New("malformed message")
)

// guard turns a panic of a library that reads what a network sent into an error.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errMalformed, p)
	}
}
