package dns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Verdict says how an [Ensure] or [Remove] ended.
type Verdict int

const (
	// VerdictUnknown is the zero value: nothing is known.
	VerdictUnknown Verdict = iota
	// Applied means that the change was made and read back from as many authoritative servers as the [Policy] asks for.
	Applied
	// AlreadyOK means that nothing had to change, and that as many authoritative servers show it.
	AlreadyOK
	// Conflict means that the name holds something else, which was left alone.
	Conflict
	// IgnoredByServer means that the server reported success and changed nothing.
	IgnoredByServer
	// AppliedUnverified means that the zone is as wanted but not enough authoritative servers show it yet.
	AppliedUnverified
	// Refused means that the server did not allow the change.
	Refused
	// AuthFailed means that the server did not accept the signature of the change; the error is an [*AuthError].
	AuthFailed
)

// String returns the verdict in words.
func (v Verdict) String() string {
	switch v {
	case VerdictUnknown:
		return "unknown"
	case Applied:
		return "applied"
	case AlreadyOK:
		return "already ok"
	case Conflict:
		return "conflict"
	case IgnoredByServer:
		return "ignored by server"
	case AppliedUnverified:
		return "applied, not verified"
	case Refused:
		return "refused"
	case AuthFailed:
		return "authentication failed"
	default:
		return fmt.Sprintf("verdict %d", int(v))
	}
}

// Change is the outcome of [Ensure] or [Remove].
type Change struct {
	// Verdict is how it ended.
	Verdict Verdict
	// Before and After are the CNAME and TXT records at the name as the zone held them.
	Before, After []Record
	// Servers are the authoritative servers that were asked to confirm, as host:port.
	Servers []string
	// Serials are the versions of the zone at those of Servers that told theirs: the serial of the SOA.
	Serials map[string]uint32
	// Doubts are one reason for each server that does not confirm, or why none could be asked. There can be some with
	// Applied and AlreadyOK too, where the [Policy] is content with less than all.
	Doubts []string
	// Wait is the longest time for which a resolver may still hold the previous answer: the TTL of what was there or,
	// if there was nothing, the time for which the zone lets a negative answer be kept (RFC 2308). It is 0 if nothing
	// changed, and if there was nothing and the zone's SOA could not be read.
	Wait time.Duration
}

// EnsureOptions adjusts [Ensure]; nil or the zero value means every default.
type EnsureOptions struct {
	// Replaces lists the CNAME targets that may be replaced, such as the one of a service that was redeployed.
	Replaces []string
	// Confirm says how many authoritative servers must show the change; the zero value is [All].
	Confirm Policy
}

// Ensure makes want exist in zone and proves it: it reads, swaps with what it read as precondition, and reads back from
// the zone and from the authoritative servers that r finds. A different CNAME at the name is replaced only if o lists
// its target; otherwise it is a [*ConflictError] and left alone. A record that differs in nothing but its TTL is left
// as it is. A swap whose answer was lost is decided by reading, and tried again only if it did not happen.
//
// A nil r skips the servers, so that the verdict is AppliedUnverified at best. With AppliedUnverified the error is nil
// unless ctx ended: call Ensure again to have the servers asked again.
//
// The Change is filled as far as things went even with an error. Errors are those of [Zone], [*InvalidError], and
// [*IgnoredError] for a server that reports success and does nothing; a signature that the server did not accept is an
// [*AuthError].
func Ensure(ctx context.Context, zone Zone, r *Resolver, want Record, o *EnsureOptions) (Change, error) {
	e, err := newEdit("ensure", zone, r, want, o)
	if err != nil {
		return Change{}, err
	}
	if e.record.TTL == 0 {
		e.record.TTL = defaultTTL
	}
	return e.run(ctx)
}

// Remove makes have absent from zone by the same steps and with the same errors as [Ensure]. A name that holds another
// CNAME is a [*ConflictError] and left alone; a name without the record is AlreadyOK.
func Remove(ctx context.Context, zone Zone, r *Resolver, have Record) (Change, error) {
	e, err := newEdit("remove", zone, r, have, nil)
	if err != nil {
		return Change{}, err
	}
	e.remove = true
	return e.run(ctx)
}

// maxSwaps bounds how often a swap whose answer was lost is tried.
const maxSwaps = 3

// edit is one intended change: the record present or, with remove, absent.
type edit struct {
	op       string
	zone     Zone
	resolver *Resolver
	record   Record
	remove   bool
	replaces []string
	policy   Policy
}

func newEdit(op string, zone Zone, r *Resolver, record Record, o *EnsureOptions) (*edit, error) {
	canonical, err := record.Canonical()
	problems, _ := errors.AsType[*InvalidError](err)
	if problems == nil {
		problems = &InvalidError{}
	}
	problems.Subject = "dns: " + op
	if zone == nil {
		problems.Add("zone", "is nil")
	}
	if r != nil {
		r.check(problems)
	}
	e := &edit{op: op, zone: zone, resolver: r, record: canonical}
	if o != nil {
		e.policy = o.Confirm
		e.policy.check(problems)
		for i, target := range o.Replaces {
			e.replaces = append(e.replaces, checkName(problems, fmt.Sprintf("Replaces[%d]", i), target))
		}
	}
	return e, problems.Err()
}

