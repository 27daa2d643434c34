package httpauth

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/clouddp/sdk/internal/kerberos"
)

// Kerberos signs in with Kerberos (Negotiate, RFC 4559). The zero value uses the ticket cache that kinit fills; on Windows
// [CurrentUser] does what it stands for. The server must be called by the name that its principal has, not by an address.
type Kerberos struct {
	// User is the account without its realm: "svc-clouddp", or "SITESERVER$" for a computer. Empty means a ticket cache.
	User string
	// Realm is the Kerberos realm of User: for Active Directory the domain's DNS name in upper case, "CONTOSO.COM".
	// Required with User.
	Realm string
	// Password returns the password of User. It is called for each ticket. User needs it, or a Keytab.
	Password func() ([]byte, error)
	// Keytab is the path of a file with the keys of User, as an alternative to Password.
	Keytab string
	// Cache is the path of a ticket cache, instead of User. Empty without User means the file that KRB5CCNAME names, or the
	// one that kinit fills by default; Windows has no such file.
	Cache string
	// Config is the Kerberos configuration, as the text of a krb5.conf. Empty means the file that KRB5_CONFIG names, or
	// /etc/krb5.conf; Windows has no such file, so that it is required there. In a domain that publishes its KDCs in DNS, as Active Directory does, this is enough:
	//
	//	[libdefaults]
	//	default_realm = CONTOSO.COM
	//	dns_lookup_kdc = true
	Config string
	// Service is the server's principal without its realm; empty means HTTP/ and the host of the URL.
	Service string
}

func (*Kerberos) schemes() []string { return []string{schemeNegotiate} }

func (*Kerberos) strength() int { return strengthKerberos }

func (k *Kerberos) open(p *pool, scheme string) session {
	return &single{pool: p, scheme: scheme, tokens: newTickets(k.login, servicePrincipal(k.Service, p.host))}
}

func (k *Kerberos) login() kerberos.Login {
	return kerberos.Login{
		User: k.User, Realm: k.Realm, Password: k.Password, Keytab: k.Keytab, Cache: k.Cache, Config: k.Config,
	}
}

// servicePrincipal returns the principal of a web server.
func servicePrincipal(service, host string) string {
	return cmp.Or(service, "HTTP/"+strings.ToLower(strings.TrimSuffix(host, ".")))
}

func (k *Kerberos) check(problems *InvalidError) {
	if k == nil {
		problems.Add("Kerberos", "is nil")
		return
	}
	account := kerberos.Account{User: k.User, Realm: k.Realm, Password: k.Password != nil, Keytab: k.Keytab, Config: k.Config}
	account.Check(problems, "Kerberos.")
	account.CheckFiles(problems, "Kerberos.")
	k.checkCache(problems)
	if k.Service != "" && !strings.Contains(k.Service, "/") {
		problems.Add("Kerberos.Service", "is %q; use a principal such as HTTP/ca1.contoso.com", k.Service)
	}
}

// checkCache does not look into a ticket cache: that may be filled later.
func (k *Kerberos) checkCache(problems *InvalidError) {
	if k.User != "" {
		if k.Cache != "" {
			problems.Add("Kerberos.Cache", "is given beside a User; use one of them")
		}
		return
	}
	if _, err := kerberos.CachePath(k.Cache); err != nil {
		problems.Add("Kerberos.Cache", "cannot be used: %v", err)
	}
}

// isAddress reports whether a host is an IP address, which Kerberos has no principals for.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}
