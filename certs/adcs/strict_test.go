package adcs_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/adcs/adcstest"
)

// peer is a server in front of which a client stands as administrator, as somebody else, and as nobody.
type peer struct {
	administrator, user, nobody, plain *ldap.Conn
	account, password                  string
	services                           string // the name of Public Key Services
	oid                                string // that of the forest
}

func (p *peer) template(name string) string {
	return "CN=" + name + ",CN=Certificate Templates," + p.services
}

// add makes a template with what is given and what every template has.
func (p *peer) add(conn *ldap.Conn, dn string, attributes map[string][]string) error {
	request := ldap.NewAddRequest(dn, nil)
	all := map[string][]string{"objectClass": {"pKICertificateTemplate"}, "displayName": {"Strict"}}
	maps.Copy(all, attributes)
	for name, values := range all {
		request.Attribute(name, values)
	}
	return conn.Add(request)
}

func modify(conn *ldap.Conn, dn string, change func(*ldap.ModifyRequest)) error {
	request := ldap.NewModifyRequest(dn, nil)
	change(request)
	return conn.Modify(request)
}

// strictness is how a domain controller answers what a careless client asks, by result codes of which it gives one.
// Samba gives the first, Windows or the documents the second where they differ. The strict template exists.
var strictness = map[string]struct {
	ask  func(*peer) error
	want []uint16
}{
	"a bind in the clear":   {func(p *peer) error { return p.plain.Bind(p.account, p.password) }, []uint16{8}},
	"a wrong password":      {func(p *peer) error { return p.nobody.Bind(p.account, "wrong") }, []uint16{49}},
	"a search by nobody":    {func(p *peer) error { return search(p.nobody, p.services, "(objectClass=*)") }, []uint16{1}},
	"a search of nothing":   {func(p *peer) error { return search(p.administrator, p.template("Absent"), "(objectClass=*)") }, []uint16{32}},
	"a search of no name":   {func(p *peer) error { return search(p.administrator, "no name", "(objectClass=*)") }, []uint16{34}},
	"a write by a user":     {func(p *peer) error { return p.add(p.user, p.template("New"), nil) }, []uint16{50}},
	"an entry twice":        {func(p *peer) error { return p.add(p.administrator, p.template("STRICT"), nil) }, []uint16{68}},
	"no parent":             {func(p *peer) error { return p.add(p.administrator, "CN=New,CN=Absent,"+p.services, nil) }, []uint16{32}},
	"no such class":         {with("objectClass", "pKITemplate"), []uint16{16, 65}},
	"no such attribute":     {with("pKINonsense", "1"), []uint16{16}},
	"another's attribute":   {with("certificateTemplates", "WebServer"), []uint16{65}},
	"a number with letters": {with("flags", "many"), []uint16{21}},
	"two display names":     {with("displayName", "One", "Two"), []uint16{20, 19}},
	"the same value twice":  {with("pKIExtendedKeyUsage", "1.2.3", "1.2.3"), []uint16{20}},
	"an object identity": {
		with("objectGUID", "0123456789abcdef"), []uint16{53},
	},
	"a change of nothing": {func(p *peer) error {
		return modify(p.administrator, p.template("Absent"), func(r *ldap.ModifyRequest) { r.Replace("flags", []string{"1"}) })
	}, []uint16{32}},
	"a value there already": {change(func(r *ldap.ModifyRequest) { r.Add("pKIExtendedKeyUsage", []string{"1.3.6.1.5.5.7.3.1"}) }), []uint16{20}},
	"a value not there":     {change(func(r *ldap.ModifyRequest) { r.Delete("pKIExtendedKeyUsage", []string{"1.2.3"}) }), []uint16{16}},
	"an attribute not there": {
		change(func(r *ldap.ModifyRequest) { r.Delete("pKIKeyUsage", []string{"x"}) }), []uint16{16},
	},
	"the second change is wrong": {change(func(r *ldap.ModifyRequest) {
		r.Replace("flags", []string{"7"})
		r.Delete("revision", []string{"99"})
	}), []uint16{16}},
	"a removal of nothing": {func(p *peer) error { return p.administrator.Del(ldap.NewDelRequest(p.template("Absent"), nil)) }, []uint16{32}},
	"a control of nobody's": {func(p *peer) error {
		_, err := p.administrator.Search(&ldap.SearchRequest{
			BaseDN: p.services, Filter: "(objectClass=*)",
			Controls: []ldap.Control{ldap.NewControlString("1.2.3.4.5.6.7", true, "")},
		})
		return err
	}, []uint16{0, 12}},
	"one too many": {func(p *peer) error {
		_, err := p.administrator.Search(&ldap.SearchRequest{
			BaseDN: p.services, Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)", SizeLimit: 1,
		})
		return err
	}, []uint16{0, 4}},
}

