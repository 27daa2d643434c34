package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestCheckSumsUpForAProgram(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := certificate(t, "-out", dir); code != 0 {
		t.Fatal(stderr)
	}
	cer := filepath.Join(dir, cerName)
	code, stdout, _ := certificate(t, "check", "-json", cer)
	got := objects(t, stdout)
	if len(got) != 2 || got[0]["finding"] != "cert.key.present" || got[1]["file"] != cer || got[1]["ok"] != true || code != 0 {
		t.Errorf("exit code %d, %s", code, stdout)
	}
	pfx := filepath.Join(dir, pfxName)
	code, stdout, _ = certificate(t, "check", "-json", pfx)
	if got = objects(t, stdout); got[len(got)-1]["findings"] != float64(len(got)-1) || code != 0 {
		t.Errorf("exit code %d, %s", code, stdout)
	}
	code, stdout, _ = certificate(t, "check", "-json", "-fqdn", "other.contoso.com", cer)
	got = objects(t, stdout)
	if last := got[len(got)-1]; code != 1 || len(got) < 2 || last["ok"] != false || last["findings"] != float64(len(got)-1) {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// TestCheckKnowsTheRoles looks at certificates as those of management, as renewals, and beside one another.
func TestCheckKnowsTheRoles(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := certificate(t, "-out", dir); code != 0 {
		t.Fatal(stderr)
	}
	service := filepath.Join(dir, cerName)
	elsewhere, err := certs.SelfSigned("Contoso management", nil)
	if err != nil {
		t.Fatal(err)
	}
	management := filepath.Join(dir, "Management.cer")
	writeFile(t, management, elsewhere.CER())
	for _, test := range []struct {
		args []string
		want string // an ID that is found
		code int
	}{
		{[]string{"-role", "management", management}, "mgmt.key.present", 0},
		{[]string{"-role", "management", service}, "mgmt.eku.clientauth", 0},
		{[]string{"-renews", service, service}, "cert.key.present", 0},
		{[]string{"-renews", management, service}, "renewal.cn", 1},
		{[]string{"-management", service, service}, "cert.shared-role", 0},
		{[]string{"-management", management, service}, "cert.key.present", 0},
		{[]string{"-template", "1.2.3", service}, "cert.template", 0},
		{[]string{"-renews", filepath.Join(dir, "none"), service}, "", 1},
		{[]string{"-management", filepath.Join(dir, "none"), service}, "", 1},
		{[]string{"-role", "butler", service}, "", 2},
	} {
		code, stdout, stderr := certificate(t, append([]string{"check"}, test.args...)...)
		if code != test.code || !strings.Contains(stdout, test.want) {
			t.Errorf("%q: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
	}
}

func TestCheckComparesTheFileBeside(t *testing.T) {
	other, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][2]string{{"X.PFX", "X.cer"}, {"X.PFX", "X.CER"}, {"x.p12", "x.cer"}} {
		dir := t.TempDir()
		if code, _, stderr := certificate(t, "-out", dir); code != 0 {
			t.Fatal(stderr)
		}
		pfx := filepath.Join(dir, names[0])
		for from, to := range map[string]string{pfxName: pfx, passwordName: pfx + ".password"} {
			if err := os.Rename(filepath.Join(dir, from), to); err != nil {
				t.Fatal(err)
			}
		}
		if code, stdout, _ := certificate(t, "check", pfx); code != 0 {
			t.Errorf("%v: alone: exit code %d\n%s", names, code, stdout)
		}
		writeFile(t, filepath.Join(dir, names[1]), other.CER())
		if code, stdout, _ := certificate(t, "check", pfx); code != 1 || !strings.Contains(stdout, "ERROR pfx.twofiles") {
			t.Errorf("%v: beside another's .cer: exit code %d\n%s", names, code, stdout)
		}
	}
}

func TestLargeFilesAreNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "huge.pfx")
	writeFile(t, name, nil)
	if err := os.Truncate(name, 5_000_000); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"inspect", "check", "watch"} {
		code, stdout, stderr := certificate(t, command, name)
		if code != 1 || stdout != "" || !strings.Contains(stderr, "huge.pfx: 5000000 bytes, at most 1048576 are read") {
			t.Errorf("%s: exit code %d, stderr %q\n%s", command, code, stderr, stdout)
		}
	}
}

func TestKeyLengths(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for want, public := range map[int]any{
		2048: certstest.Key().Public().(*rsa.PublicKey),
		384:  &p384.PublicKey,
		256:  make(ed25519.PublicKey, ed25519.PublicKeySize),
		0:    nil,
	} {
		if got := keyBits(&x509.Certificate{PublicKey: public}); got != want {
			t.Errorf("%T: %d, want %d", public, got, want)
		}
	}
}
