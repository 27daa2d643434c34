package adminservicetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"

	"github.com/clouddp/sdk/internal/loopback"
)

// Server is a [Service] on a loopback socket.
type Server struct {
	// URL is where the service answers, such as https://localhost:49152/AdminService.
	URL string
	// Certificate is the leaf that the server shows.
	Certificate *x509.Certificate

	server *loopback.Server
}

// Serve answers on a loopback socket, over TLS. Nil makes a certificate for localhost and 127.0.0.1, signed by itself as
// those of a site are. The server runs until Close; ctx bounds the opening of the socket only.
func (s *Service) Serve(ctx context.Context, certificate *tls.Certificate) (*Server, error) {
	if certificate == nil {
		made, err := loopback.NewCertificate("SMS Issuing (stand-in)")
		if err != nil {
			return nil, fmt.Errorf("adminservicetest: server certificate: %w", err)
		}
		certificate = made
	}
	config := &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	server, err := loopback.Serve(ctx, s, config)
	if err != nil {
		return nil, fmt.Errorf("adminservicetest: serve: %w", err)
	}
	_, port, _ := net.SplitHostPort(server.Addr)
	return &Server{"https://localhost:" + port + s.path(), server.Certificate, server}, nil
}

// Pool returns the certificates by which clients verify the server.
func (s *Server) Pool() *x509.CertPool { return s.server.Pool() }

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() error { return s.server.Close() }
