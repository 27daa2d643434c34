package adcs_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const (
	publicKeyServices = "CN=Public Key Services,CN=Services,CN=Configuration,DC=contoso,DC=com"
	domainUsers       = "CN=Users,DC=contoso,DC=com"
)

// client is another administrator, with a plain LDAP client.
func (f *forest) client(t testing.TB) *ldap.Conn {
	t.Helper()
	conn := f.anonymous(t)
	if err := conn.Bind(adcstest.Administrator, adcstest.Password); err != nil {
		t.Fatal(err)
	}
	return conn
}

func (f *forest) anonymous(t testing.TB) *ldap.Conn {
	t.Helper()
	raw, err := f.server.Dial(t.Context(), "tcp", adcstest.Host+":389")
	if err != nil {
		t.Fatal(err)
	}
	conn := ldap.NewConn(raw, false)
	conn.Start()
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.StartTLS(tlsTo(f)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// servers lets each host be reached or not.
type servers struct {
	mu   sync.Mutex
	up   map[string]bool
	dial func(context.Context, string, string) (net.Conn, error)
	// dialled are the hosts in order.
	dialled []string
	open    []net.Conn
}

func (s *servers) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(address)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialled = append(s.dialled, host)
	if !s.up[host] {
		return nil, errors.New("refused")
	}
	conn, err := s.dial(ctx, network, address)
	s.open = append(s.open, conn)
	return conn, err
}

// turn lets just the named hosts be reached from now on.
func (s *servers) turn(hosts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up, s.dialled = map[string]bool{}, nil
	for _, h := range hosts {
		s.up[h] = true
	}
	for _, conn := range s.open {
		_ = conn.Close()
	}
}

func TestStaysWithOneServer(t *testing.T) {
	f := newForest(t)
	s := &servers{dial: f.server.Dial}
	f.directory.Servers, f.directory.Dial = []string{"ldaps://" + adcstest.Host, "ldaps://localhost"}, s.Dial
	reach := func() error {
		_, err := f.directory.ForestOID(t.Context())
		return err
	}
	s.turn("localhost")
	if err := f.directory.PutTemplate(t.Context(), nil, newTemplate(t, f.directory)); err != nil {
		t.Fatalf("the second is up: %v", err)
	}
	s.turn(adcstest.Host)
	if err := reach(); !errors.Is(err, adcs.ErrUnavailable) || strings.Join(s.dialled, " ") != "localhost" {
		t.Errorf("another server may not know what was written: got %v from %v", err, s.dialled)
	}
	if err := f.directory.Close(); err != nil {
		t.Fatal(err)
	}
	if err := reach(); err != nil {
		t.Errorf("after Close: %v", err)
	}
	s.turn()
	_ = f.directory.Close()
	err := reach()
	if !errors.Is(err, adcs.ErrUnavailable) || !strings.Contains(err.Error(), "localhost") || !strings.Contains(err.Error(), adcstest.Host) {
		t.Errorf("nobody is up: %v", err)
	}
}

// TestPassesOverSilentServer holds that one that says nothing leaves time to ask the next.
func TestPassesOverSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForest(t)
		defer func() { _ = f.directory.Close() }()
		f.directory.Servers = []string{"ldaps://" + adcstest.Host, "ldaps://localhost"}
		f.server.Inject(adcstest.FaultSilent)
		began := time.Now()
		if _, err := f.directory.ForestOID(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 15*time.Second {
			t.Errorf("took %v, want half of the time", took)
		}
	})
}

func TestPassesOverReadOnlyServer(t *testing.T) {
	f := newForest(t)
	f.directory.Servers = []string{"ldaps://" + adcstest.Host, "ldaps://localhost"}
	f.server.Inject(adcstest.FaultReadOnly)
	if err := f.directory.PutTemplate(t.Context(), nil, newTemplate(t, f.directory)); err != nil {
		t.Error(err)
	}
}

