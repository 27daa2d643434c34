//go:build integration

package adcs_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	authority = "Contoso Issuing CA"
	group     = "ConfigMgr Site Servers"
	forestOID = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201"
)

// samba is the directory of a Samba domain, with what the installation of an enterprise authority puts into it.
type samba struct {
	*testserver.Domain

	system        *ldap.Conn // as the operating system of the domain controller
	domain        string
	configuration string
}

func newSamba(t *testing.T) *samba {
	t.Helper()
	s := &samba{Domain: testserver.SambaDirectory(t)}
	var err error
	if s.system, err = ldap.DialURL("ldapi://" + url.PathEscape(s.Socket)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.system.Close() })
	root := s.read(t, "", "configurationNamingContext", "defaultNamingContext")
	s.configuration = root.GetAttributeValue("configurationNamingContext")
	s.domain = root.GetAttributeValue("defaultNamingContext")
	s.AddUser(t, reader, readerPassword)
	s.add(t, "CN="+group+",CN=Users,"+s.domain, map[string][]string{"objectClass": {"group"}, "sAMAccountName": {group}})
	return s
}

func (s *samba) read(t *testing.T, dn string, attributes ...string) *ldap.Entry {
	t.Helper()
	found, err := s.system.Search(&ldap.SearchRequest{BaseDN: dn, Filter: "(objectClass=*)", Attributes: attributes})
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("read %q: %v, %v", dn, found, err)
	}
	return found.Entries[0]
}

func (s *samba) add(t *testing.T, dn string, attributes map[string][]string) {
	t.Helper()
	request := ldap.NewAddRequest(dn, nil)
	for name, values := range attributes {
		request.Attribute(name, values)
	}
	if err := s.system.Add(request); err != nil {
		t.Fatalf("add %q: %v", dn, err)
	}
}

// container returns the name of a container of public key services.
func (s *samba) container(name string) string {
	return "CN=" + name + ",CN=Public Key Services,CN=Services," + s.configuration
}

// reset makes the directory what it is after the installation.
func (s *samba) reset(t *testing.T) {
	t.Helper()
	for _, name := range []string{"Certificate Templates", "Enrollment Services", "OID"} {
		found, err := s.system.Search(&ldap.SearchRequest{
			BaseDN: s.container(name), Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)", Attributes: []string{"1.1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range found.Entries {
			if err := s.system.Del(ldap.NewDelRequest(entry.DN, nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
	base := ldap.NewModifyRequest(s.container("OID"), nil)
	base.Replace("msPKI-Cert-Template-OID", []string{forestOID})
	if err := s.system.Modify(base); err != nil {
		t.Fatal(err)
	}
	s.add(t, "CN=WebServer,"+s.container("Certificate Templates"), webServer())
	s.add(t, "CN="+authority+","+s.container("Enrollment Services"), map[string][]string{
		"objectClass": {"pKIEnrollmentService"}, "displayName": {authority}, "dNSHostName": {"ca1.ad.test"}, "flags": {"10"},
		"cACertificateDN": {"CN=" + authority + ",DC=ad,DC=test"}, "cACertificate": {string(s.Root.Raw)},
		"certificateTemplates": {"WebServer"},
	})
}

// webServer is the built-in template of a forest of Windows Server 2019, as ldapsearch prints it.
func webServer() map[string][]string {
	binary := func(encoded string) []string {
		raw, _ := base64.StdEncoding.DecodeString(encoded)
		return []string{string(raw)}
	}
	return map[string][]string{
		"objectClass": {"pKICertificateTemplate"}, "displayName": {"Web Server"}, "flags": {"66113"}, "revision": {"4"},
		"pKIDefaultKeySpec": {"1"}, "pKIKeyUsage": binary("oAA="), "pKIMaxIssuingDepth": {"0"},
		"pKICriticalExtensions": {"2.5.29.15"}, "pKIExpirationPeriod": binary("AIByDl3C/f8="),
		"pKIOverlapPeriod": binary("AICmCv/e//8="), "pKIExtendedKeyUsage": {"1.3.6.1.5.5.7.3.1"},
		"pKIDefaultCSPs": {
			"2,Microsoft DH SChannel Cryptographic Provider", "1,Microsoft RSA SChannel Cryptographic Provider",
		},
		"msPKI-RA-Signature": {"0"}, "msPKI-Enrollment-Flag": {"0"}, "msPKI-Private-Key-Flag": {"0"},
		"msPKI-Certificate-Name-Flag": {"1"}, "msPKI-Minimal-Key-Size": {"2048"}, "msPKI-Template-Schema-Version": {"1"},
		"msPKI-Template-Minor-Revision": {"1"}, "msPKI-Cert-Template-OID": {forestOID + ".1.16"},
	}
}

// directory returns the directory as the administrator reaches it.
func (s *samba) directory(t *testing.T) *adcs.Directory {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(s.Root)
	d := &adcs.Directory{
		Servers: []string{"ldaps://" + s.Host}, User: s.Administrator, Password: certs.StaticPassword(s.Password),
		Roots: roots, Dial: s.Dial,
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// desired is the template of the guide.
func (s *samba) desired(t *testing.T, d template.Directory) template.Desired {
	t.Helper()
	sid, err := d.GroupSID(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	return template.Desired{Template: template.CloudDP(sid), CA: authority}
}

func TestSamba(t *testing.T) {
	s := newSamba(t)
	for name, test := range map[string]func(*testing.T, *samba){
		"unusual names":        testSambaNames,
		"conformance":          testSambaConformance,
		"strictness":           testSambaStrictness,
		"ways to authenticate": testSambaBinds,
		"rights":               testSambaRights,
		"Samba's own readers":  testSambaReaders,
		"ldapsearch":           testSambaSearch,
		"a context that ends":  testSambaStops,
		"LDIF":                 testSambaLDIF,
		"keys and tickets":     testSambaTickets,
		"inherited access":     testSambaInherited,
	} {
		t.Run(name, func(t *testing.T) {
			s.reset(t)
			test(t, s)
		})
	}
}

func testSambaConformance(t *testing.T, s *samba) {
	t.Helper()
	certstest.TestDirectory(t, func(t *testing.T) certstest.DirectoryHarness {
		t.Helper()
		s.reset(t)
		between := &thief{liar: newLiar(t), samba: s}
		d := s.directory(t)
		d.Servers, d.Roots, d.Dial = []string{"ldaps://liar"}, between.liar.roots, between.Dial
		return certstest.DirectoryHarness{
			Directory: d, CA: authority, Group: group, Fail: between.fail, LoseAnswer: func() { between.armed.Store(true) },
			Plant: func(t *testing.T, o template.ObjectIdentifier, kind int) {
				plant(t, s.system, "CN=Public Key Services,CN=Services,"+s.configuration, o, kind)
			},
		}
	})
}

func (s *samba) tls() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(s.Root)
	return &tls.Config{RootCAs: roots, ServerName: s.Host}
}
