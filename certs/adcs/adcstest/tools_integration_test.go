//go:build integration

package adcstest_test

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// tools are the programs of OpenLDAP in front of a server.
type tools struct {
	url, root, password string
}

func newTools(t *testing.T, server *adcstest.Server, encrypted bool) *tools {
	t.Helper()
	address, stop, err := server.Serve(t.Context(), encrypted)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	dir, scheme := t.TempDir(), map[bool]string{true: "ldaps://", false: "ldap://"}[encrypted]
	made := &tools{scheme + address, filepath.Join(dir, "root.pem"), filepath.Join(dir, "password")}
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Root().Raw})
	for path, content := range map[string][]byte{made.root: root, made.password: []byte(adcstest.Password)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func (p *tools) run(t *testing.T, name string, arguments ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package ldap-utils", name)
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"-x", "-H", p.url, "-y", p.password}, arguments...)...)
	cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+p.root)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// TestOpenLDAP holds that clients nobody here wrote get along with the server, and what they are refused.
func TestOpenLDAP(t *testing.T) {
	ca := certstest.NewCA("Contoso Issuing CA")
	server, err := adcstest.NewServer(ca)
	if err != nil {
		t.Fatal(err)
	}
	desired := template.Desired{Template: template.CloudDP(ca.AddGroup("ConfigMgr Site Servers")), CA: ca.Name()}
	desired.Template.OID = ca.Forest().OID + ".10000001.10000002"
	records, err := desired.LDIF("CN=Configuration,DC=contoso,DC=com", ca.Forest().Groups["domain admins"])
	if err != nil {
		t.Fatal(err)
	}
	text, err := template.FormatLDIF(records)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "template.ldif")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	plain, encrypted := newTools(t, server, false), newTools(t, server, true)
	if output, err := plain.run(t, "ldapmodify", "-D", adcstest.Administrator, "-f", file); err == nil || !strings.Contains(output, "(8)") {
		t.Errorf("in the clear: %v, %s", err, output)
	}
	if output, err := encrypted.run(t, "ldapmodify", "-D", adcstest.User, "-f", file); err == nil || !strings.Contains(output, "(50)") {
		t.Errorf("as a user: %v, %s", err, output)
	}
	if output, err := plain.run(t, "ldapmodify", "-ZZ", "-D", adcstest.Administrator, "-f", file); err != nil {
		t.Fatalf("with StartTLS: %v, %s", err, output)
	}
	if planned, err := template.Plan(t.Context(), ca, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after the import: %v, %v", planned, err)
	}
	output, err := encrypted.run(t, "ldapsearch", "-LLL", "-D", adcstest.User, "-b", records[1].DN)
	if err != nil {
		t.Fatalf("ldapsearch: %v, %s", err, output)
	}
	printed, err := template.ParseLDIF([]byte(output))
	if err != nil || len(printed) != 1 {
		t.Fatalf("%v, %v", printed, err)
	}
	got, err := printed[0].Template()
	if err != nil || got.OID != desired.Template.OID || got.Validity != desired.Template.Validity {
		t.Errorf("ldapsearch shows %+v, %v", got, err)
	}
}
