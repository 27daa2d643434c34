package dnstest

import (
	"errors"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// The response codes of RFC 2136, section 2.2.
const (
	rcodeYXDomain = dnsmessage.RCode(6)
	rcodeYXRRSet  = dnsmessage.RCode(7)
	rcodeNXRRSet  = dnsmessage.RCode(8)
	rcodeNotAuth  = dnsmessage.RCode(9)
	rcodeNotZone  = dnsmessage.RCode(10)
)

// update is a parsed UPDATE message (RFC 2136, section 2).
type update struct {
	apex                   string
	prerequisites, changes []updateRecord
}

// updateRecord is a record of either section; what it asks depends on its class.
type updateRecord struct {
	// Record has no type if it is one that no zone holds.
	dns.Record
	kind  dnsmessage.Type
	class dnsmessage.Class
	empty bool
}

// subject is the name that faults are looked up by.
func (u update) subject() string {
	if len(u.changes) == 0 {
		return u.apex
	}
	return u.changes[0].Name
}

func parseUpdate(message []byte) (update, error) {
	var p dnsmessage.Parser
	if _, err := p.Start(message); err != nil {
		return update{}, err
	}
	zone, err := p.Question()
	if err != nil || zone.Type != dnsmessage.TypeSOA || p.SkipAllQuestions() != nil {
		return update{}, errMalformed
	}
	u := update{apex: textName(zone.Name)}
	if u.prerequisites, err = parseUpdateRecords(&p, p.AnswerHeader); err != nil {
		return update{}, err
	}
	u.changes, err = parseUpdateRecords(&p, p.AuthorityHeader)
	return u, err
}

func parseUpdateRecords(p *dnsmessage.Parser, next func() (dnsmessage.ResourceHeader, error)) ([]updateRecord, error) {
	var records []updateRecord
	for {
		header, err := next()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return records, nil
		}
		if err != nil {
			return nil, err
		}
		r := updateRecord{kind: header.Type, class: header.Class, empty: header.Length == 0}
		r.Name, r.Type = textName(header.Name), typeName(header.Type)
		r.TTL = time.Duration(header.TTL) * time.Second
		if r.Value, err = parseValue(p, r.Type, r.empty); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
}

// parseValue reads the data of the record that the parser stands before.
func parseValue(p *dnsmessage.Parser, kind string, empty bool) (string, error) {
	if empty {
		_, err := p.UnknownResource()
		return "", err
	}
	switch kind {
	case typeA:
		body, err := p.AResource()
		return addressOf(body.A[:]), err
	case typeAAAA:
		body, err := p.AAAAResource()
		return addressOf(body.AAAA[:]), err
	case typeNS:
		body, err := p.NSResource()
		return textName(body.NS), err
	case dns.TypeCNAME:
		body, err := p.CNAMEResource()
		return textName(body.CNAME), err
	case dns.TypeTXT:
		body, err := p.TXTResource()
		return strings.Join(body.TXT, ""), err
	default:
		_, err := p.UnknownResource()
		return "", err
	}
}

// update makes the change that a message asks for if the server allows it, and says what goes wrong with the reply.
func (s *Server) update(message []byte, signed bool) (answer, Fault) {
	u, err := parseUpdate(message)
	if err != nil {
		return answer{rcode: dnsmessage.RCodeFormatError}, Fault{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.takeFault(u.subject(), updateFaults...)
	zone, found := s.zones[u.apex]
	switch {
	case !found:
		return answer{rcode: rcodeNotAuth}, fault
	case fault.Kind == IgnoreUpdate:
		return answer{}, fault
	case fault.prevents():
		return answer{rcode: dnsmessage.RCodeRefused}, fault
	case len(s.keys) > 0 && !signed:
		return answer{rcode: dnsmessage.RCodeRefused}, fault
	}
	return answer{rcode: zone.receive(u)}, fault
}

// receive processes an update in the order of RFC 2136, section 3. The caller holds the mutex.
func (z *Zone) receive(u update) dnsmessage.RCode {
	holds := func(name string) bool { return dns.Within(name, u.apex) && z.server.holds(z, name) }
	if code := u.checkPrerequisites(z.data, holds); code != dnsmessage.RCodeSuccess {
		return code
	}
	if code := u.scan(holds); code != dnsmessage.RCodeSuccess {
		return code
	}
	next := z.data
	for _, change := range u.changes {
		next = change.apply(next)
	}
	if next != z.data {
		next.serial = z.data.serial + 1
		z.data = next
	}
	return dnsmessage.RCodeSuccess
}

// textName returns a name from the wire as zones hold it.
func textName(name dnsmessage.Name) string {
	return strings.ToLower(strings.TrimSuffix(name.String(), "."))
}

// typeName is the name of a type that a zone holds, empty for others.
func typeName(kind dnsmessage.Type) string {
	for _, name := range []string{typeA, typeAAAA, typeNS, typeSOA, dns.TypeCNAME, dns.TypeTXT} {
		if wireType(name) == kind {
			return name
		}
	}
	return ""
}
