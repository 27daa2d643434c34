package rfc2136

import (
	"strconv"
	"strings"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
)

// header returns the header of a record that is yet to be written.
func header(name string, kind uint16, ttl time.Duration) wire.RR_Header {
	seconds := uint32(ttl / time.Second) //nolint:gosec // checked to be at most 2^31-1
	return wire.RR_Header{Name: name + ".", Rrtype: kind, Class: wire.ClassINET, Ttl: seconds}
}

// resource returns a valid record in wire form. The target of an alias is always absolute.
func resource(r *dns.Record) wire.RR {
	if r.Type == dns.TypeTXT {
		escaped := strings.ReplaceAll(r.Value, `\`, `\\`)
		return &wire.TXT{Hdr: header(r.Name, wire.TypeTXT, r.TTL), Txt: []string{escaped}}
	}
	return &wire.CNAME{Hdr: header(r.Name, wire.TypeCNAME, r.TTL), Target: r.Value + "."}
}

func recordsOf(resources []wire.RR) []dns.Record {
	var records []dns.Record
	for _, rr := range resources {
		h := rr.Header()
		records = append(records, dns.Record{
			Name: fold(h.Name), Type: wire.Type(h.Rrtype).String(), Value: valueOf(rr),
			TTL: time.Duration(h.Ttl) * time.Second,
		})
	}
	return records
}

// valueOf returns the data of a record as text.
func valueOf(rr wire.RR) string {
	switch rr := rr.(type) {
	case *wire.CNAME:
		return fold(rr.Target)
	case *wire.NS:
		return fold(rr.Ns)
	case *wire.TXT:
		return unescape(strings.Join(rr.Txt, ""))
	default:
		return strings.TrimPrefix(rr.String(), rr.Header().String())
	}
}

// fold returns a name as package dns compares names.
func fold(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// unescape takes back what the wire package does to a text: \" and \\ for the two, \DDD for what cannot be printed.
func unescape(text string) string {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\' || i+1 == len(text):
			plain.WriteByte(text[i])
		case i+3 < len(text) && '0' <= text[i+1] && text[i+1] <= '9':
			code, _ := strconv.ParseUint(text[i+1:i+4], 10, 8)
			plain.WriteByte(byte(code))
			i += 3
		default:
			i++
			plain.WriteByte(text[i])
		}
	}
	return plain.String()
}
