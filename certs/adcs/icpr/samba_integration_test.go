//go:build integration

package icpr_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	drsuapi "github.com/oiweiwei/go-msrpc/msrpc/drsr/drsuapi/v4"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/internal/testserver"
)

// Samba has no certification authority. Its directory replication service is protected as one: it refuses whatever is
// not signed and encrypted, so that what the issuer does before its one call is proven here, by people who know nothing
// of it.
const (
	sambaUser     = "enrollee"
	sambaPassword = "Correct.horse.7" // complex enough for the domain

	opBind, opCrackNames = 0, 12
	formatNT4, formatDN  = 2, 1
)

var replication = pdu.NewSyntax(0xe3514235, 0x4b06, 0x11d1, [8]byte{0xab, 0x04, 0x00, 0xc0, 0x4f, 0xc2, 0xdc, 0xd2}, 4)

func newDomain(t *testing.T) (*testserver.Domain, icpr.Issuer) {
	t.Helper()
	domain := testserver.SambaRPC(t)
	domain.AddUser(t, sambaUser, sambaPassword)
	return domain, icpr.Issuer{
		Host: domain.Host, Authority: "none", User: sambaUser, Realm: domain.Realm, Config: domain.Config,
		Password: certs.StaticPassword(sambaPassword), Dial: domain.Dial,
	}
}

func TestSambaTakesTheLogin(t *testing.T) {
	domain, issuer := newDomain(t)
	t.Run("Kerberos", func(t *testing.T) { crackNames(t, &issuer) })
	t.Run("NTLM", func(t *testing.T) {
		ntlm := issuer
		ntlm.NTLM, ntlm.Config = true, ""
		crackNames(t, &ntlm)
	})
	t.Run("keytab", func(t *testing.T) {
		withKeytab := issuer
		withKeytab.Password, withKeytab.Keytab = nil, domain.Keytab(t, sambaUser)
		crackNames(t, &withKeytab)
	})
	t.Run("ticket cache", func(t *testing.T) {
		own := issuer
		own.User, own.Realm, own.Password = "", "", nil
		keytab := domain.Keytab(t, sambaUser)
		for _, service := range []string{"", "host/" + domain.Host} {
			t.Setenv("KRB5CCNAME", "FILE:"+domain.TicketCache(t, sambaUser, keytab, service))
			crackNames(t, &own)
		}
		t.Run("played back", func(t *testing.T) { playedBack(t, own) }) // with one ticket twice
		t.Setenv("KRB5CCNAME", domain.TicketCache(t, sambaUser, keytab, "cifs/"+domain.Host))
		wantLoginError(t, &own, "")
		t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
		wantLoginError(t, &own, "")
	})
	t.Run("many at once", func(t *testing.T) {
		for range 4 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				crackNames(t, &issuer)
			})
		}
	})
	t.Run("refusals", func(t *testing.T) { refusals(t, issuer) })
}

