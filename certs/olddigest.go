package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/md5" //nolint:gosec // to tell issuers apart; nothing is trusted for it
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/x509"
	"errors"
)

// isOldDigest reports whether the standard library refused to verify a signature for its digest.
func isOldDigest(err error) bool {
	_, old := errors.AsType[x509.InsecureAlgorithmError](err)
	return old
}

// verifiesOldDigest verifies what the standard library does not any more, so that of two authorities with one name the
// right one is found.
func verifiesOldDigest(parent, child *x509.Certificate) bool {
	sha := sha1.Sum(child.RawTBSCertificate) //nolint:gosec // see above
	switch public := parent.PublicKey.(type) {
	case *rsa.PublicKey:
		switch child.SignatureAlgorithm { //nolint:exhaustive // others are the standard library's
		case x509.SHA1WithRSA:
			return rsa.VerifyPKCS1v15(public, crypto.SHA1, sha[:], child.Signature) == nil
		case x509.MD5WithRSA:
			digest := md5.Sum(child.RawTBSCertificate) //nolint:gosec // see above
			return rsa.VerifyPKCS1v15(public, crypto.MD5, digest[:], child.Signature) == nil
		}
	case *ecdsa.PublicKey:
		return child.SignatureAlgorithm == x509.ECDSAWithSHA1 && ecdsa.VerifyASN1(public, sha[:], child.Signature)
	}
	return false
}
