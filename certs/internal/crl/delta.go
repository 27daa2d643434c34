package crl

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// Object identifiers of the extensions that join a delta list to its full list (RFC 5280, sections 5.2.3, 5.2.4, 5.2.6).
const (
	idNumber   = "2.5.29.20"
	idDelta    = "2.5.29.27"
	idFreshest = "2.5.29.46"
)

// Freshest returns where the delta list is that says what has changed since, nothing if there is none.
func (l *List) Freshest() []string {
	addresses, err := parseFreshest(l.extension(idFreshest))
	if err != nil {
		return nil
	}
	return addresses
}

// CoversSince returns why the list, a delta list, cannot say what has changed since full, nil if it can.
func (l *List) CoversSince(full *List, certificate *x509.Certificate) error {
	base, err := parseNumber(l.extension(idDelta))
	if err != nil {
		return errors.New("it is no delta list")
	}
	was, err := parseNumber(full.extension(idNumber))
	if err != nil {
		return errors.New("the full list has no number")
	}
	is, err := parseNumber(l.extension(idNumber))
	if err != nil {
		return errors.New("it has no number")
	}
	if base.Cmp(was) > 0 || is.Cmp(was) < 0 {
		return fmt.Errorf("it leads from number %d to %d, and the full list has number %d", base, is, was)
	}
	for _, extension := range l.extensions {
		if err := coversBy(extension, certificate); err != nil {
			return err
		}
	}
	return nil
}

// extension returns the value of an extension, nil if there is none.
func (l *List) extension(id string) []byte {
	for _, extension := range l.extensions {
		if extension.Id.String() == id {
			return extension.Value
		}
	}
	return nil
}

func parseNumber(der []byte) (*big.Int, error) {
	var number *big.Int
	if rest, err := asn1.Unmarshal(der, &number); err != nil || len(rest) > 0 || number.BitLen() > 160 {
		return nil, errMalformed
	}
	return number, nil
}

func parseFreshest(der []byte) ([]string, error) {
	var points []struct {
		Name    distributionPointName `asn1:"optional,tag:0"`
		Reasons asn1.BitString        `asn1:"optional,tag:1"`
		Issuer  asn1.RawValue         `asn1:"optional,tag:2"`
	}
	if rest, err := asn1.Unmarshal(der, &points); err != nil || len(rest) > 0 {
		return nil, errMalformed
	}
	var addresses []string
	for _, point := range points {
		addresses = append(addresses, point.Name.addresses()...)
	}
	return addresses, nil
}
