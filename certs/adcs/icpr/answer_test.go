package icpr_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

type rawResponse = icertpassage.CertServerRequestResponse

func stubOf(t testing.TB, r *rawResponse) []byte {
	t.Helper()
	w := ndr.NDR20(nil)
	if err := r.MarshalNDR(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func blob(content []byte) *wcce.CertTransportBlob {
	return &wcce.CertTransportBlob{Length: uint32(len(content)), Buffer: content}
}

func issued(t testing.TB) []*x509.Certificate {
	t.Helper()
	bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	return []*x509.Certificate{bundle.Leaf, certstest.NewCA("Contoso").Root()}
}

// What else an authority may answer than the one in memory does.
func TestAnswers(t *testing.T) {
	chain := issued(t)
	both, err := pkcs7.Encode(chain[1], chain[0]) // in whatever order
	if err != nil {
		t.Fatal(err)
	}
	message := func(text string) *wcce.CertTransportBlob { return blob(icpr.EncodeText(text)) }
	for name, test := range map[string]struct {
		answer *rawResponse
		asked  uint32
		want   error // nil means both certificates, the leaf first
	}{
		"issued": {answer: &rawResponse{RequestID: 7, Disposition: 3, EncodedCert: blob(chain[0].Raw), Cert: blob(both)}},
		"pending": {
			&rawResponse{RequestID: 7, Disposition: 5, DispositionMessage: message("Taken Under Submission\r\n")}, 0,
			&certs.PendingError{ID: "7", Reason: "Taken Under Submission"},
		},
		"pending, the id known": {&rawResponse{Disposition: 5}, 7, &certs.PendingError{ID: "7"}},
		"denied with a code": {
			&rawResponse{RequestID: 7, Disposition: 0x80094800}, 0, &certs.DeniedError{ID: "7", Code: certs.CodeNotPublished},
		},
		"denied, the code in the message": {
			&rawResponse{RequestID: 7, Disposition: 2, DispositionMessage: message("Denied by ann, 0x80094014 (-1)")}, 7,
			&certs.DeniedError{ID: "7", Code: certs.CodeAdminDenied, Reason: "Denied by ann, 0x80094014 (-1)"},
		},
		"denied without a word": {&rawResponse{RequestID: 7, Disposition: 2}, 7, &certs.DeniedError{ID: "7"}},
		"revoked": {
			&rawResponse{RequestID: 7, Disposition: 6, DispositionMessage: message("Revoked")}, 7,
			&certs.DeniedError{ID: "7", Reason: "Revoked"},
		},
		"refused outright":      {&rawResponse{Return: 0x80070005}, 0, &certs.DeniedError{Code: 0x80070005}},
		"pending without an id": {&rawResponse{Disposition: 5}, 0, icpr.ErrIntegrity},
		"issued without a word": {&rawResponse{Disposition: 3}, 0, icpr.ErrIntegrity},
		"a damaged certificate": {&rawResponse{Disposition: 3, EncodedCert: blob(chain[0].Raw[1:])}, 0, icpr.ErrIntegrity},
		"a damaged certificate, to come back for": {
			&rawResponse{RequestID: 7, Disposition: 3, EncodedCert: blob(chain[0].Raw[1:])}, 0,
			&certs.PendingError{ID: "7", Reason: "it is issued, but arrived damaged"},
		},
		"a damaged certificate, again":   {&rawResponse{RequestID: 7, Disposition: 3, EncodedCert: blob(chain[0].Raw[1:])}, 7, icpr.ErrIntegrity},
		"the authority's server is down": {&rawResponse{Return: 0x800706ba}, 0, icpr.ErrUnavailable},
		"an exception in its server":     {&rawResponse{Return: 0x80010105}, 0, icpr.ErrUnknown},
		"the same, of a reading":         {&rawResponse{Return: 0x80010105}, 7, icpr.ErrUnavailable},
		"an id that it does not know":    {&rawResponse{Return: 0x80094004}, 7, icpr.ErrNotFound},
	} {
		got, err := icpr.ReadAnswer(t.Context(), stubOf(t, test.answer), test.asked)
		wantPending, isPending := errors.AsType[*certs.PendingError](test.want)
		wantDenied, isDenied := errors.AsType[*certs.DeniedError](test.want)
		pending, _ := errors.AsType[*certs.PendingError](err)
		denied, _ := errors.AsType[*certs.DeniedError](err)
		switch {
		case isPending && (pending == nil || *pending != *wantPending), isDenied && (denied == nil || *denied != *wantDenied),
			!isPending && !isDenied && !errors.Is(err, test.want):
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		case test.want == nil && (len(got) != 2 || !got[0].Equal(chain[0]) || !got[1].Equal(chain[1])):
			t.Errorf("%s: got %d certificates", name, len(got))
		}
	}
	for _, rest := range [][]byte{nil, both[1:], []byte("x")} { // a certificate is worth having without its chain
		stub := stubOf(t, &rawResponse{RequestID: 7, Disposition: 3, EncodedCert: blob(chain[0].Raw), Cert: blob(rest)})
		if got, err := icpr.ReadAnswer(t.Context(), stub, 0); err != nil || len(got) != 1 || !got[0].Equal(chain[0]) {
			t.Errorf("chain %.9x: got %d certificates, %v", rest, len(got), err)
		}
	}
	whole := stubOf(t, &rawResponse{Disposition: 3, EncodedCert: blob(chain[0].Raw)})
	for length := range len(whole) - 1 {
		if _, err := icpr.ReadAnswer(t.Context(), whole[:length], 0); err == nil {
			t.Fatalf("%d of %d bytes are taken for an answer", length, len(whole))
		}
	}
}

func TestReasonsAreOneShortLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"Issued":                     "Issued",
		"  two\r\nlines\t\x1b[31m ":  "two lines [31m",
		"behind\x00 the end":         "behind",
		"Zertifikat genehmigt – 証明書": "Zertifikat genehmigt – 証明書",
		strings.Repeat("a", 9999):    strings.Repeat("a", 500) + "…",
	} {
		if got := icpr.DecodeText(icpr.EncodeText(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := icpr.DecodeText([]byte{'a', 0, 'b'}); got != "a" {
		t.Errorf("half a character: got %q", got)
	}
}

func FuzzAnswer(f *testing.F) {
	chain := issued(f)
	message, err := pkcs7.Encode(chain...)
	if err != nil {
		f.Fatal(err)
	}
	reason := blob(icpr.EncodeText("Denied by Policy Module  0x80094800"))
	for _, r := range []*rawResponse{
		{RequestID: 7, Disposition: 3, EncodedCert: blob(chain[0].Raw), Cert: blob(message), DispositionMessage: reason},
		{RequestID: 7, Disposition: 5, DispositionMessage: reason},
		{RequestID: 7, Disposition: 2, DispositionMessage: reason},
		{Return: 0x80070057},
	} {
		f.Add(stubOf(f, r), uint32(0))
	}
	f.Fuzz(func(t *testing.T, stub []byte, asked uint32) {
		got, err := icpr.ReadAnswer(context.Background(), stub, asked)
		if err == nil && (len(got) == 0 || got[0] == nil) {
			t.Error("neither certificate nor error")
		}
		if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
			wantShortLine(t, denied.Reason)
		}
		if pending, ok := errors.AsType[*certs.PendingError](err); ok {
			wantShortLine(t, pending.Reason)
		}
	})
}

func wantShortLine(t *testing.T, text string) {
	t.Helper()
	if utf8.RuneCountInString(text) > 512 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		t.Errorf("%q", text)
	}
}

// recording is a connection on which somebody else's bytes arrive.
type recording struct {
	net.Conn

	answers *strings.Reader
}

func (r recording) Read(p []byte) (int, error)  { return r.answers.Read(p) }
func (r recording) Write(p []byte) (int, error) { return len(p), nil }
func (r recording) Close() error                { return nil }

// FuzzHostileServer lets anybody answer: the endpoint mapper if the first byte is even, else the authority.
func FuzzHostileServer(f *testing.F) {
	f.Add(append([]byte{0}, taped(f, false)...))
	f.Add(append([]byte{1}, taped(f, true)...))
	f.Fuzz(func(t *testing.T, answers []byte) {
		if len(answers) == 0 {
			return
		}
		issuer := &icpr.Issuer{
			Host: host, Authority: authority,
			User: user, Realm: "CONTOSO.COM", Password: certs.StaticPassword(password), NTLM: true,
			Port: int(answers[0] & 1), Timeout: time.Second,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				return recording{answers: strings.NewReader(string(answers[1:]))}, nil
			},
		}
		if chain, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert"); err == nil {
			t.Errorf("somebody without the key was believed: %v", chain)
		}
	})
}

