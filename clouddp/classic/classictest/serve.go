package classictest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/clouddp/sdk/internal/loopback"
)

// Server is a [Service] on a loopback socket.
type Server struct {
	// URL is the endpoint, such as https://127.0.0.1:49152.
	URL string

	server *loopback.Server
}

// Serve answers on a loopback socket, over TLS 1.2 and HTTP/1.1, and asks every client for its certificate. Nil makes a
// certificate for 127.0.0.1 and localhost. The server runs until Close; ctx bounds the opening of the socket only.
func (s *Service) Serve(ctx context.Context, certificate *tls.Certificate) (*Server, error) {
	if certificate == nil {
		made, err := loopback.NewCertificate("management.core.windows.net (stand-in)")
		if err != nil {
			return nil, fmt.Errorf("classictest: server certificate: %w", err)
		}
		certificate = made
	}
	server, err := loopback.Serve(ctx, s, &tls.Config{ //nolint:gosec // G402: the real front end speaks nothing later
		Certificates: []tls.Certificate{*certificate},
		MinVersion:   tls.VersionTLS12,
		MaxVersion:   tls.VersionTLS12,
		ClientAuth:   tls.RequestClientCert, // whether it is on the list is for the service to say
	})
	if err != nil {
		return nil, fmt.Errorf("classictest: serve: %w", err)
	}
	return &Server{"https://" + server.Addr, server}, nil
}

// Pool returns the certificates by which clients verify the server.
func (s *Server) Pool() *x509.CertPool { return s.server.Pool() }

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() error { return s.server.Close() }
