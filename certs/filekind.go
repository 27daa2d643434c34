package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
)

// maxFile is the largest file read, in bytes.
const maxFile = 1 << 20

const pemBegin = "-----BEGIN "

// derOf takes off what a file may be wrapped in: a byte order mark, PEM armour that bears one of labels, Base64. A
// reason says why it could not.
func derOf(file []byte, labels ...string) (der []byte, reason string) {
	if isSequenceTag(file) {
		return file, ""
	}
	text := withoutMark(file)
	if len(text) == 0 {
		return nil, "is empty"
	}
	if bytes.Contains(text, []byte(pemBegin)) {
		return fromPEM(text, labels)
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
	if err != nil || !isSequenceTag(der) {
		return nil, "is neither DER nor Base64"
	}
	return der, ""
}

// withoutMark takes off the byte order mark with which Windows programs begin a text.
func withoutMark(file []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\xEF\xBB\xBF")))
}

func isSequenceTag(der []byte) bool { return len(der) > 0 && der[0] == 0x30 }

func fromPEM(text []byte, labels []string) (der []byte, reason string) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, "is damaged PEM"
	case !slices.Contains(labels, block.Type):
		return nil, fmt.Sprintf("holds a PEM block %.40q, not a %s", block.Type, labels[0])
	case bytes.Contains(rest, []byte(pemBegin)):
		return nil, "holds more than one PEM block; one is wanted"
	}
	return block.Bytes, ""
}

// fileKind is what a DER file is, as far as its first elements tell.
type fileKind int

const (
	kindUnknown fileKind = iota
	kindCertificate
	kindP7B
	kindPFX
	kindKey
	kindEncryptedKey
)

// kindOf tells the files apart that are most often mistaken for one another.
func kindOf(der []byte) fileKind {
	var container, first, second asn1.RawValue
	if _, err := asn1.Unmarshal(der, &container); err != nil {
		return kindUnknown
	}
	rest, err := asn1.Unmarshal(container.Bytes, &first)
	if err != nil {
		return kindUnknown
	}
	if _, err := asn1.Unmarshal(rest, &second); err != nil {
		second = asn1.RawValue{}
	}
	switch {
	case first.Tag == asn1.TagOID:
		return kindP7B
	case first.Tag == asn1.TagInteger && bytes.Equal(first.Bytes, []byte{3}):
		return kindPFX
	case first.Tag == asn1.TagInteger:
		return kindKey
	case first.Tag == asn1.TagSequence && second.Tag == asn1.TagOctetString:
		return kindEncryptedKey
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return kindCertificate
	}
	return kindUnknown
}
