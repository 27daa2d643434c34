package httpauth

import (
	"crypto"
	"crypto/x509"
	"encoding/binary"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/oiweiwei/gokrb5.fork/v9/gssapi"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"

	"github.com/clouddp/sdk/internal/kerberos"
)

// negotiateToken returns the first and only token of a Negotiate conversation: the ticket in the framing of GSS-API in that of
// SPNEGO (RFC 4178, section 4.2). The server need not prove itself in it: TLS has done that.
func negotiateToken(t *kerberos.Ticket, binding []byte) (token []byte, err error) {
	defer kerberos.Guard(&err)
	request, err := t.Request(binding, gssapi.ContextFlagInteg|gssapi.ContextFlagConf)
	if err != nil {
		return nil, err
	}
	mechToken, err := kerberos.Frame(request)
	if err != nil {
		return nil, err
	}
	outer := spnego.SPNEGOToken{Init: true, NegTokenInit: spnego.NegTokenInit{
		MechTypes:      []asn1.ObjectIdentifier{gssapi.OIDKRB5.OID()},
		MechTokenBytes: mechToken,
	}}
	return outer.Marshal()
}

// channelBinding names the TLS channel to the server with this certificate, in the form that RFC 4121, section 4.1.1.2, and
// RFC 5929, section 4, prescribe: four empty fields for addresses, then the application data. It is nil where the
// certificate has no digest that RFC 5929 defines.
func channelBinding(certificate *x509.Certificate) []byte {
	if certificate == nil {
		return nil
	}
	digest := bindingHash(certificate.SignatureAlgorithm)
	if !digest.Available() {
		return nil
	}
	h := digest.New()
	_, _ = h.Write(certificate.Raw) // a hash takes everything
	data := h.Sum([]byte("tls-server-end-point:"))
	addresses := make([]byte, 4*4)
	return append(binary.LittleEndian.AppendUint32(addresses, uint32(len(data))), data...) //nolint:gosec // some dozen bytes
}

// bindingHash returns the hash of the certificate's signature, SHA-256 instead of MD5 and SHA-1; 0 if it has none.
func bindingHash(algorithm x509.SignatureAlgorithm) crypto.Hash {
	switch algorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1,
		x509.SHA256WithRSA, x509.ECDSAWithSHA256, x509.SHA256WithRSAPSS, x509.DSAWithSHA256:
		return crypto.SHA256
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		return crypto.SHA384
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		return crypto.SHA512
	default:
		return 0
	}
}
