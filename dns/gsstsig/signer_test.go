package gsstsig_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/gsstsig"
)

func TestEveryProblemIsListed(t *testing.T) {
	t.Setenv("KRB5_CONFIG", filepath.Join(t.TempDir(), "missing"))
	garbage := filepath.Join(t.TempDir(), "keytab")
	if err := os.WriteFile(garbage, []byte{5, 2, 0, 0}, 0o600); err != nil {
		t.Fatal(err)
	}
	const text = "[libdefaults]\ndefault_realm = CONTOSO.COM\n[realms]\nR = {\nkdc = dc1.contoso.com\n}\n"
	for name, c := range map[string]struct {
		signer *gsstsig.Signer
		server string
		want   []string
	}{
		"nil":          {nil, "", []string{"Signer"}},
		"no user":      {&gsstsig.Signer{Realm: "R", Config: text}, "ns1.contoso.com:53", []string{"User"}},
		"domain\\user": {&gsstsig.Signer{User: `C\u`, Realm: "R", Keytab: garbage, Config: text}, "ns1:53", []string{"User", "Keytab"}},
		"two secrets":  {&gsstsig.Signer{User: "u", Realm: "R", Password: empty, Keytab: "/", Config: text}, "ns1:53", []string{"Password", "Keytab"}},
		"no file":      {&gsstsig.Signer{User: "u", Realm: "R", Keytab: filepath.Join(garbage, "x"), Config: text}, "ns1:53", []string{"Keytab"}},
		"no config":    {&gsstsig.Signer{User: "u", Realm: "R", Password: empty}, "ns1:53", []string{"Config"}},
		"no KDC":       {&gsstsig.Signer{User: "u", Realm: "r", Password: empty, Config: text}, "ns1:53", []string{"Config"}},
		"bad config":   {&gsstsig.Signer{Config: "[libdefaults]\nticket_lifetime = soon\n"}, "ns1:53", []string{"Config"}},
		"no port":      {&gsstsig.Signer{Config: text}, "ns1.contoso.com", []string{"server"}},
		"no host":      {&gsstsig.Signer{Config: text}, ":53", []string{"server"}},
		"an address":   {&gsstsig.Signer{Config: text}, "[2001:db8::1]:53", []string{"server"}},
		"a bad host":   {&gsstsig.Signer{Config: text, Host: "DNS/ns1"}, "192.0.2.1:53", []string{"Host"}},
		"all at once":  {&gsstsig.Signer{User: "u@d"}, "x", []string{"User", "Realm", "Password", "Config", "server"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.signer.Session(t.Context(), c.server)
			invalid, ok := errors.AsType[*gsstsig.InvalidError](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			var fields []string
			for _, p := range invalid.Problems {
				fields = append(fields, p.Field)
			}
			if !slices.Equal(fields, c.want) {
				t.Errorf("got %v, want problems with %v", err, c.want)
			}
		})
	}
}

func empty() ([]byte, error) { return nil, nil }

func TestThePasswordIsNeeded(t *testing.T) {
	broken := errors.New("the vault is closed")
	for _, c := range []struct {
		password func() ([]byte, error)
		want     error
	}{
		{empty, dns.ErrDenied},
		{func() ([]byte, error) { return nil, broken }, broken},
	} {
		signer := &gsstsig.Signer{User: "u", Realm: "CONTOSO.COM", Password: c.password, Config: "[libdefaults]\ndns_lookup_kdc = true\n"}
		_, err := signer.Session(t.Context(), "dc1.contoso.com:53")
		refused, ok := errors.AsType[*gsstsig.NegotiationError](err)
		if !ok || !errors.Is(err, c.want) || refused.Service != "DNS/dc1.contoso.com" {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
}

func TestThePasswordIsNeverPrinted(t *testing.T) {
	signer := gsstsig.Signer{User: "u", Password: func() ([]byte, error) { return []byte("hunter2"), nil }}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, signer); strings.Contains(text, "hunter2") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}
