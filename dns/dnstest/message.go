package dnstest

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

const (
	// plainLimit is the largest UDP answer to a query without EDNS (RFC 1035, section 4.2.1).
	plainLimit = 512
	// ednsLimit is the largest UDP answer to any query.
	ednsLimit = 1232
	// maxMessage is the largest message over TCP.
	maxMessage = 65535
)

// query is a parsed query.
type query struct {
	header   dnsmessage.Header
	question dnsmessage.Question
	// limit is the size of answer that the client takes over UDP.
	limit int
	edns  bool
}

var errMalformed = errors.New("malformed query")

func parseQuery(message []byte) (query, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	q := query{header: header, limit: plainLimit}
	if err != nil {
		return q, err
	}
	questions, err := p.AllQuestions()
	if err != nil || len(questions) != 1 {
		return q, errMalformed
	}
	q.question = questions[0]
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil {
		return q, errMalformed
	}
	for {
		additional, err := p.AdditionalHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return q, nil
		}
		if err != nil || p.SkipAdditional() != nil {
			return q, errMalformed
		}
		if additional.Type == dnsmessage.TypeOPT {
			q.edns, q.limit = true, min(max(int(additional.Class), plainLimit), ednsLimit)
		}
	}
}

// response is what becomes of one message. Without a message it is silence.
type response struct {
	message []byte
	delay   time.Duration
	// hangUp ends the connection.
	hangUp bool
}

// reply answers one message.
func (s *Server) reply(message []byte, udp bool) response {
	q, err := parseQuery(message)
	limit := maxMessage
	if udp {
		limit = q.limit
	}
	switch {
	case q.header.Response || len(message) < headerLength:
		return response{}
	case q.header.OpCode != 0 && q.header.OpCode != opcodeUpdate:
		return response{message: q.pack(answer{rcode: dnsmessage.RCodeNotImplemented}, limit)}
	case err != nil:
		return response{message: q.pack(answer{rcode: dnsmessage.RCodeFormatError}, limit)}
	}
	x, code := s.unseal(message, s.judgingTime(q))
	a, fault := answer{rcode: code}, Fault{}
	if code == dnsmessage.RCodeSuccess {
		a, fault = s.process(q, message, udp, x != nil)
	}
	switch {
	case fault.cuts():
		return response{hangUp: true}
	case fault.Kind == UnsignedReply:
		x = nil
	case fault.Kind == ForgedReply && x != nil:
		x.forged = true
	}
	packed := q.distort(fault, a, limit-x.size())
	return response{message: x.sign(packed), delay: fault.Delay}
}

// judgingTime is the time by which the signature of a message is judged.
func (s *Server) judgingTime(q query) time.Time {
	if q.header.OpCode == opcodeUpdate {
		return s.clock(textName(q.question.Name))
	}
	return time.Now()
}

// process does what a message asks for whose signature, if it has one, is good.
func (s *Server) process(q query, message []byte, udp, signed bool) (answer, Fault) {
	name := textName(q.question.Name)
	switch {
	case q.header.OpCode == opcodeUpdate && q.question.Class != dnsmessage.ClassINET:
		return answer{rcode: rcodeNotAuth}, Fault{}
	case q.header.OpCode == opcodeUpdate:
		return s.update(message, signed)
	case q.question.Class != dnsmessage.ClassINET:
		return answer{rcode: dnsmessage.RCodeRefused}, s.answerFault(name, udp)
	default:
		return s.view().answer(name, q.question.Type), s.answerFault(name, udp)
	}
}

// distort packs the answer with what is to go wrong with it.
func (q query) distort(fault Fault, a answer, limit int) []byte {
	switch fault.Kind {
	case Silent:
		return nil
	case ServFail:
		a = answer{rcode: dnsmessage.RCodeServerFailure}
	case Refuse:
		a = answer{rcode: dnsmessage.RCodeRefused}
	case WrongID:
		q.header.ID++
	case WrongName:
		q.question.Name = dnsmessage.MustNewName("evil.example.")
	case Truncate:
		limit = 0
	default:
	}
	return q.pack(a, limit)
}

