package certsrv

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

// submit sends the request, once, and returns the page that answers it.
func (c *Client) submit(ctx context.Context, csr []byte, template string) (*page, error) {
	fields := url.Values{
		"Mode":             {"newreq"},
		"CertRequest":      {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))},
		"CertAttrib":       {attributes(template)},
		"FriendlyType":     {"Saved-Request Certificate"},
		"TargetStoreFlags": {"0"},
		"SaveCert":         {"yes"},
	}
	reply, err := c.send(ctx, http.MethodPost, c.page("certfnsh.asp"), strings.NewReader(fields.Encode()), maxPage)
	if err != nil {
		return nil, err
	}
	return parsePage(reply.body), nil
}

func attributes(template string) string {
	if template == "" {
		return ""
	}
	return "CertificateTemplate:" + template + "\r\n"
}

// errNotUnderstood says that a page holds none of the marks by which an outcome is known.
var errNotUnderstood = errors.New("the page is none that is known")

// outcome returns the id of an issued request; everything else is an error. The request has been made.
func (c *Client) outcome(ctx context.Context, p *page) (id string, err error) {
	code := p.code()
	switch {
	case p.denied:
		return "", &certs.DeniedError{ID: c.deniedID(ctx, p), Code: code, Reason: p.reason()}
	case code != 0:
		err := answer.Failure{Code: code, Reason: p.reason(), Submitted: true}.Err()
		if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
			denied.ID = c.deniedID(ctx, p)
		}
		return "", err
	case p.issued != "":
		return p.issued, nil
	}
	if id, err = c.pendingID(ctx, p); err != nil {
		return "", fmt.Errorf("%w: %w", certs.ErrUnknown, err)
	}
	return "", &certs.PendingError{ID: id}
}

// deniedID returns the number in a refusal if the authority confirms that it has refused that request, else "".
func (c *Client) deniedID(ctx context.Context, p *page) string {
	id := p.refusedNumber()
	if id == "" {
		return ""
	}
	_, err := c.certificate(ctx, id)
	if denied, ok := errors.AsType[*certs.DeniedError](err); !ok || denied.Code != p.code() {
		return ""
	}
	return id
}

// contradicts reports whether the authority denies that a request is issued to which a page leads. Then the page was none of its
// own, or about something else.
func contradicts(err error) bool {
	_, isPending := errors.AsType[*certs.PendingError](err)
	_, isDenied := errors.AsType[*certs.DeniedError](err)
	return isPending || isDenied || errors.Is(err, certs.ErrNotFound)
}

// isFor reports whether a certificate has the key of a request, as far as that can be read here.
func isFor(leaf *x509.Certificate, csr []byte) bool {
	request, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return true
	}
	key, known := request.PublicKey.(interface {
		Equal(other crypto.PublicKey) bool
	})
	return !known || key.Equal(leaf.PublicKey)
}
