//go:build integration

package certs_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
)

const cspName = "Microsoft Enhanced RSA and AES Cryptographic Provider"

// TestOthersSeeNamesAndProvider looks at a file's attributes with the eyes of OpenSSL, NSS and Java.
func TestOthersSeeNamesAndProvider(t *testing.T) {
	service, _ := newService(t)
	for _, profile := range []certs.Profile{certs.WindowsLegacy, certs.Windows2019} {
		for _, spec := range []certs.KeySpec{certs.KeyExchange, certs.KeySignature} {
			pfx := save(t, "ours.pfx", export(t, service, &certs.PFXOptions{
				Profile: profile, FriendlyName: "Cloud DP of Zurich", KeyName: "key of cloud dp", Provider: certs.ProviderRSAAES,
				KeySpec: spec, MachineKeySet: true,
			}))
			t.Run(profile.String()+"/"+spec.String(), func(t *testing.T) {
				t.Parallel()
				openSSLSees(t, pfx, spec)
				nssSees(t, pfx)
				javaSees(t, pfx)
			})
		}
	}
}

func openSSLSees(t *testing.T, pfx string, spec certs.KeySpec) {
	t.Helper()
	usage := map[certs.KeySpec]string{certs.KeyExchange: "X509v3 Key Usage: 10", certs.KeySignature: "X509v3 Key Usage: 80"}
	mustShow(t, []string{
		"friendlyName: Cloud DP of Zurich", "friendlyName: key of cloud dp",
		"Microsoft CSP Name: " + cspName, "Microsoft Local Key set", usage[spec],
	}, "openssl", "pkcs12", "-in", pfx, "-passin", "pass:"+pfxPassword, "-nodes", "-info")
}

// nssSees asks NSS twice: its printer for the key's attributes, which its database does not keep, and the database for
// the certificate's name, which the printer cannot decrypt.
func nssSees(t *testing.T, pfx string) {
	t.Helper()
	mustShow(t, []string{`"key of cloud dp"`, "OID.1.3.6.1.4.1.311.17.1", `"` + cspName + `"`, "OID.1.3.6.1.4.1.311.17.2"},
		"nss-pp", "-u", "-w", "-t", "pkcs12", "-i", pfx)
	database := newNSS(t)
	if output, ok := database.add(t, pfx, pfxPassword); !ok {
		t.Fatalf("pk12util: %s", output)
	}
	mustShow(t, []string{"Cloud DP of Zurich"}, "certutil", "-L", "-d", string(database))
}

// javaSees asks keytool, which prints no provider but carries it along, and the key store that keytool stands on, in
// the file and in keytool's copy.
func javaSees(t *testing.T, pfx string) {
	t.Helper()
	mustShow(t, []string{"Alias name: key of cloud dp"},
		"keytool", "-list", "-v", "-keystore", pfx, "-storetype", "PKCS12", "-storepass", pfxPassword)
	copied := filepath.Join(t.TempDir(), "copy.pfx")
	run(t, "keytool", "-importkeystore", "-srckeystore", pfx, "-srcstoretype", "PKCS12", "-srcstorepass", pfxPassword,
		"-destkeystore", copied, "-deststoretype", "PKCS12", "-deststorepass", pfxPassword)
	program := save(t, "Entries.java", []byte(printEntries))
	for _, file := range []string{pfx, copied} {
		mustShow(t, []string{
			"friendly name: key of cloud dp", "1.3.6.1.4.1.311.17.1=" + cspName, "1.3.6.1.4.1.311.17.2=[]",
		}, "java", "-XX:TieredStopAtLevel=1", program, file, pfxPassword)
	}
}

func mustShow(t *testing.T, parts []string, name string, args ...string) {
	t.Helper()
	output := run(t, name, args...)
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%s does not show %q:\n%s", name, part, output)
		}
	}
}
