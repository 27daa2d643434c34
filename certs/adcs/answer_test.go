package adcs_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/adcs"
)

// liar is a server that says what it is and then answers every request with the same bytes.
type liar struct {
	config *tls.Config
	roots  *x509.CertPool
}

func newLiar(tb testing.TB) *liar {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"liar"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	return &liar{roots: roots, config: &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, SessionTicketsDisabled: true,
	}}
}

// directory returns the directory of a server that answers with data.
func (l *liar) directory(data []byte) *adcs.Directory {
	return &adcs.Directory{
		Servers: []string{"ldaps://liar"}, Roots: l.roots, Timeout: 10 * time.Second,
		Bind: func(context.Context, *ldap.Conn, string) error { return nil },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go l.serve(server, data)
			return client, nil
		},
	}
}

func (l *liar) serve(raw net.Conn, data []byte) {
	conn := tls.Server(raw, l.config)
	defer func() { _ = raw.Close() }()
	if _, err := ber.ReadPacket(conn); err != nil {
		return
	}
	if _, err := conn.Write(rootAnswer); err != nil {
		return
	}
	if _, err := ber.ReadPacket(conn); err != nil {
		return
	}
	go func() { _, _ = io.Copy(io.Discard, raw) }() // nobody waits for it to read
	_, _ = io.Copy(conn, bytes.NewReader(data))     // and then goes
}

// rootAnswer answers the first request: the entry, and that there are no others.
var rootAnswer = []byte("0N\x02\x01\x01dI\x04\x000E" +
	"0$\x04\x1aconfigurationNamingContext1\x06\x04\x04CN=C" +
	"0\x1d\x04\x14defaultNamingContext1\x05\x04\x03X=Y" +
	"0\x0c\x02\x01\x01e\x07\x0a\x01\x00\x04\x00\x04\x00")

// answers are what a liar says to the second request.
var answers = map[string]struct {
	data string
	want error
}{
	"nothing":                     {"0\x0c\x02\x01\x02e\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrNotFound},
	"denied":                      {"0\x0c\x02\x01\x02e\x07\x0a\x012\x04\x00\x04\x00", adcs.ErrDenied},
	"an entry without attributes": {"0\x0c\x02\x01\x02d\x07\x04\x03X=Y0\x000\x0c\x02\x01\x02e\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrNotFound},
	"an entry of another kind": {"0-\x02\x01\x02d(\x04\x03X=Y0!" +
		"0\x11\x04\x02cn1\x0b\x04\x09WebServer" +
		"0\x0c\x04\x05flags1\x03\x04\x011" +
		"0\x0c\x02\x01\x02e\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrInvalid},
	"2 GiB, it says":         {"0\x84\x7f\xff\xff\xff\x02\x01\x02", adcs.ErrUnavailable},
	"no length":              {"0\x80\x02\x01\x02\x00\x00", adcs.ErrLimit},
	"nested":                 {strings.Repeat("0\x84\x00\x0f\xff\xff", 1<<17), adcs.ErrLimit},
	"many":                   {"0\x84\x00\x0f\xff\xff" + strings.Repeat("\x05\x00", 1<<18), adcs.ErrLimit},
	"silence and the end":    {"", adcs.ErrUnavailable},
	"somebody else's answer": {"0\x0c\x02\x01\x09e\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrUnavailable},
}

func TestAnswersOfLiars(t *testing.T) {
	l := newLiar(t)
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			d := l.directory([]byte(answer.data))
			defer func() { _ = d.Close() }()
			if _, err := d.Template(t.Context(), "WebServer"); !errors.Is(err, answer.want) {
				t.Errorf("got %v, want %v", err, answer.want)
			}
		})
	}
}

// FuzzAnswer holds that whatever a server sends, a call ends with an error or a template that could be put back.
func FuzzAnswer(f *testing.F) {
	for _, answer := range answers {
		f.Add([]byte(answer.data))
	}
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		d := l.directory(data)
		defer func() { _ = d.Close() }()
		if found, err := d.Template(t.Context(), "WebServer"); err == nil {
			if _, err := found.Attributes(); err != nil {
				t.Errorf("a template that cannot be: %v", err)
			}
		}
	})
}
