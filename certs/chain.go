package certs

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
)

const (
	// maxChain is how many issuers a chain may have; real ones have three at most.
	maxChain = 10
	// maxIssuerBits is the longest RSA key that signatures are verified with. Candidates come out of untrusted files, and
	// the time that a signature takes grows with the square of the length.
	maxIssuerBits = 16_384
)

// chainOf returns the issuers of leaf found among candidates, the nearest first, up to and with the root. Certificates
// that do not belong to the chain are left out.
func chainOf(leaf *x509.Certificate, candidates []*x509.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	for current := leaf; !isSelfIssued(current) && len(chain) < maxChain; {
		i := slices.IndexFunc(candidates, func(c *x509.Certificate) bool {
			return issued(c, current) && !slices.ContainsFunc(chain, c.Equal)
		})
		if i < 0 {
			break
		}
		current = candidates[i]
		chain = append(chain, current)
	}
	return chain
}

// issued reports whether parent signed child. A signature that the standard library refuses to verify for its old
// digest counts: it is for the checks to complain about.
func issued(parent, child *x509.Certificate) bool {
	if parent == nil || !bytes.Equal(parent.RawSubject, child.RawIssuer) {
		return false
	}
	if key, ok := parent.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxIssuerBits {
		return false
	}
	err := child.CheckSignatureFrom(parent)
	_, old := errors.AsType[x509.InsecureAlgorithmError](err)
	return err == nil || old
}

func isSelfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }
