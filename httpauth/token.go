package httpauth

import (
	"crypto"
	"crypto/md5" //nolint:gosec // RFC 4121 prescribes it
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// token returns the first and only token of a Negotiate conversation: an AP-REQ in the framing of GSS-API (RFC 4121,
// section 4.1) in that of SPNEGO (RFC 4178, section 4.2). The server need not prove itself in it: TLS has done that.
func (t *ticket) token(binding []byte) (token []byte, err error) {
	defer guard(&err)
	authenticator, err := types.NewAuthenticator(t.realm, t.client)
	if err != nil {
		return nil, err
	}
	authenticator.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: checksum(binding)}
	request, err := messages.NewAPReq(t.ticket, t.key, authenticator)
	if err != nil {
		return nil, err
	}
	mechToken, err := frame(request)
	if err != nil {
		return nil, err
	}
	outer := spnego.SPNEGOToken{Init: true, NegTokenInit: spnego.NegTokenInit{
		MechTypes:      []asn1.ObjectIdentifier{gssapi.OIDKRB5.OID()},
		MechTokenBytes: mechToken,
	}}
	return outer.Marshal()
}

func frame(request messages.APReq) ([]byte, error) {
	inner, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		return nil, err
	}
	id, err := hex.DecodeString(spnego.TOK_ID_KRB_AP_REQ)
	if err != nil {
		return nil, err
	}
	return asn1tools.AddASNAppTag(append(append(oid, id...), inner...), 0), nil
}

// checksum is that of RFC 4121, section 4.1.1: the digest of the channel binding, zero for none, and the flags.
func checksum(binding []byte) []byte {
	const digestLength = md5.Size
	sum := binary.LittleEndian.AppendUint32(nil, digestLength)
	if binding == nil {
		sum = append(sum, make([]byte, digestLength)...)
	} else {
		digest := md5.Sum(binding) //nolint:gosec // RFC 4121 prescribes it
		sum = append(sum, digest[:]...)
	}
	return binary.LittleEndian.AppendUint32(sum, gssapi.ContextFlagInteg|gssapi.ContextFlagConf)
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
