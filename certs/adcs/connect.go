package adcs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// readOnlyController is the capability that only read-only domain controllers have, [MS-ADTS] section 3.1.1.3.4.3
// (LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID).
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
const readOnlyController = "1.2.840.113556.1.4.1920"

// connect opens a session with the chosen domain controller, or chooses the first that answers and is writable. One that
// answers no more is given up, unless it has taken a write lately.
func (d *Directory) connect(ctx context.Context) (*session, error) {
	servers := d.candidates()
	var failed error
	for i, server := range servers {
		s, err := d.openWithin(ctx, server, len(servers)-i)
		if err == nil {
			return d.settle(ctx, s)
		}
		if failed != nil {
			err = fmt.Errorf("%w; %w", failed, err)
		}
		if failed = err; ctx.Err() != nil || !errors.Is(err, ErrUnavailable) {
			break // what one refuses the others refuse too
		}
		d.leave(server)
	}
	return nil, failed
}

// memory is how long a domain controller is preferred to all others after a write, which those may not have seen yet.
const memory = 15 * time.Minute

// candidates returns the servers to connect to, in order: the chosen one, and others if it may be left.
func (d *Directory) candidates() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.chosen == "":
		return d.Servers
	case d.mustStay():
		return []string{d.chosen}
	}
	others := slices.DeleteFunc(slices.Clone(d.Servers), func(s string) bool { return s == d.chosen })
	return append([]string{d.chosen}, others...)
}

// mustStay reports whether the chosen server has taken a write lately. The caller holds the lock.
func (d *Directory) mustStay() bool { return !d.written.IsZero() && time.Since(d.written) < memory }

// leave gives up the chosen server if it is the named one and may be left.
func (d *Directory) leave(server string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.chosen == server && !d.mustStay() {
		d.chosen = ""
	}
}

// mayWrite reports whether a session may send a write, and marks its server as the one that takes it, before it is sent:
// nobody leaves the server meanwhile. Where another server has taken one lately, that one is to have this one too, unless
// the call has begun to write here.
func (d *Directory) mayWrite(s *session) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.chosen != s.server && d.mustStay() && !s.wrote {
		return false
	}
	d.chosen, d.written = s.server, time.Now()
	return true
}

// openWithin opens a session in a fair share of the time that is left, so that a server which says nothing leaves some
// to the others.
func (d *Directory) openWithin(ctx context.Context, server string, shares int) (*session, error) {
	deadline, _ := ctx.Deadline() // set by call
	share := time.Until(deadline) / time.Duration(shares)
	ctx, cancel := context.WithTimeoutCause(ctx, share, fmt.Errorf("%w: %v", errSlow, share.Round(time.Millisecond)))
	defer cancel()
	return d.open(ctx, server)
}

// choice returns the chosen domain controller, which becomes server if there is none.
func (d *Directory) choice(server string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.chosen == "" {
		d.chosen = server
	}
	return d.chosen
}

// settle returns s, unless another call has chosen another domain controller meanwhile.
func (d *Directory) settle(ctx context.Context, s *session) (*session, error) {
	chosen := d.choice(s.server)
	if chosen == s.server {
		d.log().DebugContext(ctx, "connected", "server", s.server, "domain", s.domain)
		return s, nil
	}
	s.close()
	return d.open(ctx, chosen)
}

// open connects to a server, protects the connection, authenticates and reads where things are.
func (d *Directory) open(ctx context.Context, server string) (*session, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err // not after check
	}
	raw, err := d.dial(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", server, failure(ctx, err))
	}
	s := &session{server: server, mayWrite: d.mayWrite, raw: &meter{Conn: raw}}
	stop := s.closeWhenDone(ctx)
	err = d.begin(ctx, s, u)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("%s: %w", server, failure(ctx, s.raw.explain(err)))
	}
	return s, nil
}

func (d *Directory) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "ldaps":
		port = ldap.DefaultLdapsPort
	default:
		port = ldap.DefaultLdapPort
	}
	dial := d.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
}

func (d *Directory) begin(ctx context.Context, s *session, u *url.URL) error {
	if u.Scheme == "ldap" {
		if err := s.askForTLS(); err != nil {
			return fmt.Errorf("%w: StartTLS: %w", ErrUnavailable, err)
		}
	}
	s.raw.allowOnly(maxHandshake)
	conn := tls.Client(s.raw, &tls.Config{RootCAs: d.Roots, ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s.start(conn)
	s.raw.allowOnly(maxToken)
	if err := d.bind(withTLSState(ctx, conn.ConnectionState()), s.conn, u.Hostname()); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return s.readRoot()
}

// bind authenticates. TLS stands: a password never crosses the network in the clear.
func (d *Directory) bind(ctx context.Context, conn *ldap.Conn, host string) error {
	if d.Bind != nil {
		return d.Bind(ctx, conn, host)
	}
	password, err := d.Password()
	if err != nil {
		return fmt.Errorf("read the password: %w: %w", ErrDenied, err)
	}
	if len(password) == 0 { // a server would take it for an anonymous bind and agree
		return fmt.Errorf("the password of %s is empty: %w", d.User, ErrDenied)
	}
	return conn.Bind(d.User, string(password))
}

// readRoot learns from the root of the directory what the domain controller is and where the forest keeps things.
func (s *session) readRoot() error {
	s.raw.allowOnly(maxRoot)
	found, err := s.conn.Search(&ldap.SearchRequest{
		Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{"configurationNamingContext", "defaultNamingContext", "supportedCapabilities"},
	})
	if err != nil {
		return err
	}
	if len(found.Entries) != 1 {
		return fmt.Errorf("the server does not say what it is: %w", ErrUnsupported)
	}
	root := found.Entries[0]
	s.config = root.GetEqualFoldAttributeValue("configurationNamingContext")
	s.domain = root.GetEqualFoldAttributeValue("defaultNamingContext")
	switch {
	case s.config == "" || s.domain == "":
		return fmt.Errorf("the server is no domain controller of Active Directory: %w", ErrUnsupported)
	case slices.Contains(root.GetEqualFoldAttributeValues("supportedCapabilities"), readOnlyController):
		return fmt.Errorf("the domain controller is read-only: %w", ErrUnavailable)
	}
	return nil
}
