package classic

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"strings"
)

// maxDepth bounds how deep the elements of an answer nest.
const maxDepth = 32

var (
	errDocType = errors.New("document type declarations are refused")
	errTooDeep = errors.New("elements nest too deep")
)

// decode reads an XML answer into v. Names are compared without their namespace, because error answers come with and
// without one.
func decode(body []byte, v any) error {
	return xml.NewTokenDecoder(&guard{decoder: xml.NewDecoder(bytes.NewReader(body))}).Decode(v)
}

// guard passes on the tokens of a document without a type declaration and of bounded depth.
type guard struct {
	decoder *xml.Decoder
	depth   int
}

// Token implements [xml.TokenReader].
func (g *guard) Token() (xml.Token, error) {
	token, err := g.decoder.RawToken()
	if err != nil {
		return token, err
	}
	switch token.(type) {
	case xml.Directive:
		return nil, errDocType
	case xml.StartElement:
		if g.depth++; g.depth > maxDepth {
			return nil, errTooDeep
		}
	case xml.EndElement:
		g.depth--
	}
	return token, nil
}

var _ xml.TokenReader = (*guard)(nil)

// encoded is a value that travels as Base64.
type encoded []byte

// MarshalText implements encoding.TextMarshaler.
func (e encoded) MarshalText() ([]byte, error) {
	return []byte(base64.StdEncoding.EncodeToString(e)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *encoded) UnmarshalText(text []byte) error {
	compact := strings.Join(strings.Fields(string(text)), "")
	raw, err := base64.StdEncoding.DecodeString(compact)
	*e = raw
	return err
}
