package ldapgssapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrDenied matches fs.ErrPermission: the key distribution centre or the directory refused.
	ErrDenied = errs.ErrDenied
	// ErrUnavailable says that no key distribution centre answered, or the directory not as it should.
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
	// /etc/krb5.conf; Windows has no such file, so that it is required there with User. The process's own credentials on
	// Windows need none and ignore it.
	Config string
	// Host is the DNS name of the domain controller in its service principal ldap/Host. Empty means that of its URL.
	Host string
}

// Bind authenticates conn, as [adcs.Directory.Bind] asks. A refusal is [ErrDenied]; a KDC or a directory that does not answer
// is [ErrUnavailable]; wrong fields are an [*InvalidError]. When ctx ends, Bind cuts what it has opened to a KDC and
// returns at once.
//
// [adcs.Directory.Bind]: https://pkg.go.dev/github.com/clouddp/sdk/certs/adcs#Directory
func (l *Login) Bind(ctx context.Context, conn *ldap.Conn, host string) error {
	if l == nil {
		return errs.Invalid("ldapgssapi: login", "Login", "is nil")
	}
	host = strings.ToLower(strings.TrimSuffix(cmp.Or(l.Host, host), "."))
	if err := l.check(host); err != nil {
		return err
	}
	service := "ldap/" + host
	m, err := l.mechanism(ctx, service)
	if err != nil {
		return fmt.Errorf("ticket for %s: %w", service, failure(ctx, err))
	}
	if closer, ok := m.(io.Closer); ok {
		defer func() { _ = closer.Close() }() // nothing depends on it any more
	}
	if err := finish(conn, m, service); err != nil {
		return fmt.Errorf("%s: %w", service, failure(ctx, err))
	}
	return nil
}

// finish exchanges tokens with the server.
func finish(conn *ldap.Conn, m ldap.GSSAPIClient, service string) (err error) {
	defer kerberos.Guard(&err)
	return conn.GSSAPIBind(m, service, "")
}

// mechanism returns a GSS-API client that has its ticket.
func (l *Login) mechanism(ctx context.Context, service string) (ldap.GSSAPIClient, error) {
	if l.User == "" && hasOwn {
		return own()
	}
	login := kerberos.Login{User: l.User, Realm: l.Realm, Password: l.Password, Keytab: l.Keytab, Config: l.Config}
	ticket, err := login.Ticket(ctx, service)
	if err != nil {
		return nil, err
	}
	return &mechanism{ticket: ticket}, nil
}

// check returns everything wrong with the fields.
func (l *Login) check(host string) error {
	e := &errs.InvalidError{Subject: "ldapgssapi: login"}
	if _, err := netip.ParseAddr(host); err == nil || strings.ContainsAny(host, "/@: ") || host == "" {
		e.Add("Host", "%q is no DNS name; Kerberos knows servers by name", host)
	}
	account := kerberos.Account{User: l.User, Realm: l.Realm, Password: l.Password != nil, Keytab: l.Keytab, Config: l.Config}
	account.Check(e, "")
	if l.User != "" || !hasOwn {
		account.CheckFiles(e, "")
	}
	return e.Err()
}

// failure puts what went wrong into its category.
func failure(ctx context.Context, err error) error {
	answer, answered := errors.AsType[*ldap.Error](err)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case kerberos.Refused(err), answered && refuses(answer.ResultCode):
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// refuses reports whether a directory refuses a bind with a result code of RFC 4511, appendix A: the mechanism, for one, or the
// absence of signatures or channel bindings, or the credentials.
func refuses(code uint16) bool {
	switch code {
	case ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired,
		ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultInvalidCredentials,
		ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultUnwillingToPerform:
		return true
	}
	return false
}
