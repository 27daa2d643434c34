package adcstest

import (
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// maxRequest bounds a request in bytes; Active Directory's own MaxReceiveBuffer is 10 MiB.
const maxRequest = 1 << 20

// Operations of RFC 4511 by the number of their application tag; that of the answer to most is one higher.
const (
	bindRequest      ber.Tag = 0
	bindResponse     ber.Tag = 1
	unbindRequest    ber.Tag = 2
	searchRequest    ber.Tag = 3
	searchEntry      ber.Tag = 4
	searchDone       ber.Tag = 5
	modifyRequest    ber.Tag = 6
	addRequest       ber.Tag = 8
	deleteRequest    ber.Tag = 10
	abandonRequest   ber.Tag = 16
	extendedRequest  ber.Tag = 23
	extendedResponse ber.Tag = 24
)

// code is a result code of RFC 4511, appendix A.
type code int

const (
	success                   code = 0
	operationsError           code = 1
	protocolError             code = 2
	sizeLimitExceeded         code = 4
	authMethodNotSupported    code = 7
	strongAuthRequired        code = 8
	referral                  code = 10
	unavailableCritical       code = 12
	noSuchAttribute           code = 16
	constraintViolation       code = 19
	attributeOrValueExists    code = 20
	invalidSyntax             code = 21
	noSuchObject              code = 32
	invalidName               code = 34
	invalidCredentials        code = 49
	insufficientAccess        code = 50
	busy                      code = 51
	unavailable               code = 52
	unwilling                 code = 53
	objectClassViolation      code = 65
	notAllowedOnNonLeaf       code = 66
	notAllowedOnName          code = 67
	entryAlreadyExists        code = 68
	objectClassModsProhibited code = 69
)

// refusal is the error that becomes a result.
type refusal struct {
	code code
	text string
}

// Error implements error.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }

func refuse(c code, format string, args ...any) error {
	return &refusal{c, fmt.Sprintf(format, args...)}
}

// request is one message of a client.
type request struct {
	id        *ber.Packet
	operation *ber.Packet
	controls  []control
}

type control struct {
	oid      string
	critical bool
	value    []byte
}

var errMalformed = errors.New("malformed message")

func readRequest(r io.Reader) (*request, error) {
	packet, err := ber.ReadPacket(io.LimitReader(r, maxRequest))
	if err != nil {
		return nil, err
	}
	parts := packet.Children
	if packet.Tag != ber.TagSequence || len(parts) < 2 ||
		parts[0].Tag != ber.TagInteger || parts[1].ClassType != ber.ClassApplication {
		return nil, errMalformed
	}
	q := &request{id: parts[0], operation: parts[1]}
	if len(parts) > 2 {
		q.controls, err = readControls(parts[2])
	}
	return q, err
}

func readControls(packet *ber.Packet) ([]control, error) {
	var controls []control
	for _, p := range packet.Children {
		if len(p.Children) == 0 {
			return nil, errMalformed
		}
		c := control{oid: text(p.Children[0])}
		for _, field := range p.Children[1:] {
			if field.Tag == ber.TagBoolean {
				c.critical, _ = field.Value.(bool)
			} else {
				c.value = content(field)
			}
		}
		controls = append(controls, c)
	}
	return controls, nil
}

// fields returns the parts of p, of which there are at least n.
func fields(p *ber.Packet, n int) ([]*ber.Packet, error) {
	if len(p.Children) < n {
		return nil, errMalformed
	}
	return p.Children, nil
}

// content returns the bytes of a primitive value.
func content(p *ber.Packet) []byte {
	if p.ByteValue != nil {
		return p.ByteValue
	}
	return p.Data.Bytes()
}

func text(p *ber.Packet) string { return string(content(p)) }

func number(p *ber.Packet) int64 {
	n, _ := p.Value.(int64)
	return n
}

// readAttributes reads a list of attributes with values.
func readAttributes(p *ber.Packet) ([]attribute, error) {
	var list []attribute
	for _, child := range p.Children {
		a, err := readAttribute(child)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func readAttribute(p *ber.Packet) (attribute, error) {
	parts, err := fields(p, 2)
	if err != nil {
		return attribute{}, err
	}
	a := attribute{name: text(parts[0])}
	for _, v := range parts[1].Children {
		a.values = append(a.values, content(v))
	}
	return a, nil
}

func octets(value string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, value, "")
}

func sequence(children ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	for _, c := range children {
		p.AppendChild(c)
	}
	return p
}

func application(tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	for _, c := range children {
		p.AppendChild(c)
	}
	return p
}

// result returns an answer that says how a request went.
func result(tag ber.Tag, err error) *ber.Packet {
	r := &refusal{}
	if err != nil && !errors.As(err, &r) {
		r = &refusal{protocolError, err.Error()}
	}
	p := application(tag,
		ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(r.code), ""),
		octets(""))
	if r.code != referral {
		p.AppendChild(octets(r.text))
		return p
	}
	p.AppendChild(octets(""))
	urls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
	urls.AppendChild(octets(r.text))
	p.AppendChild(urls)
	return p
}

// answerEntry returns one entry of the answer to a search.
func answerEntry(dn string, attributes []attribute) *ber.Packet {
	list := sequence()
	for _, a := range attributes {
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range a.values {
			set.AppendChild(octets(string(v)))
		}
		list.AppendChild(sequence(octets(a.name), set))
	}
	return application(searchEntry, octets(dn), list)
}
