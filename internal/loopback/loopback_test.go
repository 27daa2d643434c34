package loopback_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/internal/loopback"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServe(t *testing.T) {
	certificate, err := loopback.NewCertificate("stand-in")
	if err != nil {
		t.Fatal(err)
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	server, err := loopback.Serve(t.Context(), hello, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	if err != nil {
		t.Fatal(err)
	}
	if server.Certificate.Subject.CommonName != "stand-in" || !strings.HasPrefix(server.Addr, "127.0.0.1:") {
		t.Errorf("%q at %s", server.Certificate.Subject, server.Addr)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: server.Pool()}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+server.Addr, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(response.Body)
	if _ = response.Body.Close(); err != nil || string(said) != "hello" {
		t.Errorf("got %q, %v", said, err)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestServeRefusesCertificates(t *testing.T) {
	for name, certificates := range map[string][]tls.Certificate{
		"none": nil, "empty": {{}}, "damaged": {{Certificate: [][]byte{[]byte("x")}}},
	} {
		if server, err := loopback.Serve(t.Context(), http.NotFoundHandler(), &tls.Config{Certificates: certificates}); err == nil {
			t.Errorf("%s: it answers at %s", name, server.Addr)
		}
	}
}
