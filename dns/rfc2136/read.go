package rfc2136

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
)

// apexOf returns the apex of the zone that name belongs to.
func (z *Zone) apexOf(ctx context.Context, name string) (string, error) {
	if z.Name != "" {
		apex := fold(z.Name)
		if !dns.Within(name, apex) {
			return "", fmt.Errorf("%w: the name is outside zone %s", dns.ErrNotFound, apex)
		}
		return apex, nil
	}
	for candidate := name; candidate != ""; candidate = parent(candidate) {
		reply, err := z.ask(ctx, candidate, wire.TypeSOA)
		if err != nil {
			return "", err
		}
		if apex, found := apexIn(reply, candidate); found {
			return apex, nil
		}
	}
	return "", fmt.Errorf("%w: the server has no zone for the name", dns.ErrNotFound)
}

// apexIn returns the owner of the SOA for name. With an alias at name, an SOA may belong to the zone of its target.
func apexIn(reply *wire.Msg, name string) (string, bool) {
	if len(at(reply, name, wire.TypeCNAME)) > 0 {
		return "", false
	}
	for _, rr := range slices.Concat(reply.Answer, reply.Ns) {
		if apex := fold(rr.Header().Name); rr.Header().Rrtype == wire.TypeSOA && dns.Within(name, apex) {
			return apex, apex != ""
		}
	}
	return "", false
}

// held returns the CNAME and TXT records that name itself has.
func (z *Zone) held(ctx context.Context, apex, name string) ([]wire.RR, error) {
	found, err := z.read(ctx, name, wire.TypeCNAME, wire.TypeTXT)
	if err != nil || len(found) == 0 {
		return found, err
	}
	fromWildcard, err := z.fromWildcard(ctx, apex, name)
	if err != nil || fromWildcard {
		return nil, err
	}
	return found, nil
}

// fromWildcard reports whether the answer about name comes from a wildcard. Only if a name beside it, which nobody has
// chosen, gets an answer too, the server is asked whether name exists: by an update that changes nothing. If it does not
// tell, the name counts as taken.
func (z *Zone) fromWildcard(ctx context.Context, apex, name string) (bool, error) {
	beside, err := dns.CanonicalName(rand.Text() + "." + parent(name))
	if err != nil || name == apex || strings.HasPrefix(name, "*.") {
		return false, nil //nolint:nilerr // a name that leaves no room for another one beside it
	}
	found, err := z.read(ctx, beside, wire.TypeCNAME, wire.TypeTXT)
	if err != nil || len(found) == 0 {
		return false, err
	}
	m := new(wire.Msg)
	m.SetUpdate(apex + ".")
	m.NameUsed([]wire.RR{&wire.ANY{Hdr: header(name, wire.TypeANY, 0)}})
	code, err := z.send(ctx, m)
	if ctx.Err() != nil {
		return false, err
	}
	return err == nil && code == wire.RcodeNameError, nil
}

// conflict is the error for a name that holds what is in the way. What cannot be read is left out.
func (z *Zone) conflict(ctx context.Context, name string) error {
	found, err := z.read(ctx, name,
		wire.TypeCNAME, wire.TypeTXT, wire.TypeA, wire.TypeAAAA, wire.TypeMX, wire.TypeNS, wire.TypeSRV)
	if ctx.Err() != nil {
		return err
	}
	return &dns.ConflictError{Name: name, Have: recordsOf(found)}
}

// read returns the records of the types that name has, and stops asking at an alias, which stands alone.
func (z *Zone) read(ctx context.Context, name string, kinds ...uint16) ([]wire.RR, error) {
	var found []wire.RR
	for _, kind := range kinds {
		reply, err := z.ask(ctx, name, kind)
		if err != nil {
			return nil, err
		}
		found = append(found, at(reply, name, kind)...)
		if len(found) > 0 && kind == wire.TypeCNAME {
			break
		}
	}
	return found, nil
}

// at returns the records of one type that name itself has in an answer.
func at(reply *wire.Msg, name string, kind uint16) []wire.RR {
	var found []wire.RR
	for _, rr := range reply.Answer {
		h := rr.Header()
		if h.Rrtype == kind && h.Class == wire.ClassINET && fold(h.Name) == name {
			found = append(found, rr)
		}
	}
	return found
}

// ask puts one question to the server and returns its answer, given with authority.
func (z *Zone) ask(ctx context.Context, name string, kind uint16) (*wire.Msg, error) {
	reply, err := z.query(ctx, name, kind)
	switch {
	case err != nil:
		return nil, err
	case reply.Rcode == wire.RcodeRefused || reply.Rcode == wire.RcodeNotAuth:
		return nil, fmt.Errorf("%w: the server does not answer for %s (%s)", dns.ErrNotFound, name, codeName(reply.Rcode))
	case reply.Rcode != wire.RcodeSuccess && reply.Rcode != wire.RcodeNameError:
		return nil, fmt.Errorf("%w: the server answers %s", dns.ErrUnavailable, codeName(reply.Rcode))
	case !reply.Authoritative:
		return nil, fmt.Errorf("%w: the server has no authority for %s", dns.ErrNotFound, name)
	}
	return reply, nil
}

// query asks over UDP, and over TCP if the answer is truncated or does not come.
func (z *Zone) query(ctx context.Context, name string, kind uint16) (*wire.Msg, error) {
	m := new(wire.Msg)
	m.SetQuestion(name+".", kind)
	m.RecursionDesired = false
	packed, err := m.Pack()
	if err != nil {
		return nil, err
	}
	q := exchange{zone: z, request: packed, matches: func(reply *wire.Msg) bool { return answers(reply, m) }}
	q.limit, q.network = z.timeout()/4, "udp"
	reply, err := q.run(ctx)
	if err != nil || reply.message.Truncated {
		q.limit, q.network = z.timeout(), "tcp"
		reply, err = q.run(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", dns.ErrUnavailable, err)
	case reply.message.Truncated:
		return nil, fmt.Errorf("%w: %w", dns.ErrUnavailable, errTruncated)
	}
	return reply.message, nil
}

var errTruncated = errors.New("the answer is truncated over TCP too")

// answers reports whether a message is the reply to a request: same id, same operation, same question.
func answers(reply, request *wire.Msg) bool {
	if !reply.Response || reply.Id != request.Id || reply.Opcode != request.Opcode || len(reply.Question) != 1 {
		return false
	}
	got, want := reply.Question[0], request.Question[0]
	return strings.EqualFold(got.Name, want.Name) && got.Qtype == want.Qtype && got.Qclass == want.Qclass
}

// codeName is the name of a response code as diagnostic tools write it.
func codeName(code int) string {
	if name, known := wire.RcodeToString[code]; known {
		return name
	}
	return fmt.Sprintf("RCODE %d", code)
}
