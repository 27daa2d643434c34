package adcs_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/template"
)

// newTemplate is one that the forest of newForest can take.
func newTemplate(t testing.TB, d template.Directory) template.Template {
	t.Helper()
	group, err := d.GroupSID(t.Context(), "ConfigMgr Site Servers")
	if err != nil {
		t.Fatal(err)
	}
	base, err := d.ForestOID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	desired := template.CloudDP(group)
	desired.OID = base + ".10000001.10000002"
	return desired
}

func TestFailuresAreTyped(t *testing.T) {
	read := func(_ *testing.T, d *adcs.Directory) error {
		_, err := d.Template(context.Background(), "WebServer")
		return err
	}
	write := func(t *testing.T, d *adcs.Directory) error { return d.PutTemplate(t.Context(), nil, newTemplate(t, d)) }
	for name, test := range map[string]struct {
		spoil func(*forest)
		call  func(*testing.T, *adcs.Directory) error
		want  error
		code  uint16 // of the server, 0 if it has not answered
	}{
		"wrong password": {
			func(f *forest) { f.directory.Password = certs.StaticPassword("wrong horse") },
			read, adcs.ErrDenied, ldap.LDAPResultInvalidCredentials,
		},
		"empty password": {func(f *forest) { f.directory.Password = certs.StaticPassword("") }, read, adcs.ErrDenied, 0},
		"unreadable password": {
			func(f *forest) { f.directory.Password = func() ([]byte, error) { return nil, errors.New("locked") } },
			read, adcs.ErrDenied, 0,
		},
		"unknown certificate": {func(f *forest) { f.directory.Roots = x509.NewCertPool() }, read, adcs.ErrUnavailable, 0},
		"unknown certificate with StartTLS": {
			func(f *forest) {
				f.directory.Roots, f.directory.Servers = x509.NewCertPool(), []string{"ldap://" + adcstest.Host}
			},
			read, adcs.ErrUnavailable, 0,
		},
		"another name in the certificate": {
			func(f *forest) { f.directory.Servers = []string{"ldaps://dc2.contoso.com"} }, read, adcs.ErrUnavailable, 0,
		},
		"no right to write": {
			func(f *forest) { f.directory.User = adcstest.User }, write, adcs.ErrDenied, ldap.LDAPResultInsufficientAccessRights,
		},
		"busy":             {func(f *forest) { f.server.Inject(adcstest.FaultUnavailable) }, read, adcs.ErrUnavailable, ldap.LDAPResultUnavailable},
		"dropped":          {func(f *forest) { f.server.Inject(adcstest.FaultDropped) }, read, adcs.ErrUnavailable, 0},
		"referral":         {func(f *forest) { f.server.Inject(adcstest.FaultReferral) }, write, adcs.ErrUnavailable, ldap.LDAPResultReferral},
		"answer lost":      {func(f *forest) { f.server.Inject(adcstest.FaultLostAnswer) }, write, adcs.ErrUnknown, 0},
		"endless answer":   {func(f *forest) { f.server.Inject(adcstest.FaultFlood) }, read, adcs.ErrLimit, 0},
		"read-only server": {func(f *forest) { f.server.Inject(adcstest.FaultReadOnly) }, read, adcs.ErrUnavailable, 0},
		"no server": {
			func(f *forest) {
				f.directory.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }
			}, read, adcs.ErrUnavailable, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForest(t)
			test.spoil(f)
			err := test.call(t, f.directory)
			answer, answered := errors.AsType[*ldap.Error](err)
			switch {
			case !errors.Is(err, test.want):
				t.Errorf("got %v, want %v", err, test.want)
			case test.code != 0 && (!answered || answer.ResultCode != test.code):
				t.Errorf("got %v, want code %d of the server", err, test.code)
			case !strings.HasPrefix(err.Error(), "adcs: ") || strings.Contains(err.Error(), "horse") || strings.Contains(err.Error(), "\n"):
				t.Errorf("text: %v", err)
			}
		})
	}
}

func TestUnknownCertificateIsReachable(t *testing.T) {
	f := newForest(t)
	f.directory.Roots = x509.NewCertPool()
	_, err := f.directory.ForestOID(t.Context())
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("got %v, want an x509.UnknownAuthorityError", err)
	}
}

func TestNothingIsWrittenTwice(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	connections := 0
	dial := f.directory.Dial
	f.directory.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		connections++
		return dial(ctx, network, address)
	}
	f.server.Inject(adcstest.FaultLostAnswer)
	if err := f.directory.PutTemplate(t.Context(), nil, put); !errors.Is(err, adcs.ErrUnknown) {
		t.Fatalf("PutTemplate: %v", err)
	}
	if connections != 0 {
		t.Errorf("%d further connections after a lost answer, want none", connections)
	}
	if _, err := f.directory.Template(t.Context(), put.Name); err != nil {
		t.Errorf("the write happened, but: %v", err)
	}
}

