package icpr_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
)

const krb5Conf = "[libdefaults]\ndefault_realm = CONTOSO.COM\ndns_lookup_kdc = true\n"

// Every problem is told before anybody is asked.
func TestInvalidFields(t *testing.T) {
	t.Setenv("KRB5_CONFIG", filepath.Join(t.TempDir(), "none"))
	damaged := filepath.Join(t.TempDir(), "keytab")
	if err := os.WriteFile(damaged, []byte("\x05\x02\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := icpr.Issuer{
		Host: host, Authority: authority, User: user, Realm: "CONTOSO.COM", Password: certs.StaticPassword(password),
		Config: krb5Conf,
	}
	for name, test := range map[string]struct {
		change func(*icpr.Issuer)
		want   []string
	}{
		"nothing at all":            {func(i *icpr.Issuer) { *i = icpr.Issuer{} }, []string{"Host", "Authority", "Config"}},
		"an address":                {func(i *icpr.Issuer) { i.Host = "192.0.2.1" }, []string{"Host"}},
		"an address and port":       {func(i *icpr.Issuer) { i.Host = "ca1.contoso.com:135" }, []string{"Host"}},
		"an authority with a break": {func(i *icpr.Issuer) { i.Authority = "A\x00B" }, []string{"Authority"}},
		"no such port":              {func(i *icpr.Issuer) { i.Port = 65536 }, []string{"Port"}},
		"negative time":             {func(i *icpr.Issuer) { i.Timeout = -1 }, []string{"Timeout"}},
		"a whole user name":         {func(i *icpr.Issuer) { i.User = `CONTOSO\svc` }, []string{"User"}},
		"no realm":                  {func(i *icpr.Issuer) { i.Realm = "" }, []string{"Realm"}},
		"no secret":                 {func(i *icpr.Issuer) { i.Password = nil }, []string{"Password"}},
		"two secrets":               {func(i *icpr.Issuer) { i.Keytab = damaged }, []string{"Password", "Keytab"}},
		"NTLM by keytab":            {func(i *icpr.Issuer) { i.NTLM, i.Keytab = true, damaged }, []string{"Password", "Keytab"}},
		"NTLM by tickets":           {func(i *icpr.Issuer) { i.User, i.Realm, i.Password, i.NTLM = "", "", nil, true }, []string{"User"}},
		"NTLM by two domains":       {func(i *icpr.Issuer) { i.NTLM, i.User = true, "svc@contoso.com" }, []string{"Realm"}},
		"NTLM by half a name":       {func(i *icpr.Issuer) { i.NTLM, i.User, i.Realm = true, "svc@", "" }, []string{"User", "Realm"}},
		"no KDC":                    {func(i *icpr.Issuer) { i.Config = "[libdefaults]\ndefault_realm = CONTOSO.COM\n" }, []string{"Config"}},
		"a realm in lower case":     {func(i *icpr.Issuer) { i.Realm = "contoso.com" }, []string{"Realm"}},
		"a password alone":          {func(i *icpr.Issuer) { i.User = "" }, []string{"User"}},
		"no configuration":          {func(i *icpr.Issuer) { i.Config = "" }, []string{"Config"}},
		"no krb5.conf":              {func(i *icpr.Issuer) { i.Config = "[libdefaults]\ndns_lookup_kdc = perhaps\n" }, []string{"Config"}},
	} {
		issuer := good
		test.change(&issuer)
		for _, call := range []func() error{
			func() error { _, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert"); return err },
			func() error { _, err := issuer.Retrieve(t.Context(), "1"); return err },
		} {
			invalid, ok := errors.AsType[*icpr.InvalidError](call())
			if !ok {
				t.Errorf("%s: not an InvalidError", name)
				continue
			}
			var fields []string
			for _, p := range invalid.Problems {
				fields = append(fields, p.Field)
			}
			if !slices.Equal(fields, test.want) {
				t.Errorf("%s: problems with %v, want %v", name, fields, test.want)
			}
		}
	}
	var none *icpr.Issuer
	if _, err := none.Issue(t.Context(), nil, ""); !errors.Is(err, icpr.ErrInvalid) {
		t.Errorf("nil: got %v", err)
	}
}
