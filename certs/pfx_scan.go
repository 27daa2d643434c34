package certs

import (
	"encoding/asn1"
	"math/big"
)

const (
	maxScannedIterations = 5_000_000
	maxScanDepth         = 24
)

// kdfCost is what a PKCS #12 file shows of its key derivations without a password.
type kdfCost struct {
	// iterations is the sum of all counts, at most one more than maxScannedIterations.
	iterations int64
	// indefinite says that a length is left open, which BER allows and DER does not.
	indefinite bool
}

// scanKDF adds up the iteration counts in a PKCS #12 file. Wherever the format derives a key (PBEParameter and MacData of
// RFC 7292, PBKDF2-params of RFC 8018) the count is an INTEGER right after the salt, an OCTET STRING; nothing else in a
// file has that shape.
func scanKDF(pfx []byte) kdfCost {
	var cost kdfCost
	cost.scan(pfx, 0)
	return cost
}

func (c *kdfCost) scan(der []byte, depth int) {
	afterSalt := false
	for len(der) > 1 && depth < maxScanDepth {
		if der[1] == 0x80 {
			c.indefinite = true
			return
		}
		var element asn1.RawValue
		rest, err := asn1.Unmarshal(der, &element)
		if err != nil {
			return
		}
		isInteger := element.Class == asn1.ClassUniversal && element.Tag == asn1.TagInteger
		if afterSalt && isInteger {
			c.add(element.Bytes)
		}
		afterSalt = element.Tag == asn1.TagOctetString
		if element.IsCompound || (afterSalt && isSequence(element.Bytes)) {
			c.scan(element.Bytes, depth+1)
		}
		der = rest
	}
}

func (c *kdfCost) add(count []byte) {
	n := new(big.Int).SetBytes(count)
	if !n.IsInt64() || n.Int64() > maxScannedIterations {
		c.iterations = maxScannedIterations + 1
		return
	}
	c.iterations = min(c.iterations+n.Int64(), maxScannedIterations+1)
}

// isSequence reports whether content, found in an OCTET STRING, is itself a DER structure; a salt or a ciphertext is not.
func isSequence(content []byte) bool {
	if len(content) > 1 && content[0] == 0x30 && content[1] == 0x80 {
		return true
	}
	var element asn1.RawValue
	rest, err := asn1.Unmarshal(content, &element)
	return err == nil && len(rest) == 0 && element.Class == asn1.ClassUniversal && element.Tag == asn1.TagSequence
}
