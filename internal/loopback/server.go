package loopback

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Server answers until Close. Make one with [Serve]; it is safe for concurrent use.
type Server struct {
	// Addr is where it answers, as 127.0.0.1:port.
	Addr string
	// Certificate is the leaf that it shows.
	Certificate *x509.Certificate

	http *http.Server
	pool *x509.CertPool
	done chan struct{}
}

// Serve answers with handler over TLS as config says, with the first of its certificates. ctx bounds the opening of the
// socket only.
func Serve(ctx context.Context, handler http.Handler, config *tls.Config) (*Server, error) {
	leaf, top, err := ends(config.Certificates)
	if err != nil {
		return nil, fmt.Errorf("server certificate: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		Addr: listener.Addr().String(), Certificate: leaf,
		http: &http.Server{
			Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		},
		pool: x509.NewCertPool(),
		done: make(chan struct{}),
	}
	s.pool.AddCert(top)
	go s.run(tls.NewListener(listener, config))
	return s, nil
}

// ends returns the first and the last certificate of the chain that is shown.
func ends(certificates []tls.Certificate) (leaf, top *x509.Certificate, err error) {
	if len(certificates) == 0 || len(certificates[0].Certificate) == 0 {
		return nil, nil, errors.New("it is empty")
	}
	chain := certificates[0].Certificate
	if leaf, err = x509.ParseCertificate(chain[0]); err != nil {
		return nil, nil, err
	}
	top, err = x509.ParseCertificate(chain[len(chain)-1])
	return leaf, top, err
}

func (s *Server) run(listener net.Listener) {
	defer close(s.done)
	_ = s.http.Serve(listener) // always http.ErrServerClosed after Close
}

// Pool returns the certificates by which clients verify the server: the last of the chain, which is the root or what
// comes nearest to it.
func (s *Server) Pool() *x509.CertPool { return s.pool.Clone() }

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}
