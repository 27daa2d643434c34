//go:build integration

package adcs_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/ldapgssapi"
	"github.com/clouddp/sdk/certs/template"
)

const (
	reader         = "reader"
	readerPassword = "Aa1!reads-only"
)

func (s *samba) connect(t *testing.T, url string) *ldap.Conn {
	t.Helper()
	raw, err := s.Dial(t.Context(), "tcp", url)
	if err != nil {
		t.Fatal(err)
	}
	conn := ldap.NewConn(raw, false)
	conn.Start()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (s *samba) anonymous(t *testing.T) *ldap.Conn {
	t.Helper()
	conn := s.connect(t, s.Host+":389")
	if err := conn.StartTLS(s.tls()); err != nil {
		t.Fatal(err)
	}
	return conn
}

func (s *samba) bound(t *testing.T, account, password string) *ldap.Conn {
	t.Helper()
	conn := s.anonymous(t)
	if err := conn.Bind(account, password); err != nil {
		t.Fatal(err)
	}
	return conn
}

func testSambaStrictness(t *testing.T, s *samba) {
	t.Helper()
	p := &peer{
		administrator: s.bound(t, s.Administrator, s.Password), user: s.bound(t, reader+"@"+s.Zone, readerPassword),
		nobody: s.anonymous(t), plain: s.connect(t, s.Host+":389"), account: s.Administrator, password: s.Password,
		services: "CN=Public Key Services,CN=Services," + s.configuration, oid: forestOID,
	}
	testStrictness(t, p)
	testHiddenSecurity(t, p)
}

// testSambaBinds holds that each way to authenticate works, or ends in its error.
func testSambaBinds(t *testing.T, s *samba) {
	t.Helper()
	login := ldapgssapi.Login{
		User: "Administrator", Realm: s.Realm, Password: certs.StaticPassword(s.Password), Config: s.Config,
	}
	for name, test := range map[string]struct {
		spoil func(*adcs.Directory)
		want  error
		code  uint16
	}{
		"a user principal name": {func(*adcs.Directory) {}, nil, 0},
		"DOMAIN\\user":          {func(d *adcs.Directory) { d.User = `ADT\Administrator` }, nil, 0},
		"a distinguished name":  {func(d *adcs.Directory) { d.User = "CN=Administrator,CN=Users," + s.domain }, nil, 0},
		"StartTLS":              {func(d *adcs.Directory) { d.Servers = []string{"ldap://" + s.Host} }, nil, 0},
		"Kerberos":              {func(d *adcs.Directory) { d.User, d.Password, d.Bind = "", nil, login.Bind }, nil, 0},
		"Kerberos after StartTLS": {func(d *adcs.Directory) {
			d.User, d.Password, d.Bind, d.Servers = "", nil, login.Bind, []string{"ldap://" + s.Host}
		}, nil, 0},
		"a wrong password": {func(d *adcs.Directory) { d.Password = certs.StaticPassword("wrong") }, adcs.ErrDenied, 49},
		"a user that is not there": {
			func(d *adcs.Directory) { d.User = "nobody@" + s.Zone }, adcs.ErrDenied, 49,
		},
		"Kerberos with a wrong password": {func(d *adcs.Directory) {
			wrong := login
			wrong.Password = certs.StaticPassword("wrong")
			d.User, d.Password, d.Bind = "", nil, wrong.Bind
		}, adcs.ErrDenied, 0},
		"Kerberos for another host": {func(d *adcs.Directory) {
			wrong := login
			wrong.Host = "dc2.ad.test"
			d.User, d.Password, d.Bind = "", nil, wrong.Bind
		}, adcs.ErrDenied, 0},
		"Kerberos without a KDC": {func(d *adcs.Directory) {
			wrong := login
			wrong.Config = strings.ReplaceAll(s.Config, "kdc = 127.", "kdc = 127.0.0.1:1 #")
			d.User, d.Password, d.Bind = "", nil, wrong.Bind
		}, adcs.ErrUnavailable, 0},
		"another root": {func(d *adcs.Directory) { d.Roots = nil }, adcs.ErrUnavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.directory(t)
			test.spoil(d)
			_, err := d.Template(t.Context(), "WebServer")
			if !errors.Is(err, test.want) || test.code != 0 && !ldap.IsErrorWithCode(err, test.code) {
				t.Errorf("got %v, want %v with code %d", err, test.want, test.code)
			}
		})
	}
}

