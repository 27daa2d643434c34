package kerberos_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

func TestCheckFiles(t *testing.T) {
	t.Setenv("KRB5_CONFIG", filepath.Join(t.TempDir(), "none"))
	const (
		named  = "[realms]\nCONTOSO.COM = {\nkdc = dc1.contoso.com\n}\n"
		looked = "[libdefaults]\ndns_lookup_kdc = true\n"
	)
	for name, test := range map[string]struct {
		account kerberos.Account
		wrong   []string
	}{
		"named":                   {kerberos.Account{User: "a", Realm: "CONTOSO.COM", Config: named}, nil},
		"found in DNS":            {kerberos.Account{User: "a", Realm: "CONTOSO.COM", Config: looked}, nil},
		"a realm in lower case":   {kerberos.Account{User: "a", Realm: "contoso.com", Config: named}, []string{"Config"}},
		"lower case, found":       {kerberos.Account{User: "a", Realm: "contoso.com", Config: looked}, []string{"Realm"}},
		"a realm without a KDC":   {kerberos.Account{User: "a", Realm: "CONTOSO.COM", Config: "[realms]\nCONTOSO.COM = {\n}\n"}, []string{"Config"}},
		"nobody knows a KDC":      {kerberos.Account{User: "a", Realm: "CONTOSO.COM", Config: "[libdefaults]\ndefault_realm = CONTOSO.COM\n"}, []string{"Config"}},
		"whatever the cache says": {kerberos.Account{Config: "[libdefaults]\n"}, nil},
		"no configuration":        {kerberos.Account{User: "a", Realm: "CONTOSO.COM"}, []string{"Config"}},
		"no configuration at all": {kerberos.Account{User: "a", Config: "[libdefaults]\nclockskew = soon\n"}, []string{"Config"}},
		"no keytab":               {kerberos.Account{User: "a", Realm: "CONTOSO.COM", Keytab: "testdata/none", Config: named}, []string{"Keytab"}},
	} {
		problems := &errs.InvalidError{Subject: "test"}
		test.account.CheckFiles(problems, "Login.")
		var wrong []string
		for _, p := range problems.Problems {
			wrong = append(wrong, p.Field[len("Login."):])
		}
		if !slices.Equal(wrong, test.wrong) {
			t.Errorf("%s: got %v", name, problems)
		}
	}
}
