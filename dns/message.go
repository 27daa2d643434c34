package dns

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// maxPacket is the largest UDP answer read. Without EDNS a server sends at most 512 bytes; some send more.
	maxPacket = 1232
	// maxRecords bounds each section of an answer. A hostile answer of 64 KB could hold thousands.
	maxRecords = 256
	// maxSection bounds the names and texts of each section. Compression lets two bytes stand for a name of 255, each of
	// which may take four to print.
	maxSection = 128 << 10
)

// errOtherReply marks a message that does not answer the question: forged, late, or to somebody else.
var errOtherReply = errors.New("not a reply to the question")

// question is one question to one server.
type question struct {
	name    string
	kind    dnsmessage.Type
	recurse bool
	// unchecked asks for data that a validating server would withhold for its signatures (RFC 4035, section 3.2.2).
	unchecked bool
}

// String names the question for an error.
func (q question) String() string { return "ask " + typeName(q.kind) + " of " + q.name }

// pack returns the query with a random id.
func (q question) pack() (id uint16, query []byte, err error) {
	name, err := dnsmessage.NewName(q.name + ".")
	if err != nil {
		return 0, nil, err
	}
	var random [2]byte
	_, _ = rand.Read(random[:]) // documented never to fail
	id = binary.BigEndian.Uint16(random[:])
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: q.recurse, CheckingDisabled: q.unchecked})
	if err := b.StartQuestions(); err != nil {
		return 0, nil, err
	}
	if err := b.Question(dnsmessage.Question{Name: name, Type: q.kind, Class: dnsmessage.ClassINET}); err != nil {
		return 0, nil, err
	}
	query, err = b.Finish()
	return id, query, err
}

// answer is what one server said to one question.
type answer struct {
	server        string
	rtt           time.Duration
	rcode         dnsmessage.RCode
	authoritative bool
	truncated     bool
	// records and authority are the two sections that matter; bodies of other types are left out.
	records, authority []resource
}

// resource is one record of an answer, its names folded and safe to print.
type resource struct {
	owner string
	kind  dnsmessage.Type
	ttl   time.Duration
	// value is the address, target or text.
	value string
	// minimum is the last field of an SOA.
	minimum time.Duration
	// serial is the version of the zone that an SOA belongs to.
	serial uint32
}

// failed reports that the server did not say whether the name exists.
func (a *answer) failed() bool {
	return a.rcode != dnsmessage.RCodeSuccess && a.rcode != dnsmessage.RCodeNameError
}

