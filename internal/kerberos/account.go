package kerberos

import (
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Account is what the credentials of all drivers say about who signs in: a user with a secret, or, without a user, whoever
// the system holds tickets for.
type Account struct {
	// User is the bare name of the account, Realm its domain in upper case.
	User, Realm string
	// Password says that there is one.
	Password bool
	// Keytab is where the keys of User lie.
	Keytab string
	// Config is the text of a krb5.conf; empty means the file of the system.
	Config string
}

// Check adds what is missing or one too many among the names. Before the names of the fields stands prefix.
func (a Account) Check(problems *errs.InvalidError, prefix string) {
	if a.User == "" {
		if a.Realm != "" || a.Password || a.Keytab != "" {
			problems.Add(prefix+"User", "is empty, but a Realm, Password or Keytab is given; name the account that it belongs to")
		}
		return
	}
	if strings.ContainsAny(a.User, `@/\`) {
		problems.Add(prefix+"User", "is %q; give the bare account name, and the domain as Realm", a.User)
	}
	if a.Realm == "" {
		problems.Add(prefix+"Realm", "is empty; give the realm of User, such as CONTOSO.COM")
	}
	if a.Password == (a.Keytab != "") {
		problems.Add(prefix+"Password", "give either a Password or a Keytab for User")
	}
}

// CheckFiles adds what is wrong with the keytab and with the configuration. A ticket cache may be filled later.
func (a Account) CheckFiles(problems *errs.InvalidError, prefix string) {
	if a.User != "" && a.Keytab != "" {
		if _, err := loadKeytab(a.Keytab); err != nil {
			problems.Add(prefix+"Keytab", "cannot be used: %v", err)
		}
	}
	conf, err := loadConfig(a.Config)
	switch {
	case err != nil && a.Config == "":
		problems.Add(prefix+"Config", "is empty, and so is the system's: %v", err)
	case err != nil:
		problems.Add(prefix+"Config", "is no Kerberos configuration: %v", err)
	case a.User != "" && a.Realm != "":
		checkRealm(problems, prefix, conf, a.Realm)
	}
}
