package crl

import (
	"errors"
	"fmt"
	"time"
)

// Tags of ASN.1 as they stand in the first byte of an element.
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagEnumerated      = 0x0A
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagSequence        = 0x30
	tagExtensions      = 0xA0
)

// Object identifiers of the extensions of an entry, in DER: 2.5.29.21, 2.5.29.24 and 2.5.29.29.
const (
	oidReason         = "\x55\x1D\x15"
	oidInvalidityDate = "\x55\x1D\x18"
	oidCertIssuer     = "\x55\x1D\x1D"
)

// reasonRemove is removeFromCRL: a certificate is no longer revoked; only a delta list may say so.
const reasonRemove = 8

// Entry is what a revocation list says of one certificate.
type Entry struct {
	// Revoked is when the certificate was revoked, UTC.
	Revoked time.Time
	// Invalid is since when its key is suspected, UTC; zero if the list does not say.
	Invalid time.Time

	reason int
}

// parse checks an entry and reports whether its serial number is serial (the content of a DER INTEGER); only then does it
// read the time.
func (e *Entry) parse(content, serial []byte) (isWanted bool, err error) {
	tag, number, rest, ok := cutElement(content)
	if !ok || tag != tagInteger || !isMinimal(number) {
		return false, errMalformed
	}
	tag, date, rest, ok := cutElement(rest)
	if !ok || !isDERTime(tag, date) {
		return false, errMalformed
	}
	isWanted = string(number) == string(serial)
	if isWanted {
		e.Revoked = derTime(tag, date)
	}
	if len(rest) == 0 {
		return isWanted, nil
	}
	tag, extensions, rest, ok := cutElement(rest)
	if !ok || tag != tagSequence || len(rest) > 0 {
		return false, errMalformed
	}
	for len(extensions) > 0 {
		tag, extension, others, ok := cutElement(extensions)
		if !ok || tag != tagSequence {
			return false, errMalformed
		}
		if err := e.extension(extension); err != nil {
			return false, err
		}
		extensions = others
	}
	return isWanted, nil
}

func (e *Entry) extension(content []byte) error {
	tag, oid, rest, ok := cutElement(content)
	if !ok || tag != tagOID || !isDEROID(oid) {
		return errMalformed
	}
	critical := false
	if len(rest) > 0 && rest[0] == tagBoolean {
		_, flag, value, ok := cutElement(rest)
		if !ok || len(flag) != 1 || (flag[0] != 0 && flag[0] != 0xFF) {
			return errMalformed
		}
		critical, rest = flag[0] == 0xFF, value
	}
	tag, value, rest, ok := cutElement(rest)
	if !ok || tag != tagOctetString || len(rest) > 0 {
		return errMalformed
	}
	switch string(oid) {
	case oidReason:
		return e.reasonCode(value)
	case oidInvalidityDate:
		return e.invalidityDate(value)
	case oidCertIssuer:
		return errors.New("it is an indirect list, with entries of other authorities")
	}
	if critical {
		return errors.New("an entry has a critical extension that is not understood")
	}
	return nil
}

func (e *Entry) reasonCode(value []byte) error {
	tag, code, rest, ok := cutElement(value)
	if !ok || tag != tagEnumerated || len(code) != 1 || len(rest) > 0 {
		return errMalformed
	}
	e.reason = int(int8(code[0])) //nolint:gosec // the content of an ENUMERATED is signed
	return nil
}

// Removed reports whether the entry of a delta list takes a certificate off the full list.
func (e *Entry) Removed() bool { return e.reason == reasonRemove }

func (e *Entry) invalidityDate(value []byte) error {
	tag, date, rest, ok := cutElement(value)
	if !ok || tag != tagGeneralizedTime || !isDERTime(tag, date) || len(rest) > 0 {
		return errMalformed
	}
	e.Invalid = derTime(tag, date)
	return nil
}

// Reason returns why, as RFC 5280 writes it: "keyCompromise".
func (e *Entry) Reason() string {
	switch e.reason {
	case 0:
		return "unspecified"
	case 1:
		return "keyCompromise"
	case 2:
		return "cACompromise"
	case 3:
		return "affiliationChanged"
	case 4:
		return "superseded"
	case 5:
		return "cessationOfOperation"
	case 6:
		return "certificateHold"
	case 9:
		return "privilegeWithdrawn"
	case 10:
		return "aACompromise"
	}
	return fmt.Sprintf("reason %d", e.reason)
}

// isMinimal reports whether number is an INTEGER in the shortest form.
func isMinimal(number []byte) bool {
	switch {
	case len(number) == 0:
		return false
	case len(number) == 1:
		return true
	}
	return !(number[0] == 0 && number[1] < 0x80) && !(number[0] == 0xFF && number[1] >= 0x80)
}

// isDEROID reports whether oid consists of arcs of at most 28 bits, in the shortest form.
func isDEROID(oid []byte) bool {
	length := 0
	for _, b := range oid {
		if length == 0 && b == 0x80 || length == 4 {
			return false
		}
		length++
		if b < 0x80 {
			length = 0
		}
	}
	return len(oid) > 0 && length == 0
}
