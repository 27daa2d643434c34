package adcs

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

// defaultTimeout is how long a call may take if [Directory.Timeout] is zero.
const defaultTimeout = 30 * time.Second

// Directory is the directory of an Active Directory forest, reached by LDAP under TLS. It speaks to one writable domain
// controller, the first of Servers that answers, and stays with it as long as it answers: another one may not have seen yet
// what was written. One that was written to within the last 15 minutes is waited for; [Directory.Close] gives it up at once.
// A Directory keeps connections; end them with [Directory.Close]. It is safe for concurrent use while its fields do not
// change, and must not be copied.
type Directory struct {
	// Servers are URLs of domain controllers of one domain in order of preference: "ldaps://dc1.contoso.com", or
	// "ldap://dc1.contoso.com" for StartTLS on the port without TLS. The host is the name in the certificate. Required.
	Servers []string
	// User binds with a password: a user principal name, DOMAIN\user, a distinguished name, or another form of those that
	// Active Directory takes ([MS-ADTS] section 5.1.1.1.1). A bare account name is refused, before the server calls it a wrong
	// password; so is a display name of one word. Either User or Bind is required. What needs which rights stands in the
	// package comment.
	//
	// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
	User string
	// Password returns the password of User. It is called for each new connection.
	Password certs.Password
	// Bind authenticates a new connection to host in another way, as package ldapgssapi does with Kerberos. TLS stands
	// already; [TLSConnectionState] takes its state out of ctx, for a channel binding. The connection is closed when ctx
	// ends. All that the server sends meanwhile may have 64 KiB; more is [ErrLimit].
	Bind func(ctx context.Context, conn *ldap.Conn, host string) error
	// Roots verify the certificates of the domain controllers; nil means the system's.
	Roots *x509.CertPool
	// Dial opens the connection; network is "tcp". Nil means a [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout is how long a call may take, connecting and binding included; 0 means 30 s. A longer one is
	// [ErrUnavailable], or [ErrUnknown] if it was writing.
	Timeout time.Duration
	// Logger tells which domain controller was chosen and what was written; nil is silent.
	Logger *slog.Logger

	mu      sync.Mutex
	chosen  string
	written time.Time // when the chosen one was written to last
	idle    []*session
}

var _ template.Directory = (*Directory)(nil)

// Close ends the connections that are not in use and forgets the domain controller. The next call chooses one again.
func (d *Directory) Close() error {
	d.mu.Lock()
	idle := d.idle
	d.idle, d.chosen, d.written = nil, "", time.Time{}
	d.mu.Unlock()
	for _, s := range idle {
		s.close()
	}
	return nil
}

// check returns an [*InvalidError] listing everything wrong with the fields of d, or nil.
func (d *Directory) check() error {
	e := &errs.InvalidError{Subject: "adcs: directory"}
	if d == nil {
		e.Add("Directory", "is nil")
		return e.Err()
	}
	if len(d.Servers) == 0 {
		e.Add("Servers", "is empty; name a domain controller, such as ldaps://dc1.contoso.com")
	}
	for i, server := range d.Servers {
		u, err := url.Parse(server)
		if err != nil || u.Scheme != "ldaps" && u.Scheme != "ldap" || u.Hostname() == "" || u.User != nil {
			e.Add("Servers", "number %d is not of the form ldaps://dc1.contoso.com", i+1) // it may hold a password
		}
	}
	switch {
	case d.User == "" && d.Bind == nil:
		e.Add("User", "is empty; give User and Password, or Bind")
	case d.User != "" && d.Bind != nil:
		e.Add("Bind", "is given, and User too; give one of them")
	case d.User != "" && d.Password == nil:
		e.Add("Password", "is nil; give that of %s", d.User)
	}
	if isBareName(d.User) {
		e.Add("User", `is %q, without a domain; use a user principal name, DOMAIN\user or a distinguished name`, d.User)
	}
	if d.Timeout < 0 {
		e.Add("Timeout", "%s is negative", d.Timeout)
	}
	return e.Err()
}

// isBareName reports whether a name can be none but that of an account without its domain, as far as its characters tell:
// those of every other form of a name are left to the server.
func isBareName(user string) bool {
	isSID := strings.HasPrefix(strings.ToUpper(user), "S-1-")
	return user != "" && !strings.ContainsAny(user, `@\=/{ `) && !isSID
}

func (d *Directory) log() *slog.Logger {
	if d.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Logger
}
