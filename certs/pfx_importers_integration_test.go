//go:build integration

package certs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/certs"
)

// onLinux are the importers that can be asked here.
func onLinux() []certs.Importer {
	return []certs.Importer{
		certs.ImporterOpenSSL, certs.ImporterOpenSSLLegacy, certs.ImporterJava,
		certs.ImporterNSS, certs.ImporterGnuTLS, certs.ImporterNode,
	}
}

// TestImportersAnswerAsInspected asks every importer to open files of many kinds, those that it refuses too, and holds
// InspectPFX to the answers.
func TestImportersAnswerAsInspected(t *testing.T) {
	for name, pfx := range filesOfEveryKind(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info, err := certs.InspectPFX(pfx)
			if err != nil {
				t.Fatal(err)
			}
			path, password := save(t, "file.pfx", pfx), goldenPassword
			if name == "go-open" {
				password = ""
			}
			for _, row := range info.Imports {
				if !slices.Contains(onLinux(), row.Importer) {
					continue
				}
				output, opened := opens(t, row.Importer, path, password)
				said := !row.Opens && strings.Contains(output, row.Says)
				if row.Importer == certs.ImporterJava && strings.HasPrefix(row.Says, "nothing") {
					said = strings.Contains(output, "entries: 0")
				}
				if !row.Known || opened != row.Opens || (!row.Opens && !said) {
					t.Errorf("inspected: %s; opened: %t, saying\n%s", row, opened, output)
				}
			}
		})
	}
}

// filesOfEveryKind returns files with the password goldenPassword, but for "go-open", which has none.
func filesOfEveryKind(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{
		"openssl", "openssl-legacy", "openssl-descert", "openssl-csp", "openssl-nomac", "openssl-open", "openssl-rc2-128",
		"openssl-2des", "openssl-pbes2-3des", "openssl-aes-192", "openssl-sha224", "nss", "gnutls", "keytool",
	} {
		files[name] = golden(t, name+".pfx")
	}
	service, _ := newService(t)
	for name, encoder := range map[string]*pkcs12.Encoder{
		"go-rc2": pkcs12.LegacyRC2, "go-pbmac1": pkcs12.Modern2026, "go-open": pkcs12.Passwordless,
	} {
		password := goldenPassword
		if name == "go-open" {
			password = ""
		}
		pfx, err := encoder.Encode(service.PrivateKey(), service.Leaf, service.Chain, password)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = pfx
	}
	return files
}

// TestEveryImporterOpensOurs gives every profile, plain and with all attributes, to every importer.
func TestEveryImporterOpensOurs(t *testing.T) {
	service, _ := newService(t)
	for _, profile := range []certs.Profile{certs.WindowsLegacy, certs.Windows2019} {
		for _, options := range []certs.PFXOptions{
			{},
			{Iterations: 100_000},
			{
				FriendlyName: "Cloud DP", KeyName: "cloud dp", Provider: certs.ProviderRSAAES, KeySpec: certs.KeyExchange,
				MachineKeySet: true,
			},
		} {
			options.Profile = profile
			t.Run(fmt.Sprintf("%s/%d/%s", profile, options.Iterations, options.FriendlyName), func(t *testing.T) {
				t.Parallel()
				pfx := export(t, service, &options)
				info, err := certs.InspectPFX(pfx)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range info.Imports {
					if !slices.Contains(onLinux(), row.Importer) {
						continue
					}
					output, opened := opens(t, row.Importer, save(t, "ours.pfx", pfx), pfxPassword)
					if !opened || !row.Opens {
						t.Errorf("inspected: %s; opened: %t, saying\n%s", row, opened, output)
					}
				}
			})
		}
	}
}
