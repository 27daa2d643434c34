package kerberos_test

import (
	"slices"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

func TestAccount(t *testing.T) {
	for name, test := range map[string]struct {
		account kerberos.Account
		wrong   []string
	}{
		"tickets of the system": {kerberos.Account{}, nil},
		"a password":            {kerberos.Account{User: "svc", Realm: "CONTOSO.COM", Password: true}, nil},
		"a keytab":              {kerberos.Account{User: "SERVER$", Realm: "CONTOSO.COM", Keytab: "krb5.keytab"}, nil},
		"nobody's realm":        {kerberos.Account{Realm: "CONTOSO.COM"}, []string{"User"}},
		"nobody's password":     {kerberos.Account{Password: true}, []string{"User"}},
		"nobody's keytab":       {kerberos.Account{Keytab: "krb5.keytab"}, []string{"User"}},
		"both secrets":          {kerberos.Account{User: "svc", Realm: "R", Password: true, Keytab: "krb5.keytab"}, []string{"Password"}},
		"everything":            {kerberos.Account{User: `CONTOSO\svc`}, []string{"User", "Realm", "Password"}},
	} {
		problems := &errs.InvalidError{Subject: "test"}
		test.account.Check(problems, "Login.")
		var wrong []string
		for _, p := range problems.Problems {
			wrong = append(wrong, p.Field[len("Login."):])
		}
		if !slices.Equal(wrong, test.wrong) {
			t.Errorf("%s: got %v", name, problems)
		}
	}
}
