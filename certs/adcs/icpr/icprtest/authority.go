package icprtest

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

// dispositions, [MS-WCCE] section 3.2.1.4.2.1 and, for a request looked up again, 3.2.1.4.2.1.4.1.3.
//
// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
const (
	dispositionDenied  = 2
	dispositionIssued  = 3
	dispositionPending = 5
)

const (
	codeInvalidArgument = 0x80070057 // E_INVALIDARG
	codePropertyEmpty   = 0x80094004 // CERTSRV_E_PROPERTY_EMPTY

	// requestTypes are the bits of dwFlags that say of what kind a request is; one is PKCS #10.
	requestTypes, requestPKCS10 = 0xff00, 0x0100
)

// authority is ICertPassage over the requests of a CA, for one call.
type authority struct {
	server *Server
	status uint32 // the Fault to answer with, 0 for none
}

type (
	call  = icertpassage.CertServerRequestRequest
	reply = icertpassage.CertServerRequestResponse
)

// CertServerRequest implements the interface of the server stub, [MS-ICPR] section 3.2.4.1.1.
//
// [MS-ICPR]: https://learn.microsoft.com/openspecs/windows_protocols/ms-icpr
func (a *authority) CertServerRequest(ctx context.Context, c *call) (*reply, error) {
	if !strings.EqualFold(c.Authority, a.server.ca.Name()) {
		return &reply{RequestID: c.RequestID, Return: codeInvalidArgument}, nil
	}
	if len(buffer(c.Request)) == 0 {
		return a.inspect(ctx, c), nil
	}
	return a.submit(ctx, c), nil
}

// submit takes in a new request.
func (a *authority) submit(ctx context.Context, c *call) *reply {
	template, ok := templateOf(buffer(c.Attributes))
	kind := c.Flags & requestTypes
	if !ok || c.RequestID != 0 || kind != 0 && kind != requestPKCS10 {
		return &reply{RequestID: c.RequestID, Return: codeInvalidArgument}
	}
	chain, err := a.server.ca.Issue(ctx, buffer(c.Request), template)
	if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
		return a.answer(denied.ID, uint32(denied.Code), nil, denied.Reason)
	}
	return a.result(chain, err)
}

// inspect looks up a request that came in before.
func (a *authority) inspect(ctx context.Context, c *call) *reply {
	if c.RequestID == 0 || len(buffer(c.Attributes)) != 0 {
		return &reply{RequestID: c.RequestID, Return: codeInvalidArgument}
	}
	id := strconv.FormatUint(uint64(c.RequestID), 10)
	chain, err := a.server.ca.Retrieve(ctx, id)
	if errors.Is(err, certs.ErrNotFound) {
		return &reply{RequestID: c.RequestID, Return: codePropertyEmpty}
	}
	if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
		return a.answer(denied.ID, dispositionDenied, nil, fmt.Sprintf("%s. %s", denied.Reason, denied.Code))
	}
	answer := a.result(chain, err)
	answer.RequestID = c.RequestID
	return answer
}

// result answers with a certificate, a request that is pending, or what went wrong with the authority itself.
func (a *authority) result(chain []*x509.Certificate, err error) *reply {
	pending, isPending := errors.AsType[*certs.PendingError](err)
	switch {
	case err == nil:
		return a.answer("", dispositionIssued, chain, "Issued")
	case isPending:
		return a.answer(pending.ID, dispositionPending, nil, pending.Reason)
	case errors.Is(err, certs.ErrUnknown):
		a.status = hungUp
	default:
		a.status = faultUnavailable
	}
	return &reply{}
}

func (a *authority) answer(id string, disposition uint32, chain []*x509.Certificate, message string) *reply {
	number, _ := strconv.ParseUint(id, 10, 32)
	answer := &reply{
		RequestID: uint32(number), Disposition: disposition, DispositionMessage: blob(append(encode(message+"\r\n"), 0, 0)),
	}
	if len(chain) > 0 {
		message, err := pkcs7.Encode(chain...)
		if err != nil {
			a.status = faultUnavailable
			return answer
		}
		answer.EncodedCert, answer.Cert = blob(chain[0].Raw), blob(message)
	}
	return answer
}

// templateOf reads the attributes of a request: UTF-16 with a NUL at its end and nowhere else, lines of "name:value".
// Of them an authority without special settings heeds but one.
func templateOf(attributes []byte) (template string, ok bool) {
	if len(attributes) == 0 {
		return "", true
	}
	if len(attributes)%2 != 0 || binary.LittleEndian.Uint16(attributes[len(attributes)-2:]) != 0 {
		return "", false
	}
	text := decode(attributes[:len(attributes)-2])
	if strings.Contains(text, "\x00") {
		return "", false
	}
	for line := range strings.SplitSeq(text, "\n") {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		if !found && line != "" {
			return "", false
		}
		if strings.EqualFold(strings.TrimSpace(name), "CertificateTemplate") {
			template = strings.TrimSpace(value)
		}
	}
	return template, true
}

func buffer(b *wcce.CertTransportBlob) []byte {
	if b == nil {
		return nil
	}
	return b.Buffer
}

func blob(content []byte) *wcce.CertTransportBlob {
	return &wcce.CertTransportBlob{Length: uint32(len(content)), Buffer: content} //nolint:gosec // a chain
}
