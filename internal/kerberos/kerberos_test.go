package kerberos_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

func TestFailures(t *testing.T) {
	for text, want := range map[string]struct {
		code    string
		refused bool
	}{
		"KRB_ERROR: (24) KDC_ERR_PREAUTH_FAILED Pre-authentication information was invalid": {"KDC_ERR_PREAUTH_FAILED", true},
		"KRB Error: (37) KRB_AP_ERR_SKEW Clock skew too great":                              {"KRB_AP_ERR_SKEW", true},
		"could not decrypt: client password/keytab incorrect":                               {"", true},
		"login: no user credentials available":                                              {"", true},
		"KRB Error: (29) KDC_ERR_SVC_UNAVAILABLE A service is not available":                {"KDC_ERR_SVC_UNAVAILABLE", false},
		"KRB Error: (52) KRB_ERR_RESPONSE_TOO_BIG Response too big for UDP":                 {"KRB_ERR_RESPONSE_TOO_BIG", false},
		"KRB Error: (60) KRB_ERR_GENERIC Generic error":                                     {"KRB_ERR_GENERIC", false},
		"communication error with KDC via TCP: connection refused":                          {"", false},
	} {
		err := errors.New(text)
		if code, refused := kerberos.Code(err), kerberos.Refused(err); code != want.code || refused != want.refused {
			t.Errorf("%s: got %q, %t", text, code, refused)
		}
	}
}

func TestConfigPath(t *testing.T) {
	for value, want := range map[string]string{"": "/etc/krb5.conf", "FILE:a.conf": "a.conf", "b.conf": "b.conf"} {
		t.Setenv("KRB5_CONFIG", value)
		if got := kerberos.ConfigPath(); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestCachePath(t *testing.T) {
	for _, test := range []struct{ environment, name, want string }{
		{"FILE:env", "", "env"}, {"env", "", "env"}, {"env", "own", "own"}, {"env", "FILE:own", "own"}, {"", `C:\own`, `C:\own`},
	} {
		t.Setenv("KRB5CCNAME", test.environment)
		if got, err := kerberos.CachePath(test.name); err != nil || got != test.want {
			t.Errorf("%+v: got %q, %v", test, got, err)
		}
	}
	t.Setenv("KRB5CCNAME", "")
	if got, err := kerberos.CachePath(""); err != nil || !strings.Contains(got, "krb5cc_") {
		t.Errorf("by default: got %q, %v", got, err)
	}
	t.Setenv("KRB5CCNAME", "KEYRING:persistent:0")
	if got, err := kerberos.CachePath(""); !errors.Is(err, errs.ErrUnsupported) {
		t.Errorf("a keyring: got %q, %v, want ErrUnsupported", got, err)
	}
}
