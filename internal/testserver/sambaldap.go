//go:build integration

package testserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// ldapPorts are where Samba serves the directory, whatever its configuration says.
var ldapPorts = []string{"389", "636"}

// SambaDirectory provisions a domain and starts its directory and KDC on an address of their own, for the ports of LDAP are
// fixed: Addr is that of LDAPS. Only root may take those ports.
func SambaDirectory(t testing.TB) *Domain {
	t.Helper()
	d := newDomain(t)
	host, kdc := ownAddress(t, ldapPorts...), freePort(t)
	d.Config = krb5Conf(d.Realm, net.JoinHostPort(host, kdc))
	d.tool(t, "spn", "add", "ldap/"+d.Host, "DC1$")
	d.certify(t)
	d.start(t, kdc, host+"/8",
		"server services=kdc, ldap", "ldap server require strong auth=allow_sasl_over_tls",
		"tls certfile="+d.file("certificate.pem"), "tls keyfile="+d.file("key.pem"), "tls cafile="+d.file("certificate.pem"))
	for _, port := range append(ldapPorts, kdc) {
		d.await(t, func(ctx context.Context) error {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
			if err == nil {
				_ = conn.Close()
			}
			return err
		})
	}
	d.Addr = net.JoinHostPort(host, "636")
	d.Socket = d.private("ldap_priv", "ldapi")
	return d
}

// Dial connects to the directory whatever the host, on the port of address.
func (d *Domain) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(d.Addr)
	_, port, _ := net.SplitHostPort(address)
	return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(host, port))
}

// RootFile returns the path of the certificate of the directory.
func (d *Domain) RootFile() string { return d.file("certificate.pem") }

func (d *Domain) file(name string) string { return filepath.Join(d.dir, name) }

// ownAddress returns a loopback address on which the ports are free.
func ownAddress(t testing.TB, ports ...string) string {
	t.Helper()
	var err error
	for range portTries {
		var random [3]byte
		_, _ = rand.Read(random[:]) // never fails
		host := net.IPv4(127, 64|random[0], random[1], 1|random[2]&0x7f).String()
		free := true
		for _, port := range ports {
			var listener net.Listener
			if listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(host, port)); err != nil {
				free = false
				break
			}
			_ = listener.Close()
		}
		if free {
			return host
		}
	}
	t.Fatalf("no loopback address has ports %v for Samba; only root may take them: %v", ports, err)
	return ""
}

// certify makes a certificate for the host. Samba's own has a random serial number, half of them negative, and Go refuses
// those.
func (d *Domain) certify(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: d.Host}, DNSNames: []string{d.Host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if d.Root, err = x509.ParseCertificate(certificate); err != nil {
		t.Fatal(err)
	}
	write(t, d.file("certificate.pem"), pemText("CERTIFICATE", certificate))
	write(t, d.file("key.pem"), pemText("PRIVATE KEY", private))
}

func pemText(kind string, content []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
}

// Python runs a script with the packages of Samba and returns what it prints. Its arguments follow the path of the domain's
// configuration.
func (d *Domain) Python(t testing.TB, script string, arguments ...string) string {
	t.Helper()
	return d.run(t, "/usr/bin/python3", append([]string{"-c", script, d.conf()}, arguments...)...) // Debian's
}
