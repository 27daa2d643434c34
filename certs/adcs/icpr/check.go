package icpr

import (
	"net/netip"
	"os"
	"runtime"
	"strings"
	"unicode"

	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"

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
	kerberos.Account{User: i.User, Realm: i.Realm, Password: i.Password != nil, Keytab: i.Keytab}.Check(problems, "")
	if i.NTLM {
		i.checkNTLM(problems)
	} else {
		i.checkKerberos(problems)
	}
}

func (i *Issuer) checkNTLM(problems *InvalidError) {
	if i.User == "" {
		problems.Add("User", "is empty; NTLM has no tickets, name an account")
	}
	if i.Keytab != "" {
		problems.Add("Keytab", "is given; NTLM takes a Password")
	}
}

func (i *Issuer) checkKerberos(problems *InvalidError) {
	if i.User == "" && runtime.GOOS == "windows" && os.Getenv("KRB5CCNAME") == "" {
		problems.Add("User", "is empty, and what tickets Windows keeps is out of reach; name an account")
	}
	if i.Keytab != "" {
		if err := readable(i.Keytab); err != nil {
			problems.Add("Keytab", "cannot be used: %v", err)
		}
	}
	if i.Config != "" {
		if err := parseable(i.Config); err != nil {
			problems.Add("Config", "is no Kerberos configuration: %v", err)
		}
	} else if _, err := os.Stat(kerberos.ConfigPath()); err != nil {
		problems.Add("Config", "is empty, and so is the system's: %v", err)
	}
}

func readable(path string) (err error) {
	defer guard(&err)
	_, err = keytab.Load(path)
	return err
}

func parseable(text string) (err error) {
	defer guard(&err)
	_, err = config.NewFromString(text)
	return err
}