// at returns the resources of one type that owner itself holds.
func (a *answer) at(owner string, kind dnsmessage.Type) []resource {
	var found []resource
	for _, r := range a.records {
		if r.owner == owner && r.kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// recordsAt is at in the public form.
func (a *answer) recordsAt(owner string, kind dnsmessage.Type) []Record {
	var found []Record
	for _, r := range a.at(owner, kind) {
		found = append(found, Record{Name: r.owner, Type: typeName(r.kind), Value: r.value, TTL: r.ttl})
	}
	return found
}

// parse reads a message that answers q into a, whose room it uses. A message that does not is errOtherReply.
func (a *answer) parse(message []byte, id uint16, q question) error {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || header.ID != id || !header.Response || header.OpCode != 0 {
		return errOtherReply
	}
	asked, err := p.Question()
	if err != nil || textName(asked.Name, q.name) != q.name || asked.Type != q.kind || asked.Class != dnsmessage.ClassINET {
		return errOtherReply
	}
	if _, err := p.Question(); !errors.Is(err, dnsmessage.ErrSectionDone) {
		return errOtherReply
	}
	*a = answer{
		rcode: header.RCode, authoritative: header.Authoritative, truncated: header.Truncated,
		records: a.records[:0], authority: a.authority[:0],
	}
	if a.truncated {
		return nil
	}
	if a.records, err = parseSection(&p, a.records, q.name, p.AnswerHeader, p.SkipAnswer); err != nil {
		return fmt.Errorf("malformed answer: %w", err)
	}
	if a.authority, err = parseSection(&p, a.authority, q.name, p.AuthorityHeader, p.SkipAuthority); err != nil {
		return fmt.Errorf("malformed authority: %w", err)
	}
	return nil
}

// parseSection appends the resources of a section to found. Expected is the owner that the first is likely to have.
func parseSection(
	p *dnsmessage.Parser, found []resource, expected string,
	next func() (dnsmessage.ResourceHeader, error), skip func() error,
) ([]resource, error) {
	size := 0
	for range maxRecords {
		header, err := next()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Class != dnsmessage.ClassINET {
			if err := skip(); err != nil {
				return nil, err
			}
			continue
		}
		r := resource{
			owner: textName(header.Name, expected), kind: header.Type,
			ttl: time.Duration(header.TTL) * time.Second,
		}
		if err := r.parseBody(p, skip); err != nil {
			return nil, err
		}
		if size += len(r.owner) + len(r.value); size > maxSection {
			return nil, fmt.Errorf("%w: more than %d bytes of names and texts", ErrLimit, maxSection)
		}
		found = append(found, r)
		if expected = r.owner; r.kind == dnsmessage.TypeCNAME {
			expected = r.value
		}
	}
	return nil, fmt.Errorf("%w: more than %d records", ErrLimit, maxRecords-1)
}

func (r *resource) parseBody(p *dnsmessage.Parser, skip func() error) error {
	switch r.kind {
	case dnsmessage.TypeA:
		body, err := p.AResource()
		r.value = netip.AddrFrom4(body.A).String()
		return err
	case dnsmessage.TypeAAAA:
		body, err := p.AAAAResource()
		r.value = netip.AddrFrom16(body.AAAA).String()
		return err
	case dnsmessage.TypeCNAME:
		body, err := p.CNAMEResource()
		r.value = textName(body.CNAME, "")
		return err
	case dnsmessage.TypeNS:
		body, err := p.NSResource()
		r.value = textName(body.NS, "")
		return err
	case dnsmessage.TypeTXT:
		body, err := p.UnknownResource()
		if err != nil {
			return err
		}
		r.value, err = joinTexts(body.Data)
		return err
	case dnsmessage.TypeSOA:
		body, err := p.SOAResource()
		r.value, r.minimum, r.serial = textName(body.NS, ""), time.Duration(body.MinTTL)*time.Second, body.Serial
		return err
	default:
		return skip()
	}
}

// joinTexts joins the character-strings of a TXT record (RFC 1035, section 3.3.14). TXTResource would make a string of
// each, and a hostile record has thousands.
func joinTexts(data []byte) (string, error) {
	joined := make([]byte, 0, len(data))
	for len(data) > 0 {
		end := 1 + int(data[0])
		if end > len(data) {
			return "", errors.New("a text is longer than its record")
		}
		joined = append(joined, data[1:end]...)
		data = data[end:]
	}
	return string(joined), nil
}

// textName returns a name from the wire folded, with every byte that a name does not usually hold as \DDD. If it turns
// out to be the folded one that is expected, nothing is allocated. On the wire a backslash is one more such byte.
func textName(name dnsmessage.Name, expected string) string {
	wire, dotted := bytes.CutSuffix(name.Data[:name.Length], []byte("."))
	if dotted && string(wire) == expected && isNameText(expected) {
		return expected
	}
	folded := fold(name.String())
	if isNameText(folded) {
		return folded
	}
	var text strings.Builder
	text.Grow(4 * len(folded))
	for _, b := range []byte(folded) {
		if isNameByte(b) || b == '.' || b == '*' {
			text.WriteByte(b)
		} else {
			text.Write([]byte{'\\', '0' + b/100, '0' + b/10%10, '0' + b%10})
		}
	}
	return text.String()
}

// isNameText reports whether text holds nothing but the bytes that names usually do.
func isNameText(text string) bool {
	for _, b := range []byte(text) {
		if !isNameByte(b) && b != '.' && b != '*' {
			return false
		}
	}
	return true
}

// typeName is the name of a type as zone files write it.
func typeName(kind dnsmessage.Type) string {
	switch kind {
	case typeCAA:
		return "CAA"
	case typeHTTPS:
		return "HTTPS"
	default:
		return strings.TrimPrefix(kind.String(), "Type")
	}
}

// rcodeName is the name of a response code as diagnostic tools write it.
func rcodeName(code dnsmessage.RCode) string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
	if int(code) < len(names) {
		return names[code]
	}
	return fmt.Sprintf("RCODE %d", code)
}

// framing sends and receives whole messages. On a stream each follows its length in two bytes (RFC 1035,
// section 4.2.2), which bounds it to 64 KB.
type framing struct {
	conn   net.Conn
	stream bool
}

func (f framing) send(message []byte) error {
	if f.stream {
		length := binary.BigEndian.AppendUint16(nil, uint16(len(message))) //nolint:gosec // a query is under 300 bytes
		message = append(length, message...)
	}
	_, err := f.conn.Write(message)
	return err
}

func (f framing) receive() ([]byte, error) {
	if !f.stream {
		message := make([]byte, maxPacket)
		n, err := f.conn.Read(message)
		return message[:n], err
	}
	var length [2]byte
	if _, err := io.ReadFull(f.conn, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(f.conn, message)
	return message, err
}