// taped returns what a server has answered, the endpoint mapper or the authority.
func taped(t testing.TB, authority bool) []byte {
	t.Helper()
	l := newLab(t)
	tape := &tape{}
	l.issuer.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := l.server.Dial(ctx, network, address)
		if strings.HasSuffix(address, ":135") == authority {
			return conn, err
		}
		return tapped{conn, tape}, err
	}
	if err := l.enroll(t.Context(), "CloudDPCert"); err != nil {
		t.Fatal(err)
	}
	return tape.heard
}

type tape struct{ heard []byte }

type tapped struct {
	net.Conn

	tape *tape
}

func (c tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tape.heard = append(c.tape.heard, p[:n]...)
	return n, err
}

// A server's own messages are no key: played back they are not believed.
func TestPlayedBack(t *testing.T) {
	l := newLab(t)
	answers := taped(t, true)
	l.issuer.Port = icprtest.Port
	l.issuer.Dial = func(context.Context, string, string) (net.Conn, error) {
		return recording{answers: strings.NewReader(string(answers))}, nil
	}
	if err := l.enroll(t.Context(), "CloudDPCert"); !errors.Is(err, icpr.ErrUnknown) || !errors.Is(err, icpr.ErrIntegrity) {
		t.Errorf("got %v, want ErrIntegrity", err)
	}
}

func BenchmarkEnroll(b *testing.B) {
	l := newLab(b)
	csr, err := (&certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()}).CSR()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.issuer.Issue(b.Context(), csr, "CloudDPCert"); err != nil {
			b.Fatal(err)
		}
	}
}
