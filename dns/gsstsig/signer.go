package gsstsig

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"strings"

	"github.com/clouddp/sdk/dns/rfc2136"
	"github.com/clouddp/sdk/internal/kerberos"
)

// Signer signs with keys negotiated by Kerberos. The zero value uses the credentials that the process runs with: on
// Windows those of its account, elsewhere the ticket cache that KRB5CCNAME names or that kinit fills by default. It is
// safe for concurrent use while its fields do not change.
type Signer struct {
	// User is the account that may update the zone, without its realm: "svc-clouddp", or "SITESERVER$" for a computer.
	// Empty means the process's own credentials.
	User string
	// Realm is the Kerberos realm of User: for Active Directory the domain's DNS name in upper case, "CONTOSO.COM".
	// Required with User.
	Realm string
	// Password returns the password of User. It is called once for each negotiation. User needs it, or a Keytab.
	Password func() ([]byte, error)
	// Keytab is the path of a file with the keys of User, as an alternative to Password.
	Keytab string
	// Config is the Kerberos configuration, as the text of a krb5.conf. Empty means the file that KRB5_CONFIG names, or
	// /etc/krb5.conf; Windows has no such file, so that it is required there with User. The process's own credentials on
	// Windows need none and ignore it. In a domain that publishes its
	// KDCs in DNS, as Active Directory does, this is enough:
	//
	//	[libdefaults]
	//	default_realm = CONTOSO.COM
	//	dns_lookup_kdc = true
	Config string
	// Host is the DNS name of the server in its service principal DNS/Host. Empty means the host of the server's
	// address, which must then be a name: Kerberos knows no addresses.
	Host string
	// Dial opens the connection to the DNS server; network is "tcp". Nil means a [net.Dialer]. The KDC is not reached
	// through it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

var _ rfc2136.Signer = (*Signer)(nil)

// Session implements [rfc2136.Signer]. It negotiates a new key with server, a host:port, every time. Errors are a
// [*NegotiationError] or an [*InvalidError]. When ctx ends, Session returns at once; a question to the KDC that is on its
// way is left to its own time-outs, of 5 s for each KDC and protocol, and its answer thrown away.
func (s *Signer) Session(ctx context.Context, server string) (rfc2136.Session, error) { //nolint:ireturn // as the interface asks
	service, err := s.check(server)
	if err != nil {
		return nil, err
	}
	n := &negotiation{signer: s, server: server, service: service}
	negotiated, err := n.run(ctx)
	if err != nil {
		return nil, n.fail(ctx, err)
	}
	return negotiated, nil
}

// check returns the service principal of the server, or every problem that keeps s from talking to it.
func (s *Signer) check(server string) (service string, err error) {
	problems := &InvalidError{Subject: "gsstsig: signer"}
	if s == nil {
		problems.Add("Signer", "is nil")
		return "", problems
	}
	account := kerberos.Account{User: s.User, Realm: s.Realm, Password: s.Password != nil, Keytab: s.Keytab, Config: s.Config}
	account.Check(problems, "")
	if s.User != "" || runtime.GOOS != "windows" {
		account.CheckFiles(problems, "")
	}
	host := s.host(problems, server)
	return "DNS/" + host, problems.Err()
}

// host returns the DNS name in the service principal.
func (s *Signer) host(problems *InvalidError, server string) string {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		problems.Add("server", "is %q; use host:port, such as dc1.contoso.com:53", server)
	}
	field := "server"
	if s.Host != "" {
		field, host = "Host", s.Host
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, addressErr := netip.ParseAddr(host)
	switch {
	case addressErr == nil:
		problems.Add(field, "is the address %s; name the server in Host as Kerberos knows it", host)
	case err == nil && host == "", strings.ContainsAny(host, "/@: "):
		problems.Add(field, "%q is no DNS name", host)
	}
	return host
}