func TestAskForPasswordOfEachConnection(t *testing.T) {
	f := newForest(t)
	asked := 0
	f.directory.Password = func() ([]byte, error) { asked++; return []byte(adcstest.Password), nil }
	for range 3 {
		if _, err := f.directory.ForestOID(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for one connection", asked)
	}
}

func TestConcurrentCalls(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	if err := f.directory.PutTemplate(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for i := range 8 {
		calls.Go(func() {
			if _, err := f.directory.Template(t.Context(), put.Name); err != nil {
				t.Errorf("Template: %v", err)
			}
			if err := f.directory.Publish(t.Context(), f.ca.Name(), put.Name); err != nil {
				t.Errorf("Publish: %v", err)
			}
			o := template.ObjectIdentifier{OID: fmt.Sprintf("%s.%d", put.OID, i/2), DisplayName: "Cloud DP Cert"}
			if err := f.directory.PutOID(t.Context(), nil, o); err != nil {
				t.Errorf("PutOID: %v", err)
			}
		})
	}
	calls.Wait()
	if got, err := f.directory.Published(t.Context(), f.ca.Name()); err != nil || len(got) != 2 {
		t.Errorf("Published: %v, %v", got, err)
	}
}

// TestAuthorityIssuesWhatWasWritten holds that the forest has one state: what LDAP wrote the authority issues by.
func TestAuthorityIssuesWhatWasWritten(t *testing.T) {
	f := newForest(t)
	group, err := f.directory.GroupSID(t.Context(), "ConfigMgr Site Servers")
	if err != nil {
		t.Fatal(err)
	}
	desired := template.Desired{Template: template.CloudDP(group), CA: f.ca.Name()}
	if _, err := template.Apply(t.Context(), f.directory, desired); err != nil {
		t.Fatal(err)
	}
	if planned, err := template.Plan(t.Context(), f.ca, desired); err != nil || len(planned) > 0 {
		t.Errorf("the fake and its wire face differ: %v, %v", planned, err)
	}
	f.ca.JoinGroup(group)
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: desired.Template.Name, Key: certstest.Key()}
	if _, err := certs.Enroll(t.Context(), f.ca, request); err != nil {
		t.Error(err)
	}
}

func TestGroupThatFitsTwice(t *testing.T) {
	f := newForest(t)
	request := ldap.NewAddRequest("CN=Impostors,"+domainUsers, nil)
	request.Attribute("objectClass", []string{"group"})
	request.Attribute("sAMAccountName", []string{"configmgr site servers"})
	if err := f.client(t).Add(request); err != nil {
		t.Fatal(err)
	}
	_, err := f.directory.GroupSID(t.Context(), "ConfigMgr Site Servers")
	if !errors.Is(err, adcs.ErrConflict) || !strings.Contains(err.Error(), "Impostors") {
		t.Errorf("got %v, want ErrConflict with both names", err)
	}
}

// TestAccentsMakeAnotherName holds that what a server finds by a laxer comparison is not taken for what was asked.
func TestAccentsMakeAnotherName(t *testing.T) {
	f := newForest(t)
	f.ca.AddGroup("Site Sérvers")
	if _, err := f.directory.GroupSID(t.Context(), "Site Servers"); !errors.Is(err, adcs.ErrNotFound) {
		t.Errorf("GroupSID: got %v, want ErrNotFound", err)
	}
	if _, err := f.directory.Template(t.Context(), "WebSérver"); !errors.Is(err, adcs.ErrNotFound) {
		t.Errorf("Template: got %v, want ErrNotFound", err)
	}
	put := newTemplate(t, f.directory)
	put.Name = "WebSérver"
	if err := f.directory.PutTemplate(t.Context(), nil, put); !errors.Is(err, adcs.ErrConflict) {
		t.Errorf("PutTemplate: got %v, want ErrConflict", err)
	}
	if _, err := f.directory.Published(t.Context(), `Contoso, "Issüing" CA`); !errors.Is(err, adcs.ErrNotFound) {
		t.Errorf("Published: got %v, want ErrNotFound", err)
	}
}

func TestDistributionList(t *testing.T) {
	f := newForest(t)
	request := ldap.NewAddRequest("CN=PKI News,"+domainUsers, nil)
	request.Attribute("objectClass", []string{"group"})
	request.Attribute("sAMAccountName", []string{"PKI News"})
	request.Attribute("groupType", []string{"2"})
	if err := f.client(t).Add(request); err != nil {
		t.Fatal(err)
	}
	_, err := f.directory.GroupSID(t.Context(), "PKI News")
	if !errors.Is(err, adcs.ErrInvalid) || !strings.Contains(err.Error(), "distribution list") {
		t.Errorf("got %v, want ErrInvalid for a distribution list", err)
	}
}

func TestNamesAreEscaped(t *testing.T) {
	f := newForest(t) // its authority has a comma and quotes
	f.ca.AddGroup(`Admins, (Köln) *`)
	if _, err := f.directory.GroupSID(t.Context(), `Admins, (Köln) *`); err != nil {
		t.Errorf("GroupSID: %v", err)
	}
	for _, name := range []string{"*", "ConfigMgr*", "x)(cn=*", `\`, "\x00", "", " ", "#1", "CN=WebServer"} {
		_, err := f.directory.GroupSID(t.Context(), name)
		if !errors.Is(err, adcs.ErrNotFound) {
			t.Errorf("GroupSID(%q): got %v, want ErrNotFound", name, err)
		}
		if _, err = f.directory.Template(t.Context(), name); !errors.Is(err, adcs.ErrNotFound) {
			t.Errorf("Template(%q): got %v, want ErrNotFound", name, err)
		}
		if _, err = f.directory.Published(t.Context(), name); !errors.Is(err, adcs.ErrNotFound) {
			t.Errorf("Published(%q): got %v, want ErrNotFound", name, err)
		}
		if _, err = f.directory.OID(t.Context(), name); !errors.Is(err, adcs.ErrNotFound) {
			t.Errorf("OID(%q): got %v, want ErrNotFound", name, err)
		}
	}
}

// unusualNames are names of templates that need care on their way.
var unusualNames = []string{"#1", "Größe & Co", "a (b)", "x'y", "証明書"}

func testUnusualNames(t *testing.T, d *adcs.Directory, put template.Template) {
	t.Helper()
	base := put.OID
	for i, name := range unusualNames {
		put.Name, put.OID = name, fmt.Sprintf("%s.%d", base, i+1)
		if err := d.PutTemplate(t.Context(), nil, put); err != nil {
			t.Errorf("PutTemplate of %q: %v", name, err)
		}
		if got, err := d.Template(t.Context(), name); err != nil || got.Name != name {
			t.Errorf("Template(%q): %q, %v", name, got.Name, err)
		}
	}
}

func TestUnusualNames(t *testing.T) {
	f := newForest(t)
	testUnusualNames(t, f.directory, newTemplate(t, f.directory))
}

func TestNewTemplateHasAdministrators(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	if err := f.directory.PutTemplate(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	got, err := f.directory.Template(t.Context(), put.Name)
	administrators := f.ca.Forest().Groups["domain admins"]
	if granted := got.Granted(administrators); err != nil || granted != template.Read|template.Write {
		t.Errorf("domain administrators have %s, %v; want to read and write, and not to enroll", granted, err)
	}
}

func TestKeepsWhatIsNoPartOfTheTemplate(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	if err := f.directory.PutTemplate(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	other, dn := f.client(t), "CN="+put.Name+",CN=Certificate Templates,"+publicKeyServices
	note := ldap.NewModifyRequest(dn, nil)
	note.Add("description", []string{"Do not touch"})
	if err := other.Modify(note); err != nil {
		t.Fatal(err)
	}
	made, err := f.directory.Template(t.Context(), put.Name)
	if err != nil {
		t.Fatal(err)
	}
	put.MinimalKeySize, put.MinorRevision = 4096, put.MinorRevision+1
	if err := f.directory.PutTemplate(t.Context(), &made, put); err != nil {
		t.Fatal(err)
	}
	found, err := other.Search(&ldap.SearchRequest{BaseDN: dn, Filter: "(objectClass=*)"})
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("got %+v, %v", found, err)
	}
	for name, want := range map[string]string{"description": "Do not touch", "msPKI-Minimal-Key-Size": "4096"} {
		if got := found.Entries[0].GetAttributeValue(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestObjectIdentifierOfAPolicy(t *testing.T) {
	f := newForest(t)
	base, err := f.directory.ForestOID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	policy := ldap.NewAddRequest("CN=400,CN=OID,"+publicKeyServices, nil)
	for name, value := range map[string]string{
		"objectClass": "msPKI-Enterprise-Oid", "displayName": "Low Assurance", "flags": "2", "msPKI-Cert-Template-OID": base + ".1.400",
	} {
		policy.Attribute(name, []string{value})
	}
	if err := f.client(t).Add(policy); err != nil {
		t.Fatal(err)
	}
	if _, err := f.directory.OID(t.Context(), base+".1.400"); !errors.Is(err, adcs.ErrConflict) {
		t.Errorf("OID: got %v, want ErrConflict", err)
	}
	o := template.ObjectIdentifier{OID: base + ".1.400", DisplayName: "Low Assurance"}
	if err := f.directory.PutOID(t.Context(), nil, o); !errors.Is(err, adcs.ErrConflict) {
		t.Errorf("PutOID: got %v, want ErrConflict", err)
	}
}

func TestFindsAuthorityByDisplayName(t *testing.T) {
	f := newForest(t)
	found, err := f.client(t).Search(&ldap.SearchRequest{
		BaseDN: "CN=Enrollment Services," + publicKeyServices, Scope: ldap.ScopeSingleLevel, Filter: "(objectClass=*)",
	})
	if err != nil {
		t.Fatal(err)
	}
	rename := ldap.NewModifyRequest(found.Entries[0].DN, nil)
	rename.Replace("displayName", []string{"Contoso/Issuing"})
	if err := f.client(t).Modify(rename); err != nil {
		t.Fatal(err)
	}
	if got, err := f.directory.Published(t.Context(), "contoso/issuing"); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