// testSambaRights holds that a user may plan, but not apply.
func testSambaRights(t *testing.T, s *samba) {
	t.Helper()
	d := s.directory(t)
	d.User, d.Password = reader+"@"+s.Zone, certs.StaticPassword(readerPassword)
	desired := s.desired(t, d)
	if planned, err := template.Plan(t.Context(), d, desired); err != nil || len(planned) == 0 {
		t.Errorf("Plan: %v, %v", planned, err)
	}
	_, err := template.Apply(t.Context(), d, desired)
	if !errors.Is(err, template.ErrDenied) || !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		t.Errorf("Apply: got %v, want ErrDenied with code 50", err)
	}
	desired.Template.OID = forestOID + ".1.99"
	if err := d.PutTemplate(t.Context(), nil, desired.Template); !errors.Is(err, template.ErrDenied) {
		t.Errorf("PutTemplate: got %v, want ErrDenied", err)
	}
	if err := d.Publish(t.Context(), authority, "WebServer"); err != nil {
		t.Errorf("Publish of what is published already: %v", err)
	}
}

// apply makes the template of the guide and returns it as it is now.
func (s *samba) apply(t *testing.T) template.Template {
	t.Helper()
	d := s.directory(t)
	desired := s.desired(t, d)
	if _, err := template.Apply(t.Context(), d, desired); err != nil {
		t.Fatal(err)
	}
	if planned, err := template.Plan(t.Context(), d, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v", planned, err)
	}
	made, err := d.Template(t.Context(), desired.Template.Name)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// enrollmentClient is Samba's own client of certificate auto-enrollment. It reads as that reads, and prints the
// template only if it finds it: without one it makes up 2048 bits.
const enrollmentClient = `
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.gp import gp_cert_auto_enroll_ext as enroll
lp = LoadParm(sys.argv[1])
ldb = SamDB(url=sys.argv[2], session_info=system_session(lp), lp=lp)
for ca in enroll.fetch_certification_authorities(ldb):
    print("authority", ca["name"], ca["hostname"])
wanted = ["msPKI-Minimal-Key-Size", "displayName", "revision", "pKIExtendedKeyUsage"]
attributes = enroll.fetch_template_attrs(ldb, sys.argv[3], wanted)
print("template", *[attributes[name][0] for name in wanted])
`

// descriptorReader prints a security descriptor as Samba reads it.
const descriptorReader = `
import base64, sys
from samba.ndr import ndr_unpack
from samba.dcerpc import security
print(ndr_unpack(security.descriptor, base64.b64decode(sys.argv[2])).as_sddl())
`

// testSambaReaders holds that programs nobody here wrote see what was written.
func testSambaReaders(t *testing.T, s *samba) {
	t.Helper()
	made := s.apply(t)
	seen := s.Python(t, enrollmentClient, "ldapi://"+strings.ReplaceAll(s.Socket, "/", "%2F"), made.Name)
	for _, want := range []string{"authority " + authority + " ca1.ad.test", "template 2048 Cloud DP Cert 100 1.3.6.1.5.5.7.3.1"} {
		if !strings.Contains(seen, want) {
			t.Errorf("Samba's enrollment client misses %q in:\n%s", want, seen)
		}
	}
	entry := s.read(t, "CN="+made.Name+","+s.container("Certificate Templates"), "nTSecurityDescriptor")
	raw := entry.GetRawAttributeValue("nTSecurityDescriptor")
	sddl := s.Python(t, descriptorReader, base64.StdEncoding.EncodeToString(raw))
	sid, err := s.directory(t).GroupSID(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	// Enroll is the one use of control access: nobody but the group has any.
	want := "(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;" + string(sid) + ")"
	if strings.Count(sddl, "CR") != 1 || !strings.Contains(sddl, want) {
		t.Errorf("Samba reads the security descriptor as %s, want %s and no other control access", sddl, want)
	}
	ours, err := template.ParseSecurityDescriptor(raw)
	if err != nil || sortRights(ours.String()) != sortRights(strings.TrimSpace(sddl)) {
		t.Errorf("we read the security descriptor as %s, %v\nSamba as %s", ours, err, sddl)
	}
}

// sortRights puts the rights of each entry in order, which programs print as they like.
func sortRights(sddl string) string {
	return regexp.MustCompile(`;[A-Z]+;`).ReplaceAllStringFunc(sddl, func(rights string) string {
		var pairs []string
		for pair := range slices.Chunk([]byte(strings.Trim(rights, ";")), 2) {
			pairs = append(pairs, string(pair))
		}
		slices.Sort(pairs)
		return ";" + strings.Join(pairs, "") + ";"
	})
}

// testSambaSearch holds that ldapsearch shows every attribute byte for byte as the template has it.
func testSambaSearch(t *testing.T, s *samba) {
	t.Helper()
	made := s.apply(t)
	attributes, err := made.Attributes()
	if err != nil {
		t.Fatal(err)
	}
	printed := s.ldapsearch(t, "CN="+made.Name+","+s.container("Certificate Templates"))
	for _, a := range attributes {
		wantPrinted(t, printed, a)
	}
	// That of Microsoft's example: exportable, for Windows Server 2003 and Windows XP.
	wantPrinted(t, printed, template.Attribute{Name: "msPKI-Private-Key-Flag", Values: [][]byte{[]byte("16842768")}})
}

// ldapsearch returns the attributes of an entry as the program of that name prints them.
func (s *samba) ldapsearch(t *testing.T, dn string) []template.Attribute {
	t.Helper()
	printed, err := template.ParseLDIF([]byte(s.openldap(t, "ldapsearch", "-LLL", "-b", dn, "-s", "base")))
	if err != nil || len(printed) != 1 {
		t.Fatalf("ldapsearch prints %v, %v", printed, err)
	}
	return printed[0].Attributes
}

// wantPrinted checks that an attribute has just the values of want.
func wantPrinted(t *testing.T, printed []template.Attribute, want template.Attribute) {
	t.Helper()
	var got [][]byte
	for _, a := range printed {
		if strings.EqualFold(a.Name, want.Name) {
			got = append(got, a.Values...)
		}
	}
	slices.SortFunc(got, bytes.Compare)
	sorted := slices.SortedFunc(slices.Values(want.Values), bytes.Compare)
	if !slices.EqualFunc(got, sorted, bytes.Equal) {
		t.Errorf("%s: ldapsearch shows %q, want %q", want.Name, got, sorted)
	}
}

// openldap runs a program of OpenLDAP as the administrator, over LDAPS.
func (s *samba) openldap(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package ldap-utils", name)
	}
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(s.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments = append([]string{"-x", "-H", "ldaps://" + s.Addr, "-D", s.Administrator, "-y", password}, arguments...)
	cmd := exec.CommandContext(t.Context(), path, arguments...)
	// The name in the certificate is that of the host, which no resolver knows.
	cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+s.RootFile(), "LDAPTLS_REQCERT=never")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return string(output)
}

// testSambaStops holds that a call whose context ends leaves a real server at once.
func testSambaStops(t *testing.T, s *samba) {
	t.Helper()
	d := s.directory(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := s.Dial(ctx, network, address)
		cancel()
		return conn, err
	}
	if _, err := d.Template(ctx, "WebServer"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}

// testSambaLDIF holds that a server of other people takes the file of the template package, and that the directory it
// makes is the desired one.
func testSambaLDIF(t *testing.T, s *samba) {
	t.Helper()
	d := s.directory(t)
	desired := s.desired(t, d)
	desired.Template.OID = forestOID + ".10000001.10000002"
	administrators, err := d.GroupSID(t.Context(), "Domain Admins")
	if err != nil {
		t.Fatal(err)
	}
	records, err := desired.LDIF(s.configuration, administrators)
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
	s.openldap(t, "ldapmodify", "-f", file)
	if planned, err := template.Plan(t.Context(), d, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after the import: %v, %v", planned, err)
	}
	for _, record := range records[:2] {
		printed := s.ldapsearch(t, record.DN)
		for _, a := range record.Attributes {
			if a.Name != "nTSecurityDescriptor" && a.Name != "objectClass" { // the server adds to those
				wantPrinted(t, printed, a)
			}
		}
	}
}

// testSambaTickets holds that keys and tickets of other programs work.
func testSambaTickets(t *testing.T, s *samba) {
	t.Helper()
	keytab := s.Keytab(t, "Administrator")
	d := s.directory(t)
	d.User, d.Password = "", nil
	d.Bind = (&ldapgssapi.Login{User: "Administrator", Realm: s.Realm, Keytab: keytab, Config: s.Config}).Bind
	if _, err := d.ForestOID(t.Context()); err != nil {
		t.Errorf("with a keytab: %v", err)
	}
	t.Setenv("KRB5CCNAME", "FILE:"+s.TicketCache(t, "Administrator", keytab, ""))
	own := s.directory(t)
	own.User, own.Password = "", nil
	own.Bind = (&ldapgssapi.Login{Config: s.Config}).Bind
	if _, err := own.ForestOID(t.Context()); err != nil {
		t.Errorf("with a ticket cache: %v", err)
	}
}

func testSambaNames(t *testing.T, s *samba) {
	t.Helper()
	d := s.directory(t)
	put := s.desired(t, d).Template
	put.OID = forestOID + ".10000001.10000002"
	testUnusualNames(t, d, put)
}
