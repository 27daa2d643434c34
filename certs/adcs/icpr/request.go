package icpr

import (
	"context"
	"encoding/binary"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/internal/kerberos"
)

const (
	// opCertServerRequest is the number of the one procedure, [MS-ICPR] section 3.2.4.1.1.
	//
	// [MS-ICPR]: https://learn.microsoft.com/openspecs/windows_protocols/ms-icpr
	opCertServerRequest = 0
	// flagPKCS10 says of what kind the request is, [MS-WCCE] section 3.2.1.4.3.1.1.
	//
	// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
	flagPKCS10 = 0x100
)

// request is what CertServerRequest takes.
type request struct {
	flags uint32
	// id is 0 for a new request, or names the one whose certificate is wanted.
	id         uint32
	csr        []byte
	attributes []byte
}

// attributes returns what the request carries beside the CSR, or nil.
func attributes(template string) []byte {
	if template == "" {
		return nil
	}
	return encodeText("CertificateTemplate:" + template)
}

func (r request) marshal(ctx context.Context, authority string) (stub []byte, err error) {
	defer kerberos.Guard(&err)
	w := ndr.NDR20(nil)
	err = (&icertpassage.CertServerRequestRequest{
		Flags: r.flags, Authority: authority, RequestID: r.id, Attributes: blob(r.attributes), Request: blob(r.csr),
	}).MarshalNDR(ctx, w)
	return w.Bytes(), err
}

func blob(content []byte) *wcce.CertTransportBlob {
	return &wcce.CertTransportBlob{Length: uint32(len(content)), Buffer: content} //nolint:gosec // checked before
}

// encodeText returns text in UTF-16, little-endian, with a NUL at the end.
func encodeText(text string) []byte {
	var encoded []byte
	for _, unit := range append(utf16.Encode([]rune(text)), 0) {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return encoded
}
