package adcstest

import (
	"encoding/binary"
	"reflect"
	"slices"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const (
	system              template.SID = "S-1-5-18"
	globalSecurityGroup              = "-2147483646"
	domainAdmins                     = "-512"
	administratorOnly                = template.Read | template.Write | template.Enroll | template.AutoEnroll
)

// newTree returns the containers of a forest with one domain, and the authority.
func newTree(authority string, forest certstest.Forest) tree {
	t := tree{}
	for _, c := range []struct{ dn, class string }{
		{"DC=com", "domainDNS"},
		{domainDN, "domainDNS"},
		{usersDN, containerClass},
		{configurationDN, "configuration"},
		{servicesDN, containerClass},
		{publicKeyDN, containerClass},
		{templatesDN, containerClass},
		{authoritiesDN, containerClass},
		{oidsDN, oidClass},
		{"CN=" + escape(authority) + "," + authoritiesDN, authorityClass},
	} {
		t.put(c.dn, c.class).set(securityAttribute, defaultSecurity(forest.Domain))
	}
	issuing, _ := t.at("CN=" + escape(authority) + "," + authoritiesDN)
	issuing.set("dNSHostName", []byte("ca1."+Domain))
	base, _ := t.at(oidsDN)
	base.set("msPKI-Cert-Template-OID", []byte(forest.OID))
	return t
}

// authority returns the one authority.
func (s *Server) authority() *entry { return s.tree.below(authoritiesDN)[0] }

// pull takes over what the CA holds. The caller holds the mutex.
func (s *Server) pull() {
	forest := s.ca.Forest()
	for _, e := range s.tree.below(templatesDN) {
		isThis := func(t certstest.StoredTemplate) bool { return e.has("cn", []byte(t.Name)) }
		if _, ok := e.stored(); ok && !slices.ContainsFunc(forest.Templates, isThis) {
			delete(s.tree, e.name.key())
		}
	}
	for _, t := range forest.Templates {
		s.require(t.Name, templatesDN, templateClass).take(t)
	}
	for _, o := range forest.OIDs {
		if !s.registers(o) {
			s.require(o.CN(), oidsDN, oidClass).takeOID(o)
		}
	}
	for name, sid := range forest.Groups {
		e := s.require(name, usersDN, groupClass)
		e.set("sAMAccountName", []byte(name))
		e.set("objectSid", sid.Encode())
		e.set("groupType", []byte(globalSecurityGroup))
	}
	var published [][]byte
	for _, name := range forest.Published {
		published = append(published, []byte(name))
	}
	s.authority().set("certificateTemplates", published...)
}

// require returns the entry called name below parent, a new one if there is none.
func (s *Server) require(name, parent, class string) *entry {
	dn := "CN=" + escape(name) + "," + parent
	e, ok := s.tree.at(dn)
	if !ok {
		e = s.tree.put(dn, class)
		e.set(securityAttribute, s.security)
	}
	return e
}

// registers reports whether an entry registers o. There may be others for the same object identifier.
func (s *Server) registers(o template.ObjectIdentifier) bool {
	return slices.ContainsFunc(s.tree.below(oidsDN), func(e *entry) bool {
		isNamed := func(v []byte) bool { return string(v) == o.DisplayName }
		return e.has("msPKI-Cert-Template-OID", []byte(o.OID)) && slices.ContainsFunc(e.values("displayName"), isNamed)
	})
}

// push hands over to the CA what the directory holds. What cannot be read the CA does not see, as the real one does
// not. The caller holds the mutex.
func (s *Server) push() {
	var forest certstest.Forest
	for _, e := range s.tree.below(templatesDN) {
		if t, ok := e.stored(); ok {
			forest.Templates = append(forest.Templates, t)
		}
	}
	for _, e := range s.tree.below(oidsDN) {
		if o, err := template.ParseObjectIdentifier(e.all()); err == nil {
			forest.OIDs = append(forest.OIDs, o)
		}
	}
	for _, name := range s.authority().values("certificateTemplates") {
		forest.Published = append(forest.Published, string(name))
	}
	s.ca.SetForest(forest)
}

// stored reads e as the CA stores a template.
func (e *entry) stored() (certstest.StoredTemplate, bool) {
	var none certstest.StoredTemplate
	if e.class != templateClass {
		return none, false
	}
	name := string(e.values("cn")[0])
	t, err := template.ParseAttributes(name, e.all())
	if err != nil {
		return none, false
	}
	attributes, err := t.Attributes()
	if err != nil {
		return none, false
	}
	security, err := template.ParseSecurityDescriptor(e.securityDescriptor())
	return certstest.StoredTemplate{Name: name, Attributes: attributes, Security: security}, err == nil
}

// take makes e hold t, beside what else it holds.
func (e *entry) take(t certstest.StoredTemplate) {
	held, _ := e.stored()
	if !reflect.DeepEqual(held.Attributes, t.Attributes) {
		for _, a := range held.Attributes {
			e.set(a.Name)
		}
		for _, a := range t.Attributes {
			e.set(a.Name, a.Values...)
		}
	}
	e.set(securityAttribute, t.Security.Encode())
}

func (e *entry) takeOID(o template.ObjectIdentifier) {
	attributes, err := o.Attributes()
	if err != nil {
		return
	}
	for _, a := range attributes {
		e.set(a.Name, a.Values...)
	}
}

// all returns the attributes as package template reads them.
func (e *entry) all() []template.Attribute {
	var list []template.Attribute
	for _, a := range e.attributes {
		list = append(list, template.Attribute{Name: a.name, Values: a.values})
	}
	return list
}

// defaultSecurity returns what the schema gives to a new template: everything to the administrators of the domain, who
// own it, and to the system, Read to everybody who logs in.
func defaultSecurity(domain template.SID) []byte {
	owner := (domain + domainAdmins).Encode()
	owned := make([]byte, 20, 20+2*len(owner))
	owned[0] = 1
	binary.LittleEndian.PutUint32(owned[4:], 20)
	binary.LittleEndian.PutUint32(owned[8:], uint32(20+len(owner))) //nolint:gosec // at most 68 bytes
	owned = append(append(owned, owner...), owner...)
	access, err := template.SecurityDescriptor{}.WithAccess([]template.Access{
		{SID: domain + domainAdmins, Rights: administratorOnly},
		{SID: system, Rights: administratorOnly},
		{SID: template.AuthenticatedUsers, Rights: template.Read},
	})
	if err != nil {
		return owned
	}
	return combine(access.Encode(), daclPart, owned)
}
