package adcstest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newServer(tb testing.TB) (*certstest.CA, *adcstest.Server) {
	tb.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	server, err := adcstest.NewServer(ca)
	if err != nil {
		tb.Fatal(err)
	}
	return ca, server
}

// bind returns a connection of the administrator.
func bind(tb testing.TB, server *adcstest.Server) *ldap.Conn {
	tb.Helper()
	raw, err := server.Dial(tb.Context(), "tcp", adcstest.Host+":636")
	if err != nil {
		tb.Fatal(err)
	}
	conn := ldap.NewConn(tls.Client(raw, &tls.Config{RootCAs: server.Pool(), ServerName: adcstest.Host}), true)
	conn.Start()
	tb.Cleanup(func() { _ = conn.Close() })
	if err := conn.Bind(adcstest.Administrator, adcstest.Password); err != nil {
		tb.Fatal(err)
	}
	return conn
}

const templates = "CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,DC=contoso,DC=com"

func Example() {
	ca := certstest.NewCA("Contoso Issuing CA")
	server, err := adcstest.NewServer(ca)
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, err := server.Dial(context.Background(), "tcp", adcstest.Host+":389")
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := ldap.NewConn(raw, false) // any client of LDAP
	conn.Start()
	defer func() { _ = conn.Close() }()
	fmt.Println(ldap.IsErrorWithCode(conn.Bind(adcstest.Administrator, adcstest.Password), ldap.LDAPResultStrongAuthRequired))
	err = conn.StartTLS(&tls.Config{RootCAs: server.Pool(), ServerName: adcstest.Host})
	fmt.Println(err, conn.Bind(adcstest.Administrator, adcstest.Password))
	// Output:
	// true
	// <nil> <nil>
}

// TestOneState holds that what one face writes the other shows, and that deleting works both ways.
func TestOneState(t *testing.T) {
	ca, server := newServer(t)
	conn := bind(t, server)
	made := template.WebServer().Duplicate("By the CA")
	made.OID = ca.Forest().OID + ".1.2"
	if err := ca.PutTemplate(t.Context(), nil, made); err != nil {
		t.Fatal(err)
	}
	found, err := conn.Search(&ldap.SearchRequest{BaseDN: "CN=ByTheCA," + templates, Filter: "(msPKI-Cert-Template-OID=" + made.OID + ")"})
	if err != nil || len(found.Entries) != 1 || found.Entries[0].GetAttributeValue("displayName") != "By the CA" {
		t.Fatalf("got %+v, %v", found, err)
	}
	if err := conn.Del(ldap.NewDelRequest(found.Entries[0].DN, nil)); err != nil {
		t.Fatal(err)
	}
	if forest := ca.Forest(); len(forest.Templates) != 1 {
		t.Errorf("the CA still has %d templates", len(forest.Templates))
	}
	forest := ca.Forest()
	forest.Templates, forest.Published = nil, nil
	ca.SetForest(forest)
	if found, err = conn.Search(&ldap.SearchRequest{BaseDN: templates, Scope: ldap.ScopeSingleLevel, Filter: "(cn=*)"}); err != nil || len(found.Entries) != 0 {
		t.Errorf("LDAP still shows %+v, %v", found, err)
	}
}

