package rfc2136

import (
	"context"
	"fmt"
	"slices"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
)

// textTries is how often the texts of a name are read anew because somebody else changed them meanwhile.
const textTries = 4

// swapAlias makes a change of a CNAME: the name must not be in use at all, or hold exactly the old alias.
func (z *Zone) swapAlias(ctx context.Context, apex string, c change) error {
	m := new(wire.Msg)
	m.SetUpdate(apex + ".")
	if c.old == nil {
		m.NameNotUsed([]wire.RR{resource(c.replacement)})
	} else {
		m.Used([]wire.RR{resource(c.old)})
		m.Remove([]wire.RR{resource(c.old)})
	}
	if c.replacement != nil {
		m.Insert([]wire.RR{resource(c.replacement)})
	}
	held, err := z.update(ctx, apex, m)
	if err == nil && !held {
		return z.conflict(ctx, c.name)
	}
	return err
}

// swapText makes a change of one text. A prerequisite about values is about all of them (RFC 2136, section 2.4.2), so
// that they are read first; if they change meanwhile, they are read again.
func (z *Zone) swapText(ctx context.Context, apex string, c change) error {
	for range textTries {
		have, err := z.held(ctx, apex, c.name)
		if err != nil {
			return err
		}
		if c.blockedBy(recordsOf(have)) {
			return z.conflict(ctx, c.name)
		}
		held, err := z.update(ctx, apex, c.texts(apex, have))
		if err != nil || held {
			return err
		}
	}
	return z.conflict(ctx, c.name)
}

// blockedBy reports whether records at the name keep a change of a text from being made.
func (c change) blockedBy(have []dns.Record) bool {
	isOld := func(r dns.Record) bool { return c.old != nil && c.old.Equal(r) }
	if c.old != nil && !slices.ContainsFunc(have, isOld) {
		return true
	}
	return c.replacement != nil && slices.ContainsFunc(have, func(r dns.Record) bool {
		return r.Type == dns.TypeCNAME || c.replacement.Equal(r) && !isOld(r)
	})
}

// texts returns the update of a name that has these texts. Other texts are left as they are, down to the strings that
// they are made of.
func (c change) texts(apex string, have []wire.RR) *wire.Msg {
	m := new(wire.Msg)
	m.SetUpdate(apex + ".")
	texts := []wire.RR{&wire.ANY{Hdr: header(c.name, wire.TypeTXT, 0)}}
	alias := []wire.RR{&wire.ANY{Hdr: header(c.name, wire.TypeCNAME, 0)}}
	if len(have) == 0 {
		m.RRsetNotUsed(texts)
		m.RRsetNotUsed(alias)
	}
	for _, rr := range have {
		m.Used([]wire.RR{wire.Copy(rr)})
		if c.old != nil && valueOf(rr) == c.old.Value {
			m.Remove([]wire.RR{wire.Copy(rr)})
		}
	}
	if c.replacement != nil {
		m.Insert([]wire.RR{resource(c.replacement)})
	}
	return m
}

// update sends an update and reports whether its prerequisites held.
func (z *Zone) update(ctx context.Context, apex string, m *wire.Msg) (held bool, err error) {
	code, err := z.send(ctx, m)
	if err != nil {
		return false, err
	}
	switch code {
	case wire.RcodeSuccess:
		return true, nil
	case wire.RcodeNameError, wire.RcodeYXDomain, wire.RcodeYXRrset, wire.RcodeNXRrset:
		return false, nil
	case wire.RcodeNotAuth:
		return false, z.unauthorised(ctx, apex)
	case wire.RcodeNotZone:
		return false, fmt.Errorf("%w: the name is outside zone %s (NOTZONE)", dns.ErrNotFound, apex)
	case wire.RcodeRefused, wire.RcodeNotImplemented, wire.RcodeFormatError:
		return false, fmt.Errorf("%w: the server does not take the update (%s)", dns.ErrDenied, codeName(code))
	default:
		return false, fmt.Errorf("%w: the server answers %s", dns.ErrUnknown, codeName(code))
	}
}

// unauthorised tells the two meanings of NOTAUTH apart (RFC 8945, section 5.2): no authority for the zone, and no
// authority of the client over it.
func (z *Zone) unauthorised(ctx context.Context, apex string) error {
	_, err := z.ask(ctx, apex, wire.TypeSOA)
	if err != nil {
		return fmt.Errorf("zone %s (NOTAUTH): %w", apex, err)
	}
	return fmt.Errorf("%w: the server does not take updates of zone %s from this client (NOTAUTH)", dns.ErrDenied, apex)
}
