package icpr

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

// dispositions, [MS-WCCE] section 3.2.1.4.2.1; what is not among them is an error, commonly an HRESULT.
const (
	dispositionIssued  = 3
	dispositionPending = 5
)

// results of the call itself.
const (
	// codeInvalidArgument is E_INVALIDARG: for one, the authority has another name, [MS-WCCE] section 3.2.1.4.2.1.
	codeInvalidArgument certs.HRESULT = 0x80070057
	// codePropertyEmpty is CERTSRV_E_PROPERTY_EMPTY: no request has the id, [MS-WCCE] section 3.2.1.4.3.1.2.
	codePropertyEmpty certs.HRESULT = 0x80094004
)

// maxReason bounds a disposition message, in characters.
const maxReason = 512

// answer is what CertServerRequest returns.
type answer struct {
	// code is an error of the call itself; 0 if there is none.
	code        certs.HRESULT
	id          uint32
	disposition uint32
	leaf, rest  []byte // DER and PKCS #7
	reason      string
}

// parseAnswer reads the stub of a response.
func parseAnswer(ctx context.Context, stub []byte) (a *answer, err error) {
	defer guard(&err)
	var r icertpassage.CertServerRequestResponse
	if err := r.UnmarshalNDR(ctx, ndr.NDR20(stub)); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return &answer{
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

// chain returns the certificate and its issuers, or why there is none. asked is the id of the request, if it had one
// already.
func (a *answer) chain(asked uint32) ([]*x509.Certificate, error) {
	id := ""
	if n := max(a.id, asked); n != 0 {
		id = strconv.FormatUint(uint64(n), 10)
	}
	switch {
	case a.code == codeInvalidArgument:
		reason := cmp.Or(a.reason, "the server has no authority of that name, or does not understand the request")
		return nil, &certs.DeniedError{ID: id, Code: a.code, Reason: reason}
	case a.code != 0:
		return nil, &certs.DeniedError{ID: id, Code: a.code, Reason: a.reason}
	case a.disposition == dispositionIssued:
		return a.certificates()
	case a.disposition == dispositionPending && id == "":
		return nil, fmt.Errorf("%w: a pending request without an id", errAnswer)
	case a.disposition == dispositionPending:
		return nil, &certs.PendingError{ID: id, Reason: a.reason}
	}
	return nil, &certs.DeniedError{ID: id, Code: a.denial(), Reason: a.reason}
}

// inMessage finds an HRESULT in a disposition message, which has it where the disposition is but "denied".
var inMessage = regexp.MustCompile(`\b0x8[0-9a-fA-F]{7}\b`)

// denial returns why the request was refused, 0 if nobody knows.
func (a *answer) denial() certs.HRESULT {
	if a.disposition >= 1<<31 {
		return certs.HRESULT(a.disposition)
	}
	code, err := strconv.ParseUint(inMessage.FindString(a.reason), 0, 32)
	if err != nil {
		return 0
	}
	return certs.HRESULT(code)
}

func (a *answer) certificates() ([]*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(a.leaf)
	if err != nil {
		return nil, fmt.Errorf("%w: the certificate: %w", errAnswer, err)
	}
	chain := []*x509.Certificate{leaf}
	if len(a.rest) == 0 {
		return chain, nil
	}
	all, err := pkcs7.Certificates(a.rest)
	if err != nil {
		return nil, fmt.Errorf("%w: the chain: %w", errAnswer, err)
	}
	for _, c := range all {
		if !bytes.Equal(c.Raw, leaf.Raw) {
			chain = append(chain, c)
		}
	}
	return chain, nil
}

// decodeText returns UTF-16 text up to its NUL on one line of bounded length.
func decodeText(encoded []byte) string {
	var units []uint16
	for ; len(encoded) > 1 && len(units) < 4*maxReason; encoded = encoded[2:] {
		unit := binary.LittleEndian.Uint16(encoded)
		if unit == 0 {
			break
		}
		units = append(units, unit)
	}
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, string(utf16.Decode(units)))
	runes := []rune(strings.Join(strings.Fields(printable), " "))
	return string(runes[:min(len(runes), maxReason)])
}
