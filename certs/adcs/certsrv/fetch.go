package certsrv

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

// The content types of what can be downloaded.
const (
	mediaCertificate = "application/pkix-cert"
	mediaChain       = "application/x-pkcs7-certificates"
	mediaCRL         = "application/pkix-crl"
)

// fetch returns the certificate of a request and its chain.
func (c *Client) fetch(ctx context.Context, id string) ([]*x509.Certificate, error) {
	leaf, err := c.certificate(ctx, id)
	if err != nil {
		return nil, err
	}
	message, err := c.file(ctx, "certnew.p7b", url.Values{"ReqID": {id}, "Enc": {"bin"}}, mediaChain, maxFile)
	if err != nil {
		return nil, fmt.Errorf("chain: %w", err)
	}
	chain, err := pkcs7.Certificates(message)
	if err != nil {
		return nil, fmt.Errorf("chain: %w", err)
	}
	chain = slices.DeleteFunc(chain, leaf.Equal)
	return append([]*x509.Certificate{leaf}, chain...), nil
}

// certificate returns the certificate of a request, or what has become of it as an error.
func (c *Client) certificate(ctx context.Context, id string) (*x509.Certificate, error) {
	r, err := c.download(ctx, "certnew.cer", url.Values{"ReqID": {id}, "Enc": {"bin"}}, maxFile)
	if err != nil {
		return nil, err
	}
	if r.media != mediaCertificate {
		return nil, parsePage(r.body).status(id)
	}
	return parseCertificate(binary(r.body))
}

// status returns what a page says in place of a certificate.
func (p *page) status(id string) error {
	code := p.code()
	switch {
	case p.denied:
		return &certs.DeniedError{ID: id, Code: code, Reason: p.reason()}
	case code != 0:
		return answer.Failure{Code: code, ID: id, Reason: p.reason()}.Err()
	case len(p.values) == statusLines:
		return &certs.PendingError{ID: id, Reason: p.reason()}
	}
	return fmt.Errorf("%w: %w", certs.ErrUnavailable, errNotUnderstood)
}

// CACertificate returns the newest certificate of the authority. Errors are those of Retrieve.
func (c *Client) CACertificate(ctx context.Context) (*x509.Certificate, error) {
	if err := c.checkURL(); err != nil {
		return nil, err
	}
	certificate, err := c.authority(ctx)
	if err != nil {
		return nil, fmt.Errorf("certsrv: certificate of the authority at %s: %w", c.URL, err)
	}
	return certificate, nil
}

func (c *Client) authority(ctx context.Context) (*x509.Certificate, error) {
	der, err := c.newest(ctx, "certnew.cer", url.Values{"ReqID": {"CACert"}, "Enc": {"bin"}}, mediaCertificate, maxFile)
	if err != nil {
		return nil, err
	}
	return parseCertificate(der)
}

// CRL returns the revocation list of the authority's newest key, in DER, of at most 64 MiB. What is in it is not looked at, but that
// it is one: anything else is [ErrIntegrity]. Other errors are those of Retrieve.
func (c *Client) CRL(ctx context.Context) ([]byte, error) {
	if err := c.checkURL(); err != nil {
		return nil, err
	}
	der, err := c.newest(ctx, "certcrl.crl", url.Values{"Type": {"base"}, "Enc": {"bin"}}, mediaCRL, maxCRL)
	if err == nil {
		err = checkList(der)
	}
	if err != nil {
		return nil, fmt.Errorf("certsrv: revocation list of the authority at %s: %w", c.URL, err)
	}
	return der, nil
}

// checkList holds that there is a list, a kind of signature and a signature (RFC 5280, section 5.1), and nothing behind.
func checkList(der []byte) error {
	var list struct {
		List, Algorithm asn1.RawValue
		Signature       asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &list)
	if err != nil {
		return fmt.Errorf("%w: %w", certs.ErrIntegrity, err)
	}
	isSequence := func(v asn1.RawValue) bool {
		return v.Class == asn1.ClassUniversal && v.Tag == asn1.TagSequence && v.IsCompound
	}
	if len(rest) > 0 || !isSequence(list.List) || !isSequence(list.Algorithm) {
		return fmt.Errorf("%w: it is no revocation list", certs.ErrIntegrity)
	}
	return nil
}

// renewals finds how often the authority's certificate was renewed, in the script of the page that lists them.
var renewals = regexp.MustCompile(`var nRenewals=(\d{1,4});`)

// newest downloads a file that belongs to the authority's newest certificate.
func (c *Client) newest(ctx context.Context, name string, query url.Values, media string, limit int64) ([]byte, error) {
	r, err := c.download(ctx, "certcarc.asp", nil, maxPage)
	if err != nil {
		return nil, err
	}
	found := renewals.FindSubmatch(r.body)
	if found == nil {
		return nil, fmt.Errorf("%w: %w", certs.ErrUnavailable, errNotUnderstood)
	}
	query.Set("Renewal", string(found[1]))
	return c.file(ctx, name, query, media, limit)
}

// file downloads a file of one content type.
func (c *Client) file(ctx context.Context, name string, query url.Values, media string, limit int64) ([]byte, error) {
	r, err := c.download(ctx, name, query, limit)
	if err != nil {
		return nil, err
	}
	if r.media != media {
		return nil, fmt.Errorf("%w: %w: it is %q, not %s", certs.ErrUnavailable, errNotUnderstood, r.media, media)
	}
	return binary(r.body), nil
}

// download returns a file, or the page that stands in its place.
func (c *Client) download(ctx context.Context, name string, query url.Values, limit int64) (*reply, error) {
	address := c.page(name)
	if query != nil {
		address += "?" + query.Encode()
	}
	return c.send(ctx, http.MethodGet, address, http.NoBody, limit)
}

func parseCertificate(der []byte) (*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", certs.ErrIntegrity, err)
	}
	return certificate, nil
}

// binary takes the armour off if there is one.
func binary(content []byte) []byte {
	if block, _ := pem.Decode(content); block != nil {
		return block.Bytes
	}
	return content
}