// TestUnreadableTemplate holds that the CA passes over what it cannot read, and that LDAP keeps it.
func TestUnreadableTemplate(t *testing.T) {
	ca, server := newServer(t)
	conn := bind(t, server)
	request := ldap.NewAddRequest("CN=Broken,"+templates, nil)
	request.Attribute("objectClass", []string{"top", "pKICertificateTemplate"})
	request.Attribute("pKIExpirationPeriod", []string{"abc"})
	if err := conn.Add(request); err != nil {
		t.Fatal(err)
	}
	if forest := ca.Forest(); len(forest.Templates) != 1 {
		t.Errorf("the CA has %d templates, want the built-in one", len(forest.Templates))
	}
	if found, err := conn.Search(&ldap.SearchRequest{BaseDN: "CN=Broken," + templates, Filter: "(objectClass=*)"}); err != nil || len(found.Entries) != 1 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// TestSecurityByParts holds that the control limits what is read and what is written.
func TestSecurityByParts(t *testing.T) {
	_, server := newServer(t)
	conn := bind(t, server)
	dn := "CN=WebServer," + templates
	read := func(parts int32) []byte {
		t.Helper()
		found, err := conn.Search(&ldap.SearchRequest{
			BaseDN: dn, Filter: "(objectClass=*)", Attributes: []string{"nTSecurityDescriptor"},
			Controls: []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: parts}},
		})
		if err != nil || len(found.Entries) != 1 {
			t.Fatalf("got %+v, %v", found, err)
		}
		return found.Entries[0].GetRawAttributeValue("nTSecurityDescriptor")
	}
	write := func(parts int32, value []byte) {
		t.Helper()
		request := ldap.NewModifyRequest(dn, []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: parts}})
		request.Replace("nTSecurityDescriptor", []string{string(value)})
		if err := conn.Modify(request); err != nil {
			t.Fatal(err)
		}
	}
	owner := []byte("\x01\x00\x00\x80\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00") // the system
	access := read(4)
	write(1, owner)
	if got := read(4); string(got) != string(access) {
		t.Errorf("the access is now %x, want %x", got, access)
	}
	if got := read(1); string(got) != string(owner) {
		t.Errorf("the owner is %x, want %x", got, owner)
	}
	whole := read(7)
	descriptor, err := template.ParseSecurityDescriptor(whole)
	if err != nil || descriptor.Owner() != "S-1-5-18" || len(descriptor.Access()) == 0 {
		t.Errorf("got %s, %v", descriptor, err)
	}
	write(7, whole)
	if got := read(7); string(got) != string(whole) {
		t.Errorf("came back as %x, want %x", got, whole)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, server := newServer(t)
		conn := bind(t, server)
		defer func() { _ = conn.Close() }()
		server.Delay(3 * time.Second)
		began := time.Now()
		if _, err := conn.Search(&ldap.SearchRequest{BaseDN: templates, Filter: "(objectClass=*)"}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestServe(t *testing.T) {
	_, server := newServer(t)
	address, stop, err := server.Serve(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := ldap.DialURL("ldaps://"+address, ldap.DialWithTLSConfig(&tls.Config{RootCAs: server.Pool()}))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Bind(adcstest.User, adcstest.Password); err != nil {
		t.Error(err)
	}
	_ = conn.Close()
	stop()
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
		t.Error("it answers after the end")
	}
}

// FuzzServer holds that no request harms the server.
func FuzzServer(f *testing.F) {
	f.Add([]byte("0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00"))                                                       // an anonymous bind
	f.Add([]byte("0%\x02\x01\x02c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass0\x00")) // of the root
	f.Add([]byte("0\x1d\x02\x01\x03w\x18\x80\x161.3.6.1.4.1.1466.20037"))                                                     // StartTLS
	f.Add([]byte("0\x84\x00\x00\x00\x05\x02\x01\x04B\x00"))                                                                   // unbind
	f.Add([]byte("0\x80\x02\x01\x05c\x80\x00\x00\x00\x00"))                                                                   // of no length
	f.Add([]byte("0\x29\x02\x01\x06h\x0a\x04\x04CN=X0\x02\x30\x00\xa0\x180\x16\x04\x161.2.840.113556.1.4.801"))               // an add
	f.Add([]byte("0\x20\x02\x01\x07f\x1b\x04\x04CN=X0\x130\x11\x0a\x01\x020\x0c\x04\x05flags1\x03\x04\x011"))                 // a change
	_, server := newServer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := server.Dial(t.Context(), "tcp", adcstest.Host+":636")
		if err != nil {
			t.Fatal(err)
		}
		conn := tls.Client(raw, &tls.Config{RootCAs: server.Pool(), ServerName: adcstest.Host})
		defer func() { _ = raw.Close() }()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		bind := fmt.Sprintf("0\x2c\x02\x01\x01`\x27\x02\x01\x03\x04\x19%s\x80\x09%s", adcstest.Administrator, adcstest.Password)
		bind = strings.Replace(bind, "\x2c", string(rune(len(bind)-2)), 1)
		bind = strings.Replace(bind, "\x27", string(rune(len(bind)-7)), 1)
		if _, err := conn.Write([]byte(bind)); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 64)
		if n, err := conn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("0\x0c\x02\x01\x01a\x07\n\x01\x00")) {
			t.Fatalf("bind: %q, %v", answer[:n], err)
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = conn.Write(data)
	})
}
