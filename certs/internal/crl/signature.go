package crl

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // makes crypto.SHA256 available
	_ "crypto/sha512" // makes crypto.SHA384 and crypto.SHA512 available
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// algorithm is how a revocation list is signed. The standard library verifies whole messages only; here the digest of a
// stream is verified.
type algorithm struct {
	hash  crypto.Hash
	pss   bool
	curve bool
}

// parseAlgorithm reads an AlgorithmIdentifier. The old digests are refused, as by every client.
func parseAlgorithm(der []byte) (algorithm, error) {
	var id pkix.AlgorithmIdentifier
	if rest, err := asn1.Unmarshal(der, &id); err != nil || len(rest) > 0 {
		return algorithm{}, errMalformed
	}
	switch oid := id.Algorithm.String(); oid {
	case "1.2.840.113549.1.1.11":
		return algorithm{hash: crypto.SHA256}, nil
	case "1.2.840.113549.1.1.12":
		return algorithm{hash: crypto.SHA384}, nil
	case "1.2.840.113549.1.1.13":
		return algorithm{hash: crypto.SHA512}, nil
	case "1.2.840.113549.1.1.10":
		return parsePSS(id.Parameters.FullBytes)
	case "1.2.840.10045.4.3.2":
		return algorithm{hash: crypto.SHA256, curve: true}, nil
	case "1.2.840.10045.4.3.3":
		return algorithm{hash: crypto.SHA384, curve: true}, nil
	case "1.2.840.10045.4.3.4":
		return algorithm{hash: crypto.SHA512, curve: true}, nil
	case "1.2.840.113549.1.1.5", "1.2.840.10045.4.1":
		return algorithm{}, errors.New("it is signed with SHA-1")
	default:
		return algorithm{}, fmt.Errorf("its signature algorithm %s is not supported", oid)
	}
}

// pssParameters are those of RFC 4055.
type pssParameters struct {
	Hash         pkix.AlgorithmIdentifier `asn1:"explicit,tag:0"`
	MGF          pkix.AlgorithmIdentifier `asn1:"explicit,tag:1"`
	SaltLength   int                      `asn1:"explicit,tag:2"`
	TrailerField int                      `asn1:"optional,explicit,tag:3,default:1"`
}

// parsePSS takes the parameters that the standard library takes: one digest throughout, the salt as long as it.
func parsePSS(der []byte) (algorithm, error) {
	unsupported := errors.New("its RSASSA-PSS parameters are not supported")
	var parameters pssParameters
	var mask pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(der, &parameters); err != nil {
		return algorithm{}, unsupported
	}
	if _, err := asn1.Unmarshal(parameters.MGF.Parameters.FullBytes, &mask); err != nil {
		return algorithm{}, unsupported
	}
	isEmpty := func(p asn1.RawValue) bool { return len(p.FullBytes) == 0 || bytes.Equal(p.FullBytes, asn1.NullBytes) }
	hash := map[string]crypto.Hash{
		"2.16.840.1.101.3.4.2.1": crypto.SHA256,
		"2.16.840.1.101.3.4.2.2": crypto.SHA384,
		"2.16.840.1.101.3.4.2.3": crypto.SHA512,
	}[parameters.Hash.Algorithm.String()]
	if hash == 0 || parameters.MGF.Algorithm.String() != "1.2.840.113549.1.1.8" || !mask.Algorithm.Equal(parameters.Hash.Algorithm) ||
		!isEmpty(parameters.Hash.Parameters) || !isEmpty(mask.Parameters) ||
		parameters.SaltLength != hash.Size() || parameters.TrailerField != 1 {
		return algorithm{}, unsupported
	}
	return algorithm{hash: hash, pss: true}, nil
}

// verify checks that issuer, who must be allowed to, signed digest.
func (a algorithm) verify(issuer *x509.Certificate, digest, signature []byte) error {
	if !issuer.IsCA || (issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0) {
		return errors.New("the issuer's certificate does not allow it to sign revocation lists")
	}
	valid := false
	switch key := issuer.PublicKey.(type) {
	case *rsa.PublicKey:
		switch {
		case a.pss:
			valid = rsa.VerifyPSS(key, a.hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		case !a.curve:
			valid = rsa.VerifyPKCS1v15(key, a.hash, digest, signature) == nil
		}
	case *ecdsa.PublicKey:
		valid = a.curve && ecdsa.VerifyASN1(key, digest, signature)
	}
	if !valid {
		return errors.New("the issuer's key did not sign it")
	}
	return nil
}