func (e *edit) run(ctx context.Context) (Change, error) {
	before, err := e.zone.Lookup(ctx, e.record.Name)
	if err != nil {
		return Change{Verdict: verdictOf(err)}, e.wrap(err)
	}
	change := Change{Before: before, After: before}
	if e.done(before) {
		change.Verdict = AlreadyOK
	} else if err := e.apply(ctx, &change); err != nil {
		return change, err
	}
	return change, e.confirm(ctx, &change)
}

// apply swaps and reads back until the outcome is known.
func (e *edit) apply(ctx context.Context, change *Change) error {
	for range maxSwaps {
		old, err := e.yielding(change.After)
		if err != nil {
			change.Verdict = Conflict
			return err
		}
		swapErr := e.swap(ctx, old)
		if swapErr != nil && !errors.Is(swapErr, ErrConflict) && !errors.Is(swapErr, ErrUnknown) {
			change.Verdict = verdictOf(swapErr)
			return e.wrap(swapErr)
		}
		change.After, err = e.zone.Lookup(ctx, e.record.Name)
		if err != nil {
			return e.wrap(fmt.Errorf("%w: read back: %w", ErrUnknown, err))
		}
		change.Verdict, err = e.judge(change, swapErr)
		if change.Verdict != VerdictUnknown {
			return err
		}
	}
	return e.wrap(fmt.Errorf("%w: %d answers were lost and the name is unchanged", ErrUnknown, maxSwaps))
}

// yielding returns the record that gives way to the edit, nil if the place is free, or the conflict.
func (e *edit) yielding(have []Record) (*Record, error) {
	if e.remove {
		return e.removable(have)
	}
	for _, r := range have {
		switch {
		case e.record.Type == TypeTXT && r.Type == TypeTXT:
			continue
		case r.Type == TypeCNAME && e.record.Type == TypeCNAME && slices.Contains(e.replaces, fold(r.Value)):
			return &r, nil
		default:
			return nil, &ConflictError{Name: e.record.Name, Have: have}
		}
	}
	return nil, nil
}

// removable returns the record to remove. It is asked only while the record, or another CNAME, is there.
func (e *edit) removable(have []Record) (*Record, error) {
	i := slices.IndexFunc(have, e.record.Equal)
	if i < 0 {
		return nil, &ConflictError{Name: e.record.Name, Have: have}
	}
	return &have[i], nil
}

func (e *edit) swap(ctx context.Context, old *Record) error {
	if e.remove {
		return e.zone.Swap(ctx, e.record.Name, old, nil)
	}
	return e.zone.Swap(ctx, e.record.Name, old, &e.record)
}

// judge compares what the swap reported with what was read afterwards. VerdictUnknown means that the swap did not
// happen and may be tried again.
func (e *edit) judge(change *Change, swapErr error) (Verdict, error) {
	conflict, reported := errors.AsType[*ConflictError](swapErr)
	switch {
	case e.done(change.After) && errors.Is(swapErr, ErrConflict):
		return AlreadyOK, nil
	case e.done(change.After):
		return Applied, nil
	case errors.Is(swapErr, ErrUnknown):
		return VerdictUnknown, nil
	case swapErr == nil && slices.EqualFunc(change.Before, change.After, Record.Equal):
		return IgnoredByServer, &IgnoredError{Name: e.record.Name, Have: change.After}
	case reported && len(conflict.Have) > 0:
		return Conflict, conflict
	default:
		return Conflict, &ConflictError{Name: e.record.Name, Have: change.After}
	}
}

// done reports whether records at the name are as the edit wants them. Another CNAME is not: it stands where the
// record to remove is expected.
func (e *edit) done(have []Record) bool {
	if !e.remove {
		return slices.ContainsFunc(have, e.record.Equal)
	}
	return !slices.ContainsFunc(have, func(r Record) bool {
		return r.Equal(e.record) || r.Type == TypeCNAME && e.record.Type == TypeCNAME
	})
}

// wrap adds what was attempted to an error from elsewhere.
func (e *edit) wrap(err error) error {
	return fmt.Errorf("dns: %s %s: %w", e.op, e.record.Name, err)
}

// verdictOf is the verdict after an error that ends an edit before its outcome can be read.
func verdictOf(err error) Verdict {
	if _, ignored := errors.AsType[*IgnoredError](err); ignored { // by a Zone that reads back itself
		return IgnoredByServer
	}
	if _, unsigned := errors.AsType[*AuthError](err); unsigned {
		return AuthFailed
	}
	if errors.Is(err, ErrDenied) {
		return Refused
	}
	return VerdictUnknown
}
