package clouddptest

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Front answers clients in the name of one cloud service, as its role instances would: over TLS, with the certificate
// that the cloud holds, and only while the service runs. It is safe for concurrent use.
type Front struct {
	// Workload returns the certificate of the running service and an error while it does not run.
	Workload func() (*tls.Certificate, error)
	// Handler answers the requests.
	Handler http.Handler
}

// Pipe connects to the service without a socket. The far end lives until the connection is closed.
func (f *Front) Pipe() net.Conn {
	near, far := newPipe()
	conn := &watchedConn{Conn: far, closed: make(chan struct{})}
	go func() {
		server := f.server()
		_ = server.Serve(tls.NewListener(&soleListener{conn: conn}, f.config())) // ends with the connection
	}()
	return near
}

// Serve answers on l until ctx is done, then closes l and every connection.
func (f *Front) Serve(ctx context.Context, l net.Listener) error {
	server := f.server()
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nothing is left to report it to
	defer stop()
	err := server.Serve(tls.NewListener(l, f.config()))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (f *Front) server() *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(f.answer),
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// answer refuses requests on connections that outlived the service.
func (f *Front) answer(w http.ResponseWriter, r *http.Request) {
	if _, err := f.Workload(); err != nil || f.Handler == nil {
		http.Error(w, "the service is not running", http.StatusServiceUnavailable)
		return
	}
	f.Handler.ServeHTTP(w, r)
}

func (f *Front) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return f.Workload()
		},
	}
}

// watchedConn tells when it is closed.
type watchedConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close implements [net.Conn], and tells.
func (c *watchedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// soleListener accepts one connection and ends when that is closed.
type soleListener struct {
	conn *watchedConn
	once sync.Once
}

// Accept implements [net.Listener].
func (l *soleListener) Accept() (net.Conn, error) {
	var conn net.Conn
	l.once.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.conn.closed
	return nil, net.ErrClosed
}

// Close implements [net.Listener]; the connection ends it.
func (l *soleListener) Close() error { return nil }

// Addr implements [net.Listener].
func (l *soleListener) Addr() net.Addr { return l.conn.LocalAddr() }
