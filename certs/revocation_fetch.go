package certs

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/clouddp/sdk/certs/internal/crl"
)

const maxCRLRedirects = 3

// fetch reads the list at address as it comes in.
func (r *RevocationChecker) fetch(ctx context.Context, certificate, issuer *x509.Certificate, address string, now time.Time) Revocation {
	answer := Revocation{Certificate: certificate, URL: address}
	var full *crl.List
	err := r.read(ctx, address, func(source *bounded) { answer, full = answer.look(source, issuer, now) })
	if err != nil {
		return answer.unreachable(err)
	}
	return r.fresher(ctx, answer, full, issuer, now)
}

// read hands the list at address to look.
func (r *RevocationChecker) read(ctx context.Context, address string, look func(*bounded)) error {
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = defaultCRLTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := r.get(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	look(r.bound(response.Body))
	return nil
}

func (r *RevocationChecker) get(ctx context.Context, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	if err := r.accept(request.URL); err != nil {
		return nil, err
	}
	client := &http.Client{Transport: r.transport(), CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > maxCRLRedirects {
			return fmt.Errorf("more than %d redirects", maxCRLRedirects)
		}
		return r.accept(next.URL)
	}}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK || response.ContentLength > r.maxBytes() {
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the server answers %s", response.Status)
		}
		return nil, fmt.Errorf("the list has %d bytes, the limit is %d", response.ContentLength, r.maxBytes())
	}
	return response, nil
}

// accept looks at an address before it is resolved.
func (r *RevocationChecker) accept(u *url.URL) error {
	switch ip, err := netip.ParseAddr(u.Hostname()); {
	case u.Scheme != "http":
		return fmt.Errorf("%s is not plain http", u.Scheme)
	case u.Host == "" || u.User != nil:
		return errors.New("the address has no host, or a user")
	case err == nil && !r.AllowPrivate:
		return acceptIP(ip)
	}
	return nil
}

// transport returns the caller's, or one that guards what it dials. It looks at the address after resolution, at the last
// moment, so no name and no redirect leads around it.
func (r *RevocationChecker) transport() http.RoundTripper {
	if r.Transport != nil {
		return r.Transport
	}
	dialer := &net.Dialer{}
	if !r.AllowPrivate {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return acceptAddress(address) }
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

func acceptAddress(address string) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return acceptIP(host.Addr())
}

func acceptIP(ip netip.Addr) error {
	if !isPublic(ip.Unmap()) {
		return fmt.Errorf("%s is not an address on the internet", ip)
	}
	return nil
}

// isPublic reports whether ip can belong to a server on the internet. Besides what package netip knows it refuses the
// special-purpose blocks of the IANA registries, among them those that carry an IPv4 address inside an IPv6 one, and the
// address at which Azure answers the machines that run in it.
func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, block := range specialBlocks {
		if netip.MustParsePrefix(block).Contains(ip.WithZone("")) {
			return false
		}
	}
	return true
}

var specialBlocks = []string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "168.63.129.16/32",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fec0::/10",
}
