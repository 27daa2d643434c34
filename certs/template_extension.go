package certs

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"unicode/utf16"
)

// templateInformation is the extension by which a certificate says which template issued it, and a request which one it
// wants: CertificateTemplateOID of [MS-WCCE], section 2.2.2.7.7.2.
type templateInformation struct {
	ID           asn1.RawValue // an OID, whose arcs may be longer than encoding/asn1 reads
	Major, Minor int           `asn1:"optional"`
}

// oidTemplate is szOID_CERTIFICATE_TEMPLATE.
func oidTemplate() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7} }

// templateOf returns the OID in the extension; ok is false if c has none that can be read.
func templateOf(c *x509.Certificate) (oid x509.OID, ok bool) {
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(oidTemplate()) {
			continue
		}
		var information templateInformation
		rest, err := asn1.Unmarshal(extension.Value, &information)
		if err != nil || len(rest) > 0 || information.ID.FullBytes[0] != asn1.TagOID {
			return oid, false
		}
		return oid, oid.UnmarshalBinary(information.ID.Bytes) == nil
	}
	return oid, false
}

// templateExtension names the template once: by its object identifier if that is known, else by its name, as the
// templates of Windows 2000 are named. An authority refuses a request that names two that disagree.
func (r *Request) templateExtension() (pkix.Extension, error) {
	if r.TemplateOID == "" {
		name, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagBMPString, Bytes: bmpString(r.Template)})
		oidTemplateName := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2} // szOID_ENROLL_CERTTYPE_EXTENSION
		return pkix.Extension{Id: oidTemplateName, Value: name}, err
	}
	oid, err := x509.ParseOID(r.TemplateOID)
	if err != nil {
		return pkix.Extension{}, err
	}
	arcs, err := oid.MarshalBinary()
	if err != nil {
		return pkix.Extension{}, err
	}
	fields := []any{asn1.RawValue{Tag: asn1.TagOID, Bytes: arcs}}
	if r.TemplateRevision > 0 {
		fields = append(fields, r.TemplateRevision, r.TemplateMinorRevision) // Windows writes both, 0 too
	}
	value, err := marshalSequence(fields)
	return pkix.Extension{Id: oidTemplate(), Value: value}, err
}

func marshalSequence(fields []any) ([]byte, error) {
	var content []byte
	for _, field := range fields {
		der, err := asn1.Marshal(field)
		if err != nil {
			return nil, err
		}
		content = append(content, der...)
	}
	return asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: content})
}

// bmpString encodes s in UTF-16, the most significant byte first.
func bmpString(s string) []byte {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		encoded = binary.BigEndian.AppendUint16(encoded, unit)
	}
	return encoded
}
