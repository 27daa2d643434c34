package rfc2136

import (
	"context"
	"fmt"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

// textTries is how often the texts of a name are read anew because somebody else changed them meanwhile.
const textTries = 4

// swapAlias makes a change of a CNAME: the name must not be in use at all, or hold exactly the old alias.
func (z *Zone) swapAlias(ctx context.Context, apex string, s *swap.Swap) error {
	m := new(wire.Msg)
	m.SetUpdate(apex + ".")
	if s.Old == nil {
		m.NameNotUsed([]wire.RR{resource(s.New)})
	} else {
		m.Used([]wire.RR{resource(s.Old)})
		m.Remove([]wire.RR{resource(s.Old)})
	}
	if s.New != nil {
		m.Insert([]wire.RR{resource(s.New)})
	}
	held, err := z.update(ctx, apex, m)
	if err == nil && !held {
		return z.conflict(ctx, s.Name)
	}
	return err
}

// swapText makes a change of one text. A prerequisite about values is about all of them (RFC 2136, section 2.4.2), so
// that they are read first; if they change meanwhile, they are read again.
func (z *Zone) swapText(ctx context.Context, apex string, s *swap.Swap) error {
	for range textTries {
		have, err := z.held(ctx, apex, s.Name)
		if err != nil {
			return err
		}
		if s.Blocked(recordsOf(have)) {
			return z.conflict(ctx, s.Name)
		}
		held, err := z.update(ctx, apex, textUpdate(s, apex, have))
		if err != nil || held {
			return err
		}
	}
	return z.conflict(ctx, s.Name)
}

// textUpdate returns the update of a name that has these texts. Other texts are left as they are, down to the strings that
// they are made of.
func textUpdate(s *swap.Swap, apex string, have []wire.RR) *wire.Msg {
	m := new(wire.Msg)
	m.SetUpdate(apex + ".")
	texts := []wire.RR{&wire.ANY{Hdr: header(s.Name, wire.TypeTXT, 0)}}
	alias := []wire.RR{&wire.ANY{Hdr: header(s.Name, wire.TypeCNAME, 0)}}
	if len(have) == 0 {
		m.RRsetNotUsed(texts)
		m.RRsetNotUsed(alias)
	}
	for _, rr := range have {
		m.Used([]wire.RR{wire.Copy(rr)})
		if s.Old != nil && valueOf(rr) == s.Old.Value {
			m.Remove([]wire.RR{wire.Copy(rr)})
		}
	}
	if s.New != nil {
		m.Insert([]wire.RR{resource(s.New)})
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
