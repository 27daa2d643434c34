package adminservicetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Server is a [Service] on a loopback socket.
type Server struct {
	// URL is where the service answers, such as https://localhost:49152/AdminService.
	URL string
	// Certificate is the leaf that the server shows.
	Certificate *x509.Certificate

	http *http.Server
	pool *x509.CertPool
	done chan struct{}
}

// Serve answers on a loopback socket, over TLS. Nil makes a certificate for localhost and 127.0.0.1, signed by itself as
// those of a site are. The server runs until Close; ctx bounds the opening of the socket only.
func (s *Service) Serve(ctx context.Context, certificate *tls.Certificate) (*Server, error) {
	if certificate == nil {
		made, err := newCertificate()
		if err != nil {
			return nil, fmt.Errorf("adminservicetest: server certificate: %w", err)
		}
		certificate = made
	}
	if len(certificate.Certificate) == 0 {
		return nil, errors.New("adminservicetest: server certificate: it is empty")
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("adminservicetest: server certificate: %w", err)
	}
	top, err := x509.ParseCertificate(certificate.Certificate[len(certificate.Certificate)-1])
	if err != nil {
		return nil, fmt.Errorf("adminservicetest: server certificate: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("adminservicetest: serve: %w", err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	server := &Server{
		URL:         "https://localhost:" + port + s.path(),
		Certificate: leaf,
		http: &http.Server{
			Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		},
		pool: x509.NewCertPool(),
		done: make(chan struct{}),
	}
	server.pool.AddCert(top)
	config := &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	go server.run(tls.NewListener(listener, config))
	return server, nil
}

func (s *Server) run(listener net.Listener) {
	defer close(s.done)
	_ = s.http.Serve(listener) // always http.ErrServerClosed after Close
}

// Pool returns the certificates by which clients verify the server.
func (s *Server) Pool() *x509.CertPool { return s.pool.Clone() }

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

func newCertificate() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "SMS Issuing (stand-in)"},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
