package adcstest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs/certstest"
)

const (
	// Domain is the DNS name of the domain.
	Domain = "contoso.com"
	// Host is the DNS name of its domain controller.
	Host = "dc1." + Domain
	// Administrator is the account that may change everything.
	Administrator = "administrator@" + Domain
	// User is an account that may only read.
	User = "user@" + Domain
	// Password is that of both accounts.
	Password = "Passw0rd!"
)

const (
	domainDN        = "DC=contoso,DC=com"
	configurationDN = "CN=Configuration," + domainDN
	servicesDN      = "CN=Services," + configurationDN
	publicKeyDN     = "CN=Public Key Services," + servicesDN
	templatesDN     = "CN=Certificate Templates," + publicKeyDN
	authoritiesDN   = "CN=Enrollment Services," + publicKeyDN
	oidsDN          = "CN=OID," + publicKeyDN
	usersDN         = "CN=Users," + domainDN
)

// Server is a domain controller of the forest of a [certstest.CA]. What is written over LDAP is there for the CA, and
// the other way round. It is safe for concurrent use.
type Server struct {
	ca     *certstest.CA
	root   *x509.Certificate
	config *tls.Config
	// security is the security descriptor of a new entry.
	security []byte

	mu     sync.Mutex
	tree   tree
	faults []Fault
	delay  time.Duration
}

// NewServer returns a domain controller of the forest of ca.
func NewServer(ca *certstest.CA) (*Server, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("adcstest: key: %w", err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: Host}, DNSNames: []string{Host, "localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("adcstest: certificate: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("adcstest: certificate: %w", err)
	}
	forest := ca.Forest()
	return &Server{
		ca: ca, root: root, security: defaultSecurity(forest.Domain), tree: newTree(ca.Name(), forest),
		config: &tls.Config{
			Certificates:           []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key, Leaf: root}},
			MinVersion:             tls.VersionTLS12,
			SessionTicketsDisabled: true, // nobody waits for one at the other end of a pipe
		},
	}, nil
}

// Root returns the certificate of the domain controller, which it has signed itself.
func (s *Server) Root() *x509.Certificate { return s.root }

// Pool returns a new pool with which clients verify the domain controller.
func (s *Server) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.root)
	return pool
}

// Dial returns a connection to the domain controller without a socket, whatever the host: TLS from the start on port
// 636, StartTLS on others.
func (s *Server) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	client, server := net.Pipe()
	_, port, _ := net.SplitHostPort(address)
	go s.serve(newOutbox(server), port == "636")
	return client, nil
}

// Serve answers on a port of 127.0.0.1 until stop is called, which waits for the connections to end: by LDAPS if
// encrypted, else with StartTLS. ctx bounds the opening of the socket only.
func (s *Server) Serve(ctx context.Context, encrypted bool) (address string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("adcstest: serve: %w", err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { s.serve(conn, encrypted) })
		}
	})
	stop = func() {
		_ = listener.Close()
		running.Wait()
	}
	return listener.Addr().String(), stop, nil
}

// serve answers the requests of one connection until its end.
func (s *Server) serve(conn net.Conn, encrypted bool) {
	defer func() { _ = conn.Close() }()
	c := &connection{server: s}
	c.use(conn)
	if encrypted && c.encrypt() != nil {
		return
	}
	for {
		q, err := readRequest(c.reader)
		if err != nil || c.answer(q) != nil {
			return
		}
	}
}

// connection is one client.
type connection struct {
	server    *Server
	conn      net.Conn
	reader    *bufio.Reader
	encrypted bool
	// account is who is bound, empty for nobody.
	account  string
	readOnly bool
}

func (c *connection) use(conn net.Conn) { c.conn, c.reader = conn, bufio.NewReader(conn) }

func (c *connection) encrypt() error {
	conn := tls.Server(c.conn, c.server.config)
	if err := conn.HandshakeContext(context.Background()); err != nil {
		return err
	}
	c.use(conn)
	c.encrypted = true
	return nil
}

var errEnd = errors.New("the connection ends")

// isPassword reports whether account has that password.
func isPassword(account, password string) bool {
	return password == Password && (strings.EqualFold(account, Administrator) || strings.EqualFold(account, User))
}
