package pkcs7

import (
	"crypto/x509"
	"encoding/asn1"
)

// Encode returns a message that holds certificates.
func Encode(certificates ...*x509.Certificate) ([]byte, error) {
	var list []byte
	for _, c := range certificates {
		list = append(list, c.Raw...)
	}
	inner, err := asn1.Marshal(contentInfo{Type: oidData()})
	if err != nil {
		return nil, err
	}
	empty := asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSet, IsCompound: true}
	signed, err := asn1.Marshal(signedData{
		Version:      1,
		Digests:      empty,
		Inner:        asn1.RawValue{FullBytes: inner},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: list},
		Signers:      empty,
	})
	if err != nil {
		return nil, err
	}
	content := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: signed}
	return asn1.Marshal(contentInfo{Type: oidSignedData(), Content: content})
}
