package pkcs12

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"
)

// The structures of RFC 7292 section 4 and of the documents it leans on.
type (
	pfx struct {
		Version  int
		AuthSafe contentInfo
		MAC      macData `asn1:"optional"`
	}
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	macData struct {
		MAC        digestInfo
		Salt       []byte
		Iterations *big.Int `asn1:"optional"`
	}
	digestInfo struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	encryptedData struct {
		Version int
		Content encryptedContentInfo
	}
	encryptedContentInfo struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Content   asn1.RawValue `asn1:"tag:0,optional"`
	}
	safeBag struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue  `asn1:"tag:0,explicit"`
		Attributes []bagAttribute `asn1:"set,optional"`
	}
	bagAttribute struct {
		ID     asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
	certBag struct {
		ID   asn1.ObjectIdentifier
		Data []byte `asn1:"tag:0,explicit"`
	}
	shroudedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	// privateKeyInfo is of RFC 5208.
	privateKeyInfo struct {
		Version    int
		Algorithm  pkix.AlgorithmIdentifier
		Key        []byte
		Attributes []bagAttribute `asn1:"tag:0,set,optional"`
	}
	// pbeParameter belongs to the encryption of RFC 7292 appendix C.
	pbeParameter struct {
		Salt       []byte
		Iterations *big.Int
	}
	// pbes2Params has the shape of PBMAC1-params too (RFC 8018 appendix A).
	pbes2Params struct {
		Derivation pkix.AlgorithmIdentifier
		Scheme     pkix.AlgorithmIdentifier
	}
	pbkdf2Params struct {
		Salt       []byte
		Iterations *big.Int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

const (
	typeData          = "1.2.840.113549.1.7.1"
	typeSignedData    = "1.2.840.113549.1.7.2"
	typeEnvelopedData = "1.2.840.113549.1.7.3"
	typeEncryptedData = "1.2.840.113549.1.7.6"

	bagKey          = "1.2.840.113549.1.12.10.1.1"
	bagShroudedKey  = "1.2.840.113549.1.12.10.1.2"
	bagCert         = "1.2.840.113549.1.12.10.1.3"
	bagSafeContents = "1.2.840.113549.1.12.10.1.6"
	certX509        = "1.2.840.113549.1.9.22.1"

	attrFriendlyName = "1.2.840.113549.1.9.20"
	attrLocalKeyID   = "1.2.840.113549.1.9.21"
	attrProvider     = "1.3.6.1.4.1.311.17.1"
	attrMachineKey   = "1.3.6.1.4.1.311.17.2"
	attrKeyUsage     = "2.5.29.15"

	pbeRC2128      = "1.2.840.113549.1.12.1.5"
	pbeRC240       = "1.2.840.113549.1.12.1.6"
	pbe3DES3       = "1.2.840.113549.1.12.1.3"
	pbe3DES2       = "1.2.840.113549.1.12.1.4"
	schemePBES2    = "1.2.840.113549.1.5.13"
	schemePBMAC1   = "1.2.840.113549.1.5.14"
	schemePBKDF2   = "1.2.840.113549.1.5.12"
	cipher3DES     = "1.2.840.113549.3.7"
	cipherAES128   = "2.16.840.1.101.3.4.1.2"
	cipherAES192   = "2.16.840.1.101.3.4.1.22"
	cipherAES256   = "2.16.840.1.101.3.4.1.42"
	digestSHA1     = "1.3.14.3.2.26"
	digestSHA224   = "2.16.840.1.101.3.4.2.4"
	digestSHA256   = "2.16.840.1.101.3.4.2.1"
	digestSHA384   = "2.16.840.1.101.3.4.2.2"
	digestSHA512   = "2.16.840.1.101.3.4.2.3"
	hmacWithSHA1   = "1.2.840.113549.2.7"
	hmacWithSHA224 = "1.2.840.113549.2.8"
	hmacWithSHA256 = "1.2.840.113549.2.9"
	hmacWithSHA384 = "1.2.840.113549.2.10"
	hmacWithSHA512 = "1.2.840.113549.2.11"
)

// object returns the object identifier that the dotted constants above spell.
func object(dotted string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(dotted, ".") {
		if n, err := strconv.Atoi(arc); err == nil {
			id = append(id, n)
		}
	}
	return id
}

func algorithm(dotted string, parameters []byte) pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: object(dotted), Parameters: asn1.RawValue{FullBytes: parameters}}
}
