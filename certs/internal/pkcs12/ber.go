package pkcs12

import (
	"encoding/asn1"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// maxSize is the largest file read, in bytes.
	maxSize = 1 << 20
	// maxDepth is how deep elements may lie in one another. The format needs less than half of it.
	maxDepth = 32
	// maxElements is how many elements a file may have in all its layers; one certificate takes about 15.
	maxElements = 20_000
)

const (
	constructed    = 0x20
	tagOctetString = 0x04
	indefinite     = -1
)

// transcoder turns BER into DER, which the standard library can read. It counts over all the layers of one file.
type transcoder struct {
	elements int
	// ber says that something was not DER.
	ber bool
}

// der returns the single element in ber with definite lengths and octet strings in one piece. Primitive content is
// copied as it is.
func (t *transcoder) der(ber []byte) ([]byte, error) {
	out, rest, err := t.element(nil, ber, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, damaged("%d bytes after its end", len(rest))
	}
	return out, nil
}

// element appends the first element of ber to out.
func (t *transcoder) element(out, ber []byte, depth int) (grown, rest []byte, err error) {
	t.elements++
	if depth > maxDepth || t.elements > maxElements {
		return nil, nil, fmt.Errorf("more than %d elements, or %d inside one another: %w", maxElements, maxDepth, errs.ErrLimit)
	}
	tag, length, content, err := t.header(ber)
	if err != nil {
		return nil, nil, err
	}
	if length != indefinite {
		content, rest = content[:length], content[length:]
	}
	if tag&constructed == 0 {
		return append(appendHeader(out, tag, length), content...), rest, nil
	}
	inside, after, err := t.children(content, length == indefinite, depth)
	if err != nil {
		return nil, nil, err
	}
	if length == indefinite {
		rest = after
	}
	if tag == tagOctetString|constructed {
		t.ber, tag = true, tagOctetString
		if inside, err = joinOctets(inside); err != nil {
			return nil, nil, err
		}
	}
	return append(appendHeader(out, tag, len(inside)), inside...), rest, nil
}

// children returns the elements in content, up to the end-of-contents mark if open, and what comes after.
func (t *transcoder) children(content []byte, open bool, depth int) (inside, rest []byte, err error) {
	for {
		switch {
		case open && len(content) >= 2 && content[0] == 0 && content[1] == 0:
			return inside, content[2:], nil
		case !open && len(content) == 0:
			return inside, nil, nil
		}
		if inside, content, err = t.element(inside, content, depth+1); err != nil {
			return nil, nil, err
		}
	}
}

// header reads tag and length; the length is indefinite or fits into content.
func (t *transcoder) header(ber []byte) (tag byte, length int, content []byte, err error) {
	if len(ber) < 2 {
		return 0, 0, nil, damaged("ends early")
	}
	tag, content = ber[0], ber[2:]
	if tag&0x1f == 0x1f {
		return 0, 0, nil, damaged("holds a tag above 30")
	}
	switch first := ber[1]; {
	case first < 0x80:
		length = int(first)
	case first == 0x80 && tag&constructed != 0:
		t.ber = true
		return tag, indefinite, content, nil
	case first == 0x80 || first > 0x84 || len(content) < int(first&0x7f):
		return 0, 0, nil, damaged("holds an element without a usable length")
	default:
		size := int(first & 0x7f)
		for _, b := range content[:size] {
			length = length<<8 | int(b)
		}
		t.ber = t.ber || content[0] == 0 || length < 0x80
		content = content[size:]
	}
	if length < 0 || length > len(content) {
		return 0, 0, nil, damaged("ends early")
	}
	return tag, length, content, nil
}

func appendHeader(out []byte, tag byte, length int) []byte {
	out = append(out, tag)
	if length < 0x80 {
		return append(out, byte(length&0x7f))
	}
	size := 1
	for length>>(8*size) > 0 {
		size++
	}
	out = append(out, 0x80|byte(size&0x7f))
	for size--; size >= 0; size-- {
		out = append(out, byte(length>>(8*size)&0xff))
	}
	return out
}

// joinOctets returns the contents of the octet strings that follow one another in der.
func joinOctets(der []byte) ([]byte, error) {
	var joined []byte
	for len(der) > 0 {
		var piece asn1.RawValue
		rest, err := asn1.Unmarshal(der, &piece)
		if err != nil || piece.Class != asn1.ClassUniversal || piece.Tag != tagOctetString {
			return nil, damaged("holds an octet string in pieces that are none")
		}
		joined, der = append(joined, piece.Bytes...), rest
	}
	return joined, nil
}

// unmarshal reads ber into the structure that v points to.
func (t *transcoder) unmarshal(ber []byte, v any) error {
	der, err := t.der(ber)
	if err != nil {
		return err
	}
	return unmarshal(der, v)
}

// unmarshal reads der, which is one element.
func unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) > 0 {
		return damaged("%d bytes after the end of an element", len(rest))
	}
	if err != nil {
		return damaged("%v", err)
	}
	return nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("damaged file: %s: %w", fmt.Sprintf(format, args...), errs.ErrIntegrity)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), errs.ErrUnsupported)
}
