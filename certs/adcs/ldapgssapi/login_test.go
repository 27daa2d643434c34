package ldapgssapi_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/ldapgssapi"
	"github.com/clouddp/sdk/internal/kerberos/kerberostest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	login := &ldapgssapi.Login{
		User:     "pki-admin@contoso.com",
		Password: certs.StaticPassword("correct horse"),
		Config:   "[libdefaults]\n default_realm = CONTOSO.COM\n dns_lookup_kdc = true\n",
	}
	err := login.Bind(context.Background(), nil, "dc1.contoso.com") // as adcs.Directory calls it, with a connection
	if invalid, ok := errors.AsType[*ldapgssapi.InvalidError](err); ok {
		for _, problem := range invalid.Problems {
			fmt.Println(problem.Field, problem.Reason)
		}
	}
	// Output:
	// User is "pki-admin@contoso.com"; give the bare account name, and the domain as Realm
	// Realm is empty; give the realm of User, such as CONTOSO.COM
}

func TestFieldsAreChecked(t *testing.T) {
	t.Setenv("KRB5_CONFIG", filepath.Join(t.TempDir(), "absent"))
	secret := certs.StaticPassword("correct horse")
	const named = "[realms]\nR = {\nkdc = dc1.contoso.com\n}\n"
	keytab := kerberostest.NewKDC(t).Keytab(t)
	for name, test := range map[string]struct {
		login ldapgssapi.Login
		host  string
		want  []string
	}{
		"an address":       {ldapgssapi.Login{Config: "x"}, "192.0.2.1", []string{"Host"}},
		"no user":          {ldapgssapi.Login{Realm: "R", Config: named}, "dc1", []string{"User"}},
		"no realm":         {ldapgssapi.Login{User: "u", Password: secret, Config: named}, "dc1", []string{"Realm"}},
		"nothing to prove": {ldapgssapi.Login{User: "u", Realm: "R", Config: named}, "dc1", []string{"Password"}},
		"both":             {ldapgssapi.Login{User: "u", Realm: "R", Password: secret, Keytab: keytab, Config: named}, "dc1", []string{"Password"}},
		"no krb5.conf":     {ldapgssapi.Login{User: "u", Realm: "R", Password: secret, Config: "[libdefaults]\nclockskew = soon\n"}, "dc1", []string{"Config"}},
		"no KDC":           {ldapgssapi.Login{User: "u", Realm: "R", Password: secret, Config: "[libdefaults]\n"}, "dc1", []string{"Config"}},
		"no keytab":        {ldapgssapi.Login{User: "u", Realm: "R", Keytab: "testdata/none", Config: named}, "dc1", []string{"Keytab"}},
		"no configuration": {ldapgssapi.Login{User: "u", Realm: "R", Password: secret}, "dc1", []string{"Config"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.login.Bind(t.Context(), nil, test.host)
			var fields []string
			if invalid, ok := errors.AsType[*ldapgssapi.InvalidError](err); ok {
				for _, p := range invalid.Problems {
					fields = append(fields, p.Field)
				}
			}
			if strings.Join(fields, " ") != strings.Join(test.want, " ") {
				t.Errorf("got %v, want problems with %v", err, test.want)
			}
		})
	}
}

func TestSilentKDC(t *testing.T) {
	login := &ldapgssapi.Login{User: "u", Realm: kerberostest.Realm, Password: certs.StaticPassword("correct horse"), Config: kerberostest.Listen(t, func(net.Conn) {})}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	err := login.Bind(ctx, nil, "dc1.contoso.com")
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "horse") {
		t.Errorf("got %v, want Canceled", err)
	}
}

func TestRefusedByTheKDC(t *testing.T) {
	kdc := kerberostest.NewKDC(t, "anna", "ldap/dc1.contoso.com")
	for code, c := range map[string]struct{ user, password, host string }{
		"KDC_ERR_PREAUTH_FAILED":      {"anna", "wrong", "dc1.contoso.com"},
		"KDC_ERR_C_PRINCIPAL_UNKNOWN": {"ben", kerberostest.Password, "dc1.contoso.com"},
		"KDC_ERR_S_PRINCIPAL_UNKNOWN": {"anna", kerberostest.Password, "dc2.contoso.com"},
	} {
		login := &ldapgssapi.Login{User: c.user, Realm: kerberostest.Realm, Password: certs.StaticPassword(c.password), Config: kdc.Config}
		if err := login.Bind(t.Context(), nil, c.host); !errors.Is(err, ldapgssapi.ErrDenied) || !strings.Contains(err.Error(), code) {
			t.Errorf("got %v, want ErrDenied for %s", err, code)
		}
	}
}

func TestNobodyToAsk(t *testing.T) {
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "absent"))
	config := "[libdefaults]\nudp_preference_limit = 1\n[realms]\nR = {\nkdc = 127.0.0.1:1\n}\n"
	for name, test := range map[string]struct {
		login ldapgssapi.Login
		want  error
	}{
		"no KDC":          {ldapgssapi.Login{User: "u", Realm: "R", Password: certs.StaticPassword("x"), Config: config}, ldapgssapi.ErrUnavailable},
		"empty password":  {ldapgssapi.Login{User: "u", Realm: "R", Password: certs.StaticPassword(""), Config: config}, ldapgssapi.ErrDenied},
		"no ticket cache": {ldapgssapi.Login{Config: config}, ldapgssapi.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.login.Bind(t.Context(), nil, "dc1.contoso.com"); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestNil(t *testing.T) {
	var login *ldapgssapi.Login
	if err := login.Bind(t.Context(), nil, "dc1.contoso.com"); !errors.Is(err, certs.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}
