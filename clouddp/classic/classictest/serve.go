package classictest

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
	// URL is the endpoint, such as https://127.0.0.1:49152.
	URL string

	http *http.Server
	pool *x509.CertPool
	done chan struct{}
}

// Serve answers on a loopback socket, over TLS 1.2 and HTTP/1.1, and asks every client for its certificate. Nil makes a
// certificate for 127.0.0.1 and localhost. The server runs until Close; ctx bounds the opening of the socket only.
func (s *Service) Serve(ctx context.Context, certificate *tls.Certificate) (*Server, error) {
	if certificate == nil {
		made, err := newServerCertificate()
		if err != nil {
			return nil, fmt.Errorf("classictest: server certificate: %w", err)
		}
		certificate = made
	}
	pool, err := poolOf(certificate)
	if err != nil {
		return nil, fmt.Errorf("classictest: server certificate: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("classictest: serve: %w", err)
	}
	server := &Server{
		URL:  "https://" + listener.Addr().String(),
		http: &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)},
		pool: pool,
		done: make(chan struct{}),
	}
	config := &tls.Config{ //nolint:gosec // G402: the real front end speaks nothing later
		Certificates: []tls.Certificate{*certificate},
		MinVersion:   tls.VersionTLS12,
		MaxVersion:   tls.VersionTLS12,
		ClientAuth:   tls.RequestClientCert, // whether it is on the list is for the service to say
	}
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

// poolOf trusts the last certificate of the chain: the root, or what comes nearest to it.
func poolOf(certificate *tls.Certificate) (*x509.CertPool, error) {
	if len(certificate.Certificate) == 0 {
		return nil, errors.New("it is empty")
	}
	top, err := x509.ParseCertificate(certificate.Certificate[len(certificate.Certificate)-1])
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(top)
	return pool, nil
}

func newServerCertificate() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "management.core.windows.net (stand-in)"},
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
