package crl

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// issuingPoint is the extension IssuingDistributionPoint of RFC 5280, section 5.2.5.
type issuingPoint struct {
	Point            distributionPointName `asn1:"optional,tag:0"`
	OnlyUser         bool                  `asn1:"optional,tag:1"`
	OnlyCA           bool                  `asn1:"optional,tag:2"`
	OnlySomeReasons  asn1.BitString        `asn1:"optional,tag:3"`
	Indirect         bool                  `asn1:"optional,tag:4"`
	OnlyAttributeCAs bool                  `asn1:"optional,tag:5"`
}

type distributionPointName struct {
	FullName     []asn1.RawValue  `asn1:"optional,tag:0"`
	RelativeName pkix.RDNSequence `asn1:"optional,tag:1"`
}

// ErrSomeReasons says that a list speaks for a certificate only if it has an entry for it.
var ErrSomeReasons = errors.New("it lists only some reasons of revocation")

// Covers returns why the list cannot speak for certificate, nil if it can. ErrSomeReasons means that it can only if it
// lists it.
func (l *List) Covers(certificate *x509.Certificate) error {
	if l.removes {
		return errors.New("an entry is one of a delta list (removeFromCRL)")
	}
	for _, extension := range l.extensions {
		if extension.Id.String() == idDelta {
			return errors.New("it is a delta list, which says only what has changed")
		}
		if err := coversBy(extension, certificate); err != nil {
			return err
		}
	}
	return nil
}

func coversBy(extension pkix.Extension, certificate *x509.Certificate) error {
	switch id := extension.Id.String(); id {
	case "2.5.29.28":
		return coversPoint(extension.Value, certificate)
	case idDelta, idNumber:
		_, err := parseNumber(extension.Value)
		return err
	case "2.5.29.35":
		return authorityKey(extension)
	case idFreshest:
		_, err := parseFreshest(extension.Value)
		return err
	default:
		if extension.Critical {
			return fmt.Errorf("its critical extension %s is not understood", id)
		}
	}
	return nil
}

// authorityKey wants an authority key identifier in its right form. Whether it is the issuer's is for the signature to say.
func authorityKey(extension pkix.Extension) error {
	tag, content, rest, ok := cutElement(extension.Value)
	if !ok || tag != tagSequence || len(rest) > 0 || extension.Critical {
		return errMalformed
	}
	for len(content) > 0 {
		if _, _, content, ok = cutElement(content); !ok {
			return errMalformed
		}
	}
	return nil
}

func coversPoint(der []byte, certificate *x509.Certificate) error {
	var point issuingPoint
	if rest, err := asn1.Unmarshal(der, &point); err != nil || len(rest) > 0 {
		return errMalformed
	}
	switch {
	case point.Indirect:
		return errors.New("it is an indirect list, with entries of other authorities")
	case point.OnlyAttributeCAs:
		return errors.New("it lists attribute certificates only")
	case point.OnlyCA && !certificate.IsCA:
		return errors.New("it lists authorities only")
	case point.OnlyUser && certificate.IsCA:
		return errors.New("it lists no authorities")
	case !point.Point.leadsHere(certificate):
		return errors.New("it is of a distribution point that the certificate does not name")
	case point.OnlySomeReasons.BitLength > 0:
		return ErrSomeReasons
	}
	return nil
}

// leadsHere reports whether certificate names the distribution point; one without a name is for all.
func (n distributionPointName) leadsHere(certificate *x509.Certificate) bool {
	if len(n.FullName) == 0 {
		return len(n.RelativeName) == 0
	}
	return slices.ContainsFunc(n.addresses(), func(address string) bool {
		return slices.Contains(certificate.CRLDistributionPoints, address)
	})
}

// addresses returns the names that are URLs.
func (n distributionPointName) addresses() []string {
	const uniformResourceIdentifier = 6
	var found []string
	for _, name := range n.FullName {
		if name.Class == asn1.ClassContextSpecific && name.Tag == uniformResourceIdentifier {
			found = append(found, string(name.Bytes))
		}
	}
	return found
}
