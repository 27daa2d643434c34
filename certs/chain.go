package certs

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"slices"
)

const (
	// maxChain is how many issuers a chain may have; real ones have three at most.
	maxChain = 10
	// maxSignatures is how many signatures are verified to find a chain. Candidates come out of untrusted files.
	maxSignatures = 32
	// maxIssuerBits is the longest RSA key that signatures are verified with, as in crypto/tls: the time that it takes
	// grows with the square of the length.
	maxIssuerBits = 8192
)

// chainOf returns the issuers of leaf found among candidates, the nearest first, up to and with the root. Certificates
// that do not belong to the chain are left out. Of several for one issuer, as a renewed authority has them, the one that
// ends last is taken.
func chainOf(leaf *x509.Certificate, candidates []*x509.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	budget := maxSignatures
	for current := leaf; current != nil && !isSelfIssued(current) && len(chain) < maxChain; {
		current = issuerOf(current, without(candidates, chain), &budget)
		if current != nil {
			chain = append(chain, current)
		}
	}
	return chain
}

// issuerOf returns the one among candidates that signed child, nil if there is none or the budget is used up.
func issuerOf(child *x509.Certificate, candidates []*x509.Certificate, budget *int) *x509.Certificate {
	named := slices.DeleteFunc(candidates, func(c *x509.Certificate) bool {
		return c == nil || !bytes.Equal(c.RawSubject, child.RawIssuer)
	})
	slices.SortStableFunc(named, func(a, b *x509.Certificate) int {
		return cmp.Or(cmp.Compare(keyIDRank(a, child), keyIDRank(b, child)), b.NotAfter.Compare(a.NotAfter))
	})
	for _, parent := range named {
		if *budget--; *budget < 0 {
			return nil
		}
		if issued(parent, child) {
			return parent
		}
	}
	return nil
}

// without returns the candidates that are not in chain.
func without(candidates, chain []*x509.Certificate) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(candidates), func(c *x509.Certificate) bool {
		return slices.ContainsFunc(chain, c.Equal)
	})
}

// keyIDRank puts the parents whose key the child names first; it is no proof.
func keyIDRank(parent, child *x509.Certificate) int {
	if len(child.AuthorityKeyId) > 0 && bytes.Equal(parent.SubjectKeyId, child.AuthorityKeyId) {
		return 0
	}
	return 1
}

// issued reports whether parent signed child. Signatures with old digests count: they are for the checks to complain
// about.
func issued(parent, child *x509.Certificate) bool {
	if parent == nil || child == nil || !bytes.Equal(parent.RawSubject, child.RawIssuer) {
		return false
	}
	if key, ok := parent.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxIssuerBits {
		return false
	}
	err := child.CheckSignatureFrom(parent)
	return err == nil || isOldDigest(err) && verifiesOldDigest(parent, child)
}

func isSelfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }
