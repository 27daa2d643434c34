package icprtest

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

const (
	// Port is where the authority listens in memory; the endpoint mapper tells it.
	Port = 49152

	epmPort = 135
)

// Server is the computer that an authority runs on. Make one with [NewServer]; it is safe for concurrent use.
type Server struct {
	ca *certstest.CA

	mu       sync.Mutex
	accounts map[string]certs.Password // by lower-case name
	delay    time.Duration
	fault    Fault
	calls    int
}

// NewServer returns the computer of ca. Nobody can log in until [Server.AddAccount].
func NewServer(ca *certstest.CA) *Server {
	return &Server{ca: ca, accounts: map[string]certs.Password{}}
}

// AddAccount lets user log in with password, in whatever domain. To the authority every account is the same caller: see
// certstest.CA.JoinGroup.
func (s *Server) AddAccount(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[strings.ToLower(user)] = certs.StaticPassword(password)
}

func (s *Server) password(user string) (string, bool) {
	s.mu.Lock()
	password, ok := s.accounts[strings.ToLower(user)]
	s.mu.Unlock()
	if !ok {
		return "", false
	}
	secret, err := password()
	return string(secret), err == nil
}

// SetDelay makes the authority wait before each answer.
func (s *Server) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Calls returns how many calls the authority has taken in, answered or not.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Dial connects to the server in memory: port 135 of any host is the endpoint mapper, port [Port] the authority. It has
// the form of the Dial field of icpr.Issuer.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	served := map[string]role{strconv.Itoa(epmPort): roleMapper, strconv.Itoa(Port): roleAuthority}[port]
	if served == 0 || !strings.HasPrefix(network, "tcp") || ctx.Err() != nil || s.take(FaultUnreachable) {
		refused := &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		return nil, errors.Join(refused, ctx.Err())
	}
	ours, theirs := net.Pipe()
	go (&connection{server: s, role: served, port: Port}).run(ours)
	return theirs, nil
}

// Serve listens on a free port of 127.0.0.1 until ctx ends, and returns its address. Endpoint mapper and authority
// share the port.
func (s *Server) Serve(ctx context.Context) (addr string, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr = listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go s.accept(ctx, listener, number)
	return addr, nil
}

func (s *Server) accept(ctx context.Context, listener net.Listener, port int) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		if s.take(FaultUnreachable) {
			_ = conn.Close()
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		go func() {
			defer stop()
			(&connection{server: s, role: roleMapper | roleAuthority, port: port}).run(conn)
		}()
	}
}

// wait passes the time of SetDelay, or as much of it as the client stays for.
func (s *Server) wait(conn net.Conn) error {
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	if delay == 0 {
		return nil
	}
	return awaitEnd(conn, delay)
}

// awaitEnd returns an error once the client hangs up, nil if it has not within d.
func awaitEnd(conn net.Conn, d time.Duration) error {
	if err := conn.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	_, err := conn.Read(make([]byte, 1))
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return conn.SetReadDeadline(time.Time{})
	}
	return errors.Join(err, io.EOF)
}