// crackNames asks for so many names that request and response have many fragments. The last one exists.
func crackNames(t *testing.T, issuer *icpr.Issuer) {
	t.Helper()
	call, done, err := icpr.Open(t.Context(), issuer, replication)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	stub, err := call(t.Context(), opBind, make([]byte, 8))
	if err != nil {
		t.Fatalf("DRSBind: %v", err)
	}
	var bound drsuapi.BindResponse
	if err := bound.UnmarshalNDR(t.Context(), ndr.NDR20(stub)); err != nil || bound.Return != 0 {
		t.Fatalf("DRSBind: %#x, %v", bound.Return, err)
	}
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprintf(`ADT\nobody%0100d`, i)
	}
	names[len(names)-1] = `ADT\` + sambaUser
	w := ndr.NDR20(nil)
	request := &drsuapi.CrackNamesRequest{Handle: bound.DRS, InVersion: 1, In: &drsuapi.MessageCrackNamesRequest{
		Value: &drsuapi.MessageCrackNamesRequest_V1{V1: &drsuapi.MessageCrackNamesRequestV1{
			FormatOffered: formatNT4, FormatDesired: formatDN, Names: names,
		}},
	}}
	if err := request.MarshalNDR(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if len(w.Bytes()) < 8*pdu.MaxFragment {
		t.Fatalf("a request of %d bytes proves little", len(w.Bytes()))
	}
	stub, err = call(t.Context(), opCrackNames, w.Bytes())
	if err != nil {
		t.Fatalf("DRSCrackNames: %v", err)
	}
	var cracked drsuapi.CrackNamesResponse
	if err := cracked.UnmarshalNDR(t.Context(), ndr.NDR20(stub)); err != nil || cracked.Return != 0 {
		t.Fatalf("DRSCrackNames: %#x, %v", cracked.Return, err)
	}
	reply, ok := cracked.Out.Value.(*drsuapi.MessageCrackNamesReply_V1)
	if !ok || len(reply.V1.Result.Items) != len(names) {
		t.Fatalf("DRSCrackNames: %d bytes", len(stub))
	}
	if dn := reply.V1.Result.Items[len(names)-1].Name; !strings.HasPrefix(dn, "CN="+sambaUser+",") {
		t.Errorf("the name is %q", dn)
	}
}

func refusals(t *testing.T, issuer icpr.Issuer) {
	t.Helper()
	for name, test := range map[string]struct {
		change func(*icpr.Issuer)
		code   string
	}{
		"wrong password":      {func(i *icpr.Issuer) { i.Password = certs.StaticPassword("wrong") }, "KDC_ERR_PREAUTH_FAILED"},
		"wrong NTLM password": {func(i *icpr.Issuer) { i.NTLM, i.Password = true, certs.StaticPassword("wrong") }, ""},
		"unknown user":        {func(i *icpr.Issuer) { i.User = "nobody" }, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		"unknown server":      {func(i *icpr.Issuer) { i.Host = "ca9.ad.test" }, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		"unknown NTLM user":   {func(i *icpr.Issuer) { i.User, i.NTLM = "nobody", true }, ""},
	} {
		changed := issuer
		test.change(&changed)
		t.Run(name, func(t *testing.T) { wantLoginError(t, &changed, test.code) })
	}
	// An authority is what Samba has not, so that the driver itself is told so before it asks for a certificate.
	if _, err := issuer.Retrieve(t.Context(), "1"); !errors.Is(err, icpr.ErrUnavailable) {
		t.Errorf("Retrieve: got %v, want ErrUnavailable", err)
	}
}

func wantLoginError(t *testing.T, issuer *icpr.Issuer, code string) {
	t.Helper()
	err := drsBind(t, issuer)
	login, ok := errors.AsType[*icpr.LoginError](err)
	if !ok || login.Code != code || !errors.Is(err, icpr.ErrDenied) {
		t.Errorf("got %v, want a LoginError with %q", err, code)
	}
}

// playedBack lets somebody who has listened to one conversation answer in the next one.
func playedBack(t *testing.T, issuer icpr.Issuer) {
	t.Helper()
	port, live := icpr.PortOf(t, &issuer, replication), issuer.Dial
	recorded := &tape{}
	issuer.Port = port
	issuer.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := live(ctx, network, address)
		return tapped{conn, recorded}, err
	}
	if err := drsBind(t, &issuer); err != nil {
		t.Fatal(err)
	}
	issuer.Dial = func(context.Context, string, string) (net.Conn, error) {
		return recording{answers: strings.NewReader(string(recorded.heard))}, nil
	}
	if err := drsBind(t, &issuer); !errors.Is(err, icpr.ErrIntegrity) {
		t.Errorf("got %v, want ErrIntegrity", err)
	}
}

func drsBind(t *testing.T, issuer *icpr.Issuer) error {
	t.Helper()
	call, done, err := icpr.Open(t.Context(), issuer, replication)
	if err != nil {
		return err
	}
	defer done()
	if _, err = call(t.Context(), opBind, make([]byte, 8)); err != nil {
		return icpr.Classify(t.Context(), issuer, err)
	}
	return nil
}
