//go:build integration

package adcs_test

import (
	"encoding/base64"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// moreAccess adds entries in SDDL to a security descriptor.
const moreAccess = `
import base64, sys
from samba.ndr import ndr_unpack, ndr_pack
from samba.dcerpc import security
domain = security.dom_sid("S-1-5-21-1-2-3")
descriptor = ndr_unpack(security.descriptor, base64.b64decode(sys.argv[2]))
more = security.descriptor.from_sddl(descriptor.as_sddl() + sys.argv[3], domain)
sys.stdout.write(base64.b64encode(ndr_pack(more)).decode())
`

// testSambaInherited holds that access which a template inherits because of its class is seen and taken away: it works
// for whoever has it.
func testSambaInherited(t *testing.T, s *samba) {
	t.Helper()
	sid := s.sidOf(t, reader)
	container := s.container("Certificate Templates")
	before := s.security(t, container)
	t.Cleanup(func() { s.secure(t, container, before) })
	more := s.Python(t, moreAccess, base64.StdEncoding.EncodeToString(before),
		"(OA;CIIO;CCDCLCSWRPWPDTLOCRSDRCWDWO;;e5209ca2-3bba-11d2-90cc-00c04fd91ab1;"+string(sid)+")")
	after, err := base64.StdEncoding.DecodeString(more)
	if err != nil {
		t.Fatal(err)
	}
	s.secure(t, container, after)
	s.scripted(t, container)

	d := s.directory(t)
	scripted, err := d.Template(t.Context(), "Scripted")
	if err != nil {
		t.Fatal(err)
	}
	everything := template.Read | template.Write | template.Enroll | template.AutoEnroll
	if got, token := scripted.Granted(sid), scripted.Security.AccessFor(sid); got != everything || token != everything {
		t.Errorf("granted %s, to its token %s, want everything: %s", got, token, scripted.Security)
	}
	own := s.directory(t)
	own.User, own.Password = reader+"@"+s.Zone, certs.StaticPassword(readerPassword)
	weaker := scripted.Clone()
	weaker.MinimalKeySize = 1024
	if err := own.PutTemplate(t.Context(), &scripted, weaker); err != nil {
		t.Errorf("whoever inherits Write cannot write, so the entry would not count: %v", err)
	}
	s.converge(t, d, sid)
	repaired, err := d.Template(t.Context(), "Scripted")
	if err != nil || repaired.Granted(sid) != 0 || repaired.MinimalKeySize != 2048 {
		t.Errorf("left with %s on %d bits, %v", repaired.Granted(sid), repaired.MinimalKeySize, err)
	}
}

// converge adopts the scripted template as that of the guide, under which sid has nothing.
func (s *samba) converge(t *testing.T, d template.Directory, sid template.SID) {
	t.Helper()
	desired := s.desired(t, d)
	desired.Template.Name, desired.Template.DisplayName, desired.Adopt = "Scripted", "Scripted", true
	desired.Template.Access = append(desired.Template.Access, template.Access{SID: sid, Rights: template.AutoEnroll})
	if _, err := template.Apply(t.Context(), d, desired); err != nil {
		t.Fatal(err)
	}
	desired.Template.Access = desired.Template.Access[:2]
	if _, err := template.Apply(t.Context(), d, desired); err != nil {
		t.Fatal(err)
	}
	if planned, err := template.Plan(t.Context(), d, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v", planned, err)
	}
}

// scripted makes a template as a script does that gives no security descriptor: it inherits.
func (s *samba) scripted(t *testing.T, container string) {
	t.Helper()
	attributes := webServer()
	for name, value := range map[string]string{
		"displayName": "Scripted", "flags": "131649", "msPKI-Template-Schema-Version": "2", "msPKI-Cert-Template-OID": forestOID + ".1.99",
	} {
		attributes[name] = []string{value}
	}
	s.add(t, "CN=Scripted,"+container, attributes)
}

// sidOf returns the security identifier of an account.
func (s *samba) sidOf(t *testing.T, account string) template.SID {
	t.Helper()
	found, err := s.system.Search(&ldap.SearchRequest{
		BaseDN: s.domain, Scope: ldap.ScopeWholeSubtree, Filter: "(sAMAccountName=" + account + ")", Attributes: []string{"objectSid"},
	})
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("%s: %v, %v", account, found, err)
	}
	sid, err := template.ParseSID(found.Entries[0].GetRawAttributeValue("objectSid"))
	if err != nil {
		t.Fatal(err)
	}
	return sid
}

func (s *samba) security(t *testing.T, dn string) []byte {
	t.Helper()
	return s.read(t, dn, "nTSecurityDescriptor").GetRawAttributeValue("nTSecurityDescriptor")
}

// secure replaces the access to an object.
func (s *samba) secure(t *testing.T, dn string, descriptor []byte) {
	t.Helper()
	set := ldap.NewModifyRequest(dn, []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}})
	set.Replace("nTSecurityDescriptor", []string{string(descriptor)})
	if err := s.system.Modify(set); err != nil {
		t.Fatal(err)
	}
}
