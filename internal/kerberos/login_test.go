package kerberos_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/types"
	"go.uber.org/goleak"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
	"github.com/clouddp/sdk/internal/kerberos/kerberostest"
)

const (
	realm    = kerberostest.Realm
	password = kerberostest.Password
	service  = "HTTP/ca1.contoso.com"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func secret(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

// The library refuses what Active Directory answers unless it is told not to ask for FAST.
func TestActiveDirectoryLetsIn(t *testing.T) {
	k := kerberostest.NewKDC(t, "anna", service)
	config, path := k.Config, k.Keytab(t)
	for name, login := range map[string]kerberos.Login{
		"password": {User: "anna", Realm: realm, Password: secret(password), Config: config},
		"keytab":   {User: "anna", Realm: realm, Keytab: path, Config: config},
	} {
		ticket, err := login.Ticket(t.Context(), service)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		request, err := ticket.Request(nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := request.Verify(k.Keys, time.Minute, types.HostAddress{}, nil); !ok || err != nil || !ticket.Fresh() {
			t.Errorf("%s: the service refuses the ticket: %v", name, err)
		}
	}
}

func TestChecksumNamesTheChannel(t *testing.T) {
	config := kerberostest.NewKDC(t, "anna", service).Config
	ticket, err := kerberos.Login{User: "anna", Realm: realm, Password: secret(password), Config: config}.Ticket(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	var sums [][]byte
	for _, binding := range [][]byte{nil, []byte("a channel"), []byte("another")} {
		request, err := ticket.Request(binding, 0x20)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, request.Authenticator.Cksum.Checksum)
	}
	if !bytes.Equal(sums[0], append(append([]byte{16, 0, 0, 0}, make([]byte, 16)...), 0x20, 0, 0, 0)) || bytes.Equal(sums[1], sums[2]) {
		t.Errorf("checksums %x", sums)
	}
}

func TestNothingToSignInWith(t *testing.T) {
	config := kerberostest.NewKDC(t, "anna", service).Config
	broken := errors.New("the vault is shut")
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	for name, login := range map[string]kerberos.Login{
		"wrong password":      {User: "anna", Realm: realm, Password: secret("wrong"), Config: config},
		"empty password":      {User: "anna", Realm: realm, Password: secret(""), Config: config},
		"unreadable password": {User: "anna", Realm: realm, Password: func() ([]byte, error) { return nil, broken }, Config: config},
		"no keytab":           {User: "anna", Realm: realm, Keytab: "testdata/none", Config: config},
		"no cache":            {Config: config},
	} {
		if _, err := login.Ticket(t.Context(), service); err == nil || !kerberos.Refused(err) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
}

// A KDC says why it gives no ticket.
func TestRefusals(t *testing.T) {
	k := kerberostest.NewKDC(t, "anna", service)
	other := kerberostest.NewKDC(t, "ben").Keytab(t) // without the keys of anna
	for name, c := range map[string]struct {
		login   kerberos.Login
		service string
		want    string
	}{
		"wrong password":   {kerberos.Login{User: "anna", Password: secret("wrong")}, service, "KDC_ERR_PREAUTH_FAILED"},
		"unknown user":     {kerberos.Login{User: "ben", Password: secret(password)}, service, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		"unknown, by key":  {kerberos.Login{User: "ben", Keytab: other}, service, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		"unknown service":  {kerberos.Login{User: "anna", Password: secret(password)}, "HTTP/elsewhere", "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		"not in the realm": {kerberos.Login{User: "anna", Keytab: k.Keytab(t)}, "HTTP/elsewhere", "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
	} {
		c.login.Realm, c.login.Config = realm, k.Config
		_, err := c.login.Ticket(t.Context(), c.service)
		if err == nil || kerberos.Code(err) != c.want || !kerberos.Refused(err) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestSilentKDC(t *testing.T) {
	asked := make(chan net.Conn, 1)
	config := kerberostest.Listen(t, func(conn net.Conn) { asked <- conn })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn := <-asked
		cancel()
		_, _ = io.Copy(io.Discard, conn) // ends because the other side is cut
		_ = conn.Close()
	}()
	_, err := kerberos.Login{User: "anna", Realm: realm, Password: secret(password), Config: config}.Ticket(ctx, service)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}

// The library makes room for as much as is announced.
func TestKDCCannotAskForMemory(t *testing.T) {
	config := kerberostest.Listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Write([]byte{0x40, 0, 0, 0}) // 1 GiB follows
		_ = conn.Close()
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := kerberos.Login{User: "anna", Realm: realm, Password: secret(password), Config: config}.Ticket(t.Context(), service)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "announces") || kerberos.Refused(err) {
		t.Errorf("got %v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
}

func TestGarbageIsNoPanic(t *testing.T) {
	config := kerberostest.Listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Write([]byte{0, 0, 0, 3, 0x6b, 0x82, 0xff})
		_ = conn.Close()
	})
	_, err := kerberos.Login{User: "anna", Realm: realm, Password: secret(password), Config: config}.Ticket(t.Context(), service)
	if err == nil || kerberos.Refused(err) {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	for _, content := range []string{"", "\x05\x02\x00", "\x05\x04\xff\xff", "\x05\x04\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff"} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		problems := &errs.InvalidError{Subject: "test"}
		kerberos.Account{User: "anna", Realm: realm, Keytab: path, Config: config}.CheckFiles(problems, "")
		_, err := kerberos.Login{Cache: path, Config: config}.Ticket(t.Context(), service)
		if err == nil || content != "" && len(problems.Problems) != 1 {
			t.Errorf("%q: %v; %v", content, err, problems)
		}
	}
}
