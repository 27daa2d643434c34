package certsrv

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	if err := answer.NotReached(code); err != nil {
		return "", err
	}
	switch {
	case code != 0, p.denied:
		return "", &certs.DeniedError{ID: p.onlyNumber(), Code: code, Reason: p.reason()}
	case p.issued != "":
		return p.issued, nil
	}
	if id, err = c.pendingID(ctx, p.numbers); err != nil {
		return "", fmt.Errorf("%w: %w", certs.ErrUnknown, err)
	}
	return "", &certs.PendingError{ID: id}
}

// maxAsked bounds how many numbers of a page the authority is asked about.
const maxAsked = 16

// pendingID returns which number on a page is that of the request. The request is the newest at the authority, so it is the
// highest that waits there.
func (c *Client) pendingID(ctx context.Context, numbers []uint64) (string, error) {
	switch {
	case len(numbers) == 0, len(numbers) > maxAsked:
		return "", errNotUnderstood
	case len(numbers) == 1:
		return strconv.FormatUint(numbers[0], 10), nil
	}
	slices.Sort(numbers)
	for _, n := range slices.Backward(numbers) {
		id := strconv.FormatUint(n, 10)
		_, err := c.certificate(ctx, id)
		_, isPending := errors.AsType[*certs.PendingError](err)
		_, isDenied := errors.AsType[*certs.DeniedError](err)
		switch {
		case isPending:
			return id, nil
		case err == nil, isDenied, errors.Is(err, certs.ErrNotFound):
			continue
		}
		return "", fmt.Errorf("the request seems to wait; asking for its id among %d: %w", numbers, err)
	}
	return "", errNotUnderstood
}
