package icpr

import (
	"net/netip"
	"os"
	"runtime"
	"strings"
	"unicode"

	"github.com/clouddp/sdk/internal/kerberos"
)

// check adds every problem that keeps i from being used.
func (i *Issuer) check(problems *InvalidError) {
	if i == nil {
		problems.Add("Issuer", "is nil")
		return
	}
	_, addressErr := netip.ParseAddr(i.Host)
	switch {
	case i.Host == "" || strings.ContainsAny(i.Host, "/@: \\"):
		problems.Add("Host", "is %q; give the DNS name of the authority's computer, such as ca1.contoso.com", i.Host)
	case addressErr == nil:
		problems.Add("Host", "is the address %s; give the name of the computer as the domain knows it", i.Host)
	}
	if strings.TrimSpace(i.Authority) == "" || strings.ContainsFunc(i.Authority, unicode.IsControl) {
		problems.Add("Authority", "is %q; give the name of the authority, such as Contoso Issuing CA", i.Authority)
	}
	if i.Port < 0 || i.Port > 0xffff {
		problems.Add("Port", "is %d; use 1 to 65535, or 0 to have it looked up", i.Port)
	}
	if i.Timeout < 0 {
		problems.Add("Timeout", "is negative; 0 means two minutes")
	}
	if i.NTLM {
		i.checkNTLM(problems)
	} else {
		i.checkKerberos(problems)
	}
}

func (i *Issuer) account() kerberos.Account {
	return kerberos.Account{User: i.User, Realm: i.Realm, Password: i.Password != nil, Keytab: i.Keytab, Config: i.Config}
}

func (i *Issuer) checkNTLM(problems *InvalidError) {
	account := i.account()
	if name, domain, isUPN := strings.Cut(i.User, "@"); isUPN && name != "" && domain != "" {
		if i.Realm != "" {
			problems.Add("Realm", "is given, and User names its domain already; leave it empty")
		}
		account.User, account.Realm = name, domain
	}
	account.Check(problems, "")
	if i.User == "" {
		problems.Add("User", "is empty; NTLM has no tickets, name an account")
	}
	if i.Keytab != "" {
		problems.Add("Keytab", "is given; NTLM takes a Password")
	}
}

func (i *Issuer) checkKerberos(problems *InvalidError) {
	account := i.account()
	account.Check(problems, "")
	if i.User == "" && runtime.GOOS == "windows" && os.Getenv("KRB5CCNAME") == "" {
		problems.Add("User", "is empty, and what tickets Windows keeps is out of reach; name an account")
	}
	account.CheckFiles(problems, "")
}
