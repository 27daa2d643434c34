//go:build integration

package template_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

// tool runs a program that knows nothing of this module, and returns what it prints.
func tool(t *testing.T, debianPackage, name string, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package %s", name, debianPackage)
	}
	output, err := exec.CommandContext(t.Context(), path, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return string(output)
}

// TestLDAPModifyReadsTheLDIF shows the file to OpenLDAP without a server.
func TestLDAPModifyReadsTheLDIF(t *testing.T) {
	printed := tool(t, "ldap-utils", "ldapmodify", "-n", "-v", "-f", "testdata/clouddp.ldif")
	for _, want := range []string{
		"add msPKI-Private-Key-Flag:\n\t16842768\n",
		"add pKIDefaultCSPs:\n\t1,Microsoft RSA SChannel Cryptographic Provider\n\t2,Microsoft DH SChannel Cryptographic Provider\n",
		"add nTSecurityDescriptor:\n\tNOT ASCII (176 bytes)\n",
		"add certificateTemplates:\n\tCloudDPCert\n!modifying entry \"CN=Contoso Issuing CA,CN=Enrollment Services,",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
}

// TestLdbStoresTheLDIF gives the file to the database of Samba, and reads what that holds then.
func TestLdbStoresTheLDIF(t *testing.T) {
	dir := t.TempDir()
	database, authority := filepath.Join(dir, "forest.ldb"), filepath.Join(dir, "authority.ldif")
	const dn = "CN=Contoso Issuing CA,CN=Enrollment Services,CN=Public Key Services,CN=Services," + configuration
	begin, err := template.FormatLDIF([]template.LDIFRecord{{DN: dn, ChangeType: template.LDIFAdd, Attributes: []template.Attribute{
		{Name: "objectClass", Values: [][]byte{[]byte("pKIEnrollmentService")}},
		{Name: "certificateTemplates", Values: [][]byte{[]byte("WebServer")}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(authority, begin, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "ldb-tools", "ldbmodify", "-H", database, authority)
	tool(t, "ldb-tools", "ldbmodify", "-H", database, "testdata/clouddp.ldif")

	search := func(filter string) template.LDIFRecord {
		t.Helper()
		records, err := template.ParseLDIF([]byte(tool(t, "ldb-tools", "ldbsearch", "-H", database, filter)))
		if err != nil || len(records) != 1 {
			t.Fatalf("%s: %v, %v", filter, records, err)
		}
		return records[0]
	}
	want := desiredWithOID().Template
	want.Access = nil // ldbsearch may print the descriptor as text
	stored := search("(objectClass=pKICertificateTemplate)")
	if got, err := template.ParseAttributes("CloudDPCert", stored.Attributes); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	o, err := template.ParseObjectIdentifier(search("(objectClass=msPKI-Enterprise-Oid)").Attributes)
	if err != nil || o.OID != want.OID || o.DisplayName != want.DisplayName {
		t.Errorf("object identifier %v, %v", o, err)
	}
	for _, a := range search("(objectClass=pKIEnrollmentService)").Attributes {
		if a.Name == "certificateTemplates" && len(a.Values) != 2 {
			t.Errorf("the authority issues %q, want both", a.Values)
		}
	}
}

// samba evaluates an expression with Samba's own code for security descriptors.
func samba(t *testing.T, expression, argument string) string {
	t.Helper()
	const script = `import sys
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
domain = security.dom_sid("S-1-5-21-1004336348-1177238915-682003330")
argument = sys.argv[1]
print(`
	return strings.TrimSpace(tool(t, "python3-samba", "/usr/bin/python3", "-c", script+expression+")", argument))
}

// sddl returns what Samba reads, with the letters of each mask in the order of Windows, which is that of the bits.
func sddl(t *testing.T, data []byte) string {
	t.Helper()
	text := samba(t, "ndr_unpack(security.descriptor, bytes.fromhex(argument)).as_sddl(security.dom_sid('S-1-5-21-1-2-3'))", hex.EncodeToString(data))
	return regexp.MustCompile(`(\([A-Z]+;[A-Z]*;)([A-Z]+)`).ReplaceAllStringFunc(text, func(entry string) string {
		at := strings.LastIndex(entry, ";") + 1
		var sorted string
		for letters := range slices.Chunk([]byte("CCDCLCSWRPWPDTLOCRSDRCWDWO"), 2) {
			for mask := range slices.Chunk([]byte(entry[at:]), 2) {
				if bytes.Equal(mask, letters) {
					sorted += string(letters)
				}
			}
		}
		return entry[:at] + sorted
	})
}

// TestSambaReadsTheSameSecurityDescriptors compares what Samba and this package make of the same bytes.
func TestSambaReadsTheSameSecurityDescriptors(t *testing.T) {
	made, err := parseDescriptor(t, builtIn(t)).WithAccess(template.CloudDP(group).Access)
	if err != nil {
		t.Fatal(err)
	}
	// The configuration partition hands Enterprise Admins full control down to a new template.
	inherited := parseDescriptor(t, unhex(t, samba(t, "ndr_pack(security.descriptor.from_sddl(argument, domain)).hex()",
		"O:DAG:DAD:AI(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;AU)(A;CIID;RPWPCRCCDCLCLORCWOWDSDDTSW;;;EA)"+
			"S:AI(AU;CISA;WDWOSDDTWPCRCCDCSW;;;WD)")))
	wanted := append(template.CloudDP(group).Access,
		template.Access{SID: domainAdmins, Rights: template.Read | template.Write},
		template.Access{SID: enterpriseAdmins, Rights: template.Read | template.Write})
	narrow, err := inherited.WithAccess(wanted)
	if err != nil {
		t.Fatal(err)
	}
	for what, d := range map[string]template.SecurityDescriptor{
		"built-in": parseDescriptor(t, builtIn(t)), "ours": made, "inherited": inherited, "cut off": narrow,
	} {
		if got := sddl(t, d.Encode()); got != d.String() {
			t.Errorf("%s: Samba reads\n%s\nwant\n%s", what, got, d)
		}
	}
	if text := narrow.String(); !strings.Contains(text, "D:PAI(") || strings.Contains(text, "ID;") {
		t.Errorf("still inherits: %s", text)
	}
	for _, a := range wanted {
		if !slices.Contains(narrow.Access(), a) {
			t.Errorf("%s should have %s: %v", a.SID, a.Rights, narrow.Access())
		}
	}
}