func search(conn *ldap.Conn, base, filter string) error {
	_, err := conn.Search(&ldap.SearchRequest{BaseDN: base, Filter: filter})
	return err
}

func with(attribute string, values ...string) func(*peer) error {
	return func(p *peer) error {
		return p.add(p.administrator, p.template("New"), map[string][]string{attribute: values})
	}
}

func change(f func(*ldap.ModifyRequest)) func(*peer) error {
	return func(p *peer) error { return modify(p.administrator, p.template("Strict"), f) }
}

func testStrictness(t *testing.T, p *peer) {
	t.Helper()
	err := p.add(p.administrator, p.template("Strict"), map[string][]string{
		"flags": {"1"}, "revision": {"100"}, "pKIExtendedKeyUsage": {"1.3.6.1.5.5.7.3.1"}, "msPKI-Cert-Template-OID": {p.oid + ".1.2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range strictness {
		t.Run(name, func(t *testing.T) {
			err := test.ask(p)
			ignored := err == nil && slices.Contains(test.want, 0)
			if !ignored && !ldap.IsErrorAnyOf(err, test.want...) {
				t.Errorf("got %v, want one of the codes %v", err, test.want)
			}
		})
	}
	found, err := p.administrator.Search(&ldap.SearchRequest{
		BaseDN: p.template("Strict"), Filter: "(objectClass=*)", Attributes: []string{"flags", "name", "nTSecurityDescriptor"},
	})
	if err != nil || len(found.Entries) != 1 || found.Entries[0].GetAttributeValue("flags") != "1" {
		t.Errorf("a request that failed changed something: %+v, %v", found, err)
	}
}

// testHiddenSecurity holds that a user who asks for every part of a security descriptor gets none, without an error.
func testHiddenSecurity(t *testing.T, p *peer) {
	t.Helper()
	for flags, want := range map[int32]bool{0: false, 15: false, 7: true, 4: true} {
		found, err := p.user.Search(&ldap.SearchRequest{
			BaseDN: p.template("WebServer"), Filter: "(objectClass=*)", Attributes: []string{"*", "nTSecurityDescriptor"},
			Controls: []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: flags}},
		})
		if err != nil || len(found.Entries) != 1 {
			t.Fatalf("parts %d: %+v, %v", flags, found, err)
		}
		shown := slices.ContainsFunc(found.Entries[0].Attributes, func(a *ldap.EntryAttribute) bool {
			return strings.EqualFold(a.Name, "nTSecurityDescriptor")
		})
		if shown != want {
			t.Errorf("parts %d: shown %t, want %t", flags, shown, want)
		}
	}
}

func TestWireFaceIsStrict(t *testing.T) {
	f := newForest(t)
	p := &peer{
		administrator: f.client(t), user: f.anonymous(t), nobody: f.anonymous(t),
		account: adcstest.Administrator, password: adcstest.Password, services: publicKeyServices, oid: f.ca.Forest().OID,
	}
	if err := p.user.Bind(adcstest.User, adcstest.Password); err != nil {
		t.Fatal(err)
	}
	raw, err := f.server.Dial(t.Context(), "tcp", adcstest.Host+":389")
	if err != nil {
		t.Fatal(err)
	}
	p.plain = ldap.NewConn(raw, false)
	p.plain.Start()
	t.Cleanup(func() { _ = p.plain.Close() })
	testStrictness(t, p)
	testHiddenSecurity(t, p)
}
