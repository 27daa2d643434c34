package adcstest

import (
	"bytes"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

const readOnlyCapability = "1.2.840.113556.1.4.1920"

// query is a search request.
type query struct {
	base       string
	scope      int64 // 0 base, 1 right below, 2 all of it
	limit      int64
	typesOnly  bool
	filter     *ber.Packet
	attributes []string
	parts      int
}

func readQuery(q *request) (*query, error) {
	parts, err := fields(q.operation, 8)
	if err != nil {
		return nil, err
	}
	flags, err := q.securityParts()
	if err != nil {
		return nil, err
	}
	typesOnly, _ := parts[5].Value.(bool)
	search := &query{
		base: text(parts[0]), scope: number(parts[1]), limit: number(parts[3]),
		typesOnly: typesOnly, filter: parts[6], parts: flags,
	}
	for _, a := range parts[7].Children {
		search.attributes = append(search.attributes, text(a))
	}
	return search, nil
}

func (c *connection) search(q *request) error {
	search, err := readQuery(q)
	if err != nil {
		return c.send(q, result(searchDone, err))
	}
	var found []*entry
	if search.base == "" && search.scope == 0 {
		found = []*entry{c.root()}
	} else if err = c.permit(); err == nil {
		found, err = c.server.find(search)
	}
	if limit := int(search.limit); limit > 0 && len(found) > limit {
		found, err = found[:limit], refuse(sizeLimitExceeded, "")
	}
	var answers []*ber.Packet
	for _, e := range found {
		answers = append(answers, answerEntry(e.dn, search.selection(e, c.isAdministrator())))
	}
	if search.base != "" && c.server.take(FaultFlood) {
		huge := attribute{"description", [][]byte{bytes.Repeat([]byte("x"), 2<<20)}}
		answers = append(answers, answerEntry(search.base, []attribute{huge}))
	}
	return c.send(q, append(answers, result(searchDone, err))...)
}

// root returns what the server says about itself, also to those who are not bound.
func (c *connection) root() *entry {
	e := &entry{}
	e.set("configurationNamingContext", []byte(configurationDN))
	e.set("defaultNamingContext", []byte(domainDN))
	e.set("rootDomainNamingContext", []byte(domainDN))
	e.set("dnsHostName", []byte(Host))
	e.set("supportedLDAPVersion", []byte("3"))
	e.set("supportedExtension", []byte(startTLS))
	e.set("supportedControl", []byte(sdFlagsControl))
	capabilities := [][]byte{[]byte("1.2.840.113556.1.4.800")} // Active Directory
	if c.readOnly {
		capabilities = append(capabilities, []byte(readOnlyCapability))
	}
	e.set("supportedCapabilities", capabilities...)
	return e
}

func (s *Server) find(search *query) ([]*entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull()
	base, ok := parseName(search.base)
	if !ok {
		return nil, refuse(invalidName, "0000208F: %s", search.base)
	}
	if _, ok := s.tree[base.key()]; !ok {
		return nil, refuse(noSuchObject, "0000208D: %s", search.base)
	}
	var found []*entry
	for _, e := range s.tree {
		depth := int64(len(e.name) - len(base))
		if !e.name.below(base) || search.scope < 2 && depth != search.scope {
			continue
		}
		matches, err := e.matches(search.filter)
		if err != nil {
			return nil, err
		}
		if matches {
			found = append(found, e.clone())
		}
	}
	sortEntries(found)
	return found, nil
}

// selection returns the attributes of e that the search asks for.
func (search *query) selection(e *entry, administrator bool) []attribute {
	var list []attribute
	for _, a := range e.attributes {
		if !search.wants(a.name) {
			continue
		}
		if strings.EqualFold(a.name, securityAttribute) {
			if search.parts&saclPart != 0 && !administrator { // needs a privilege; there is no error
				continue
			}
			a.values = [][]byte{combine(a.values[0], search.parts, nil)}
		}
		if search.typesOnly {
			a.values = nil
		}
		list = append(list, a)
	}
	return list
}

const securityAttribute = "nTSecurityDescriptor"

// wants reports whether an attribute is asked for: the security descriptor by name only.
func (search *query) wants(name string) bool {
	if slices.ContainsFunc(search.attributes, func(a string) bool { return strings.EqualFold(a, name) }) {
		return true
	}
	every := len(search.attributes) == 0 || slices.Contains(search.attributes, "*")
	return every && !strings.EqualFold(name, securityAttribute)
}
