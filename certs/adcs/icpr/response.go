package icpr

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
	"github.com/clouddp/sdk/internal/kerberos"
)

// dispositions, [MS-WCCE] section 3.2.1.4.2.1; what is not among them is an error, commonly an HRESULT.
const (
	dispositionIssued  = 3
	dispositionPending = 5
)

// response is what CertServerRequest returns.
type response struct {
	// code is an error of the call itself; 0 if there is none.
	code        certs.HRESULT
	id          uint32
	disposition uint32
	leaf, rest  []byte // DER and PKCS #7
	reason      string
}

// parseResponse reads its stub.
func parseResponse(ctx context.Context, stub []byte) (a *response, err error) {
	defer kerberos.Guard(&err)
	var r icertpassage.CertServerRequestResponse
	if err := r.UnmarshalNDR(ctx, ndr.NDR20(stub)); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return &response{
		code: certs.HRESULT(r.Return), id: r.RequestID, disposition: r.Disposition,
		leaf: content(r.EncodedCert), rest: content(r.Cert), reason: decodeText(content(r.DispositionMessage)),
	}, nil
}

func content(b *wcce.CertTransportBlob) []byte {
	if b == nil {
		return nil
	}
	return b.Buffer
}

// verdict is what the authority itself has said, in a message that it has signed.
type verdict struct{ err error }

// Error implements error.
func (v *verdict) Error() string { return v.err.Error() }

// Unwrap returns what it has said.
func (v *verdict) Unwrap() error { return v.err }

// chain returns the certificate and its issuers, or why there is none. asked is the id of the request, if it had one
// already.
func (a *response) chain(asked uint32) ([]*x509.Certificate, error) {
	id := ""
	if n := max(a.id, asked); n != 0 {
		id = strconv.FormatUint(uint64(n), 10)
	}
	switch {
	case a.code == answer.CodeInvalidArgument: // for one, the authority has another name, [MS-WCCE] section 3.2.1.4.2.1
		reason := cmp.Or(a.reason, "the server has no authority of that name, or does not understand the request")
		return nil, &verdict{&certs.DeniedError{ID: id, Code: a.code, Reason: reason}}
	case a.code != 0:
		return nil, &verdict{answer.Failure{Code: a.code, ID: id, Reason: a.reason, Submitted: asked == 0}.Err()}
	case a.disposition == dispositionIssued:
		return a.certificates(id, asked)
	case a.disposition == dispositionPending && id == "":
		return nil, fmt.Errorf("%w: a pending request without an id", errAnswer)
	case a.disposition == dispositionPending:
		return nil, &verdict{&certs.PendingError{ID: id, Reason: a.reason}}
	}
	return nil, &verdict{&certs.DeniedError{ID: id, Code: a.denial(), Reason: a.reason}}
}

// denial returns why the request was refused, 0 if nobody knows. Where the disposition is but "denied" the message has it.
func (a *response) denial() certs.HRESULT {
	if a.disposition >= 1<<31 {
		return certs.HRESULT(a.disposition)
	}
	return answer.Code(a.reason)
}

// certificates returns what was issued. A chain that is damaged is left out, for the certificate is worth having alone; if that
// is damaged too, a new request can be asked about later.
func (a *response) certificates(id string, asked uint32) ([]*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(a.leaf)
	if err != nil {
		err = fmt.Errorf("%w: the certificate: %w", errAnswer, err)
		if id == "" || asked != 0 {
			return nil, err
		}
		pending := &certs.PendingError{ID: id, Reason: "it is issued, but arrived damaged"}
		return nil, &verdict{fmt.Errorf("%w: %w", pending, categorise(err))}
	}
	chain := []*x509.Certificate{leaf}
	if len(a.rest) == 0 {
		return chain, nil
	}
	all, err := pkcs7.Certificates(a.rest)
	if err != nil {
		return chain, nil //nolint:nilerr // as above
	}
	return append(chain, slices.DeleteFunc(all, leaf.Equal)...), nil
}

// decodeText returns UTF-16 text up to its NUL on one line of bounded length.
func decodeText(encoded []byte) string {
	const longest = 4 << 10 // what is cut off afterwards is more than this leaves out
	var units []uint16
	for ; len(encoded) > 1 && len(units) < longest; encoded = encoded[2:] {
		unit := binary.LittleEndian.Uint16(encoded)
		if unit == 0 {
			break
		}
		units = append(units, unit)
	}
	return answer.Clean(string(utf16.Decode(units)))
}