// pack returns the reply, or an empty one with the TC bit if it is over the limit.
func (q query) pack(a answer, limit int) []byte {
	message := dnsmessage.Message{Header: dnsmessage.Header{
		ID: q.header.ID, Response: true, OpCode: q.header.OpCode, RCode: a.rcode,
		Authoritative: a.authoritative, RecursionDesired: q.header.RecursionDesired, RecursionAvailable: true,
	}}
	if q.question.Name.Length > 0 {
		message.Questions = []dnsmessage.Question{q.question}
	}
	if q.edns {
		message.Additionals = []dnsmessage.Resource{opt()}
	}
	empty := message
	message.Answers, message.Authorities = resources(a.records), resources(a.authority)
	packed, err := message.Pack()
	if err == nil && len(packed) <= limit {
		return packed
	}
	empty.Truncated = true
	packed, err = empty.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// opt announces the size of UDP message that the server takes (RFC 6891).
func opt() dnsmessage.Resource {
	header := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(".")}
	_ = header.SetEDNS0(ednsLimit, dnsmessage.RCodeSuccess, false) // never fails
	return dnsmessage.Resource{Header: header, Body: &dnsmessage.OPTResource{}}
}

// resources converts records, all of which were checked when they came into the zone.
func resources(records []dns.Record) []dnsmessage.Resource {
	var converted []dnsmessage.Resource
	for _, r := range records {
		name, err := dnsmessage.NewName(r.Name + ".")
		body := bodyOf(r)
		if err != nil || body == nil {
			continue
		}
		header := dnsmessage.ResourceHeader{
			Name: name, Class: dnsmessage.ClassINET,
			TTL: uint32(r.TTL / time.Second), //nolint:gosec // checked to be at most 2^31-1
		}
		converted = append(converted, dnsmessage.Resource{Header: header, Body: body})
	}
	return converted
}

func bodyOf(r dns.Record) dnsmessage.ResourceBody {
	switch r.Type {
	case typeA:
		address, _ := netip.ParseAddr(r.Value)
		return &dnsmessage.AResource{A: address.As4()}
	case typeAAAA:
		address, _ := netip.ParseAddr(r.Value)
		return &dnsmessage.AAAAResource{AAAA: address.As16()}
	case typeSOA:
		return soaBody(r.Value)
	case dns.TypeTXT:
		return &dnsmessage.TXTResource{TXT: []string{r.Value}}
	}
	target, err := dnsmessage.NewName(r.Value + ".")
	if err != nil {
		return nil
	}
	if r.Type == typeNS {
		return &dnsmessage.NSResource{NS: target}
	}
	return &dnsmessage.CNAMEResource{CNAME: target}
}

func soaBody(value string) dnsmessage.ResourceBody {
	var host, mailbox string
	var body dnsmessage.SOAResource
	_, err := fmt.Sscan(value, &host, &mailbox, &body.Serial, &body.Refresh, &body.Retry, &body.Expire, &body.MinTTL)
	ns, nsErr := dnsmessage.NewName(host + ".")
	mbox, mboxErr := dnsmessage.NewName(mailbox + ".")
	if errors.Join(err, nsErr, mboxErr) != nil {
		return nil
	}
	body.NS, body.MBox = ns, mbox
	return &body
}

// wireType is the code of a type that a zone holds.
func wireType(kind string) dnsmessage.Type {
	switch kind {
	case typeA:
		return dnsmessage.TypeA
	case typeAAAA:
		return dnsmessage.TypeAAAA
	case typeNS:
		return dnsmessage.TypeNS
	case typeSOA:
		return dnsmessage.TypeSOA
	case dns.TypeTXT:
		return dnsmessage.TypeTXT
	default:
		return dnsmessage.TypeCNAME
	}
}