func TestDeadConnectionIsReplaced(t *testing.T) {
	f := newForest(t)
	for range 2 {
		if _, err := f.directory.ForestOID(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.server.Inject(adcstest.FaultDropped) // as after the fifteen minutes for which Active Directory keeps an idle one
	}
}

func TestSilenceEnds(t *testing.T) {
	for name, test := range map[string]struct {
		after time.Duration
		call  func(context.Context, *adcs.Directory, template.Template) error
		want  []error
	}{
		"read": {30 * time.Second, func(ctx context.Context, d *adcs.Directory, _ template.Template) error {
			_, err := d.Template(ctx, "WebServer")
			return err
		}, []error{adcs.ErrUnavailable}},
		"write": {30 * time.Second, func(ctx context.Context, d *adcs.Directory, put template.Template) error {
			return d.PutTemplate(ctx, nil, put)
		}, []error{adcs.ErrUnknown}},
		"cancelled read": {time.Second, func(ctx context.Context, d *adcs.Directory, _ template.Template) error {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err := d.Template(ctx, "WebServer")
			return err
		}, []error{context.DeadlineExceeded}},
		"cancelled write": {time.Second, func(ctx context.Context, d *adcs.Directory, put template.Template) error {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			return d.PutTemplate(ctx, nil, put)
		}, []error{context.DeadlineExceeded, adcs.ErrUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newForest(t)
				defer func() { _ = f.directory.Close() }()
				put := newTemplate(t, f.directory)
				fault := adcstest.FaultSilent
				if strings.Contains(name, "write") {
					fault = adcstest.FaultSilentWrite
				}
				f.server.Inject(fault)
				began := time.Now()
				err := test.call(t.Context(), f.directory, put)
				for _, want := range test.want {
					if !errors.Is(err, want) {
						t.Errorf("got %v, want %v", err, want)
					}
				}
				if took := time.Since(began); took != test.after {
					t.Errorf("took %v, want %v", took, test.after)
				}
				if _, err := f.directory.Template(t.Context(), "WebServer"); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// TestCancelledAtOnce measures real time, over real sockets.
func TestCancelledAtOnce(t *testing.T) {
	f := newForest(t)
	address, stop, err := f.server.Serve(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	f.directory.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	defer func() { _ = f.directory.Close() }()
	if _, err := f.directory.ForestOID(t.Context()); err != nil {
		t.Fatal(err)
	}
	var took time.Duration
	for range 5 { // a busy machine may need several tries
		f.server.Inject(adcstest.FaultSilent)
		ctx, cancel := context.WithCancel(t.Context())
		cancelled := make(chan time.Time, 1)
		time.AfterFunc(20*time.Millisecond, func() {
			cancelled <- time.Now()
			cancel()
		})
		_, err = f.directory.Template(ctx, "WebServer")
		took = time.Since(<-cancelled)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want Canceled", err)
		}
		if took < 50*time.Millisecond {
			return
		}
	}
	t.Errorf("returned %v after the context ended", took)
}

func TestOvertakenWriteDoesNothing(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	if err := f.directory.PutTemplate(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	made, err := f.directory.Template(t.Context(), put.Name)
	if err != nil {
		t.Fatal(err)
	}
	changed := put
	changed.MinimalKeySize, changed.MinorRevision = 4096, put.MinorRevision+1
	f.server.Inject(adcstest.FaultOvertaken)
	if err := f.directory.PutTemplate(t.Context(), &made, changed); !errors.Is(err, adcs.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	if got, err := f.directory.Template(t.Context(), put.Name); err != nil || got.MinimalKeySize != put.MinimalKeySize {
		t.Errorf("key size %d, %v", got.MinimalKeySize, err)
	}
}

func TestInvalidFieldsAreListed(t *testing.T) {
	d := &adcs.Directory{
		Servers: []string{"dc1.contoso.com", "http://dc1", "ldaps://", "ldaps://user:secret@dc1"}, Timeout: -1,
		User: "x@contoso.com", Bind: func(context.Context, *ldap.Conn, string) error { return nil },
	}
	_, err := d.ForestOID(t.Context())
	invalid, ok := errors.AsType[*adcs.InvalidError](err)
	if !ok || len(invalid.Problems) != 6 {
		t.Errorf("got %v, want six problems", err)
	}
	for _, d := range []*adcs.Directory{nil, {}, {Servers: []string{"ldaps://dc1"}, User: "x@contoso.com"}} {
		if _, err := d.ForestOID(t.Context()); !errors.Is(err, adcs.ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
	}
	if bytes.Contains([]byte(err.Error()), []byte("secret")) {
		t.Errorf("text: %v", err)
	}
}
