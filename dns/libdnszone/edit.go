package libdnszone

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/libdns/libdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

// restoreTimeout bounds the putting back of a record that has no successor.
const restoreTimeout = 15 * time.Second

// edit is a swap whose precondition holds, on its way through the provider.
type edit struct {
	*swap.Swap
	zone *Zone
	// have is what the name held when it was last read.
	have []held
}

func (e *edit) run(ctx context.Context) error {
	setter, sets := e.zone.Provider.(libdns.RecordSetter)
	switch {
	case e.Old == nil:
		return e.add(ctx)
	case e.New == nil:
		return e.remove(ctx, *e.Old)
	case sets && e.Type == dns.TypeCNAME:
		return e.replace(ctx, setter)
	default:
		return e.removeThenAdd(ctx)
	}
}

// add appends New. AppendRecords and DeleteRecords are what certificate authorities' challenges have proven in every
// provider; SetRecords is not, and would rewrite texts of others.
func (e *edit) add(ctx context.Context) error {
	before := e.have
	if err := e.appendRecord(ctx, *e.New); err != nil {
		return e.failed(ctx, "add", err)
	}
	if err := e.await(ctx, func() bool { return e.holds(*e.New) }); err != nil {
		return err
	}
	setter, sets := e.zone.Provider.(libdns.RecordSetter)
	if sets && e.holds(*e.New) && e.lacks(records(before)) { // it was set, not added
		if err := e.setAll(ctx, setter, records(before)); err != nil {
			return err
		}
	}
	return e.judge(ctx, records(before))
}

// setAll sets New together with the records that were there before it.
func (e *edit) setAll(ctx context.Context, setter libdns.RecordSetter, before []dns.Record) error {
	all := []libdns.Record{e.zone.toProvider(*e.New)}
	for _, r := range before {
		if r.Type == e.Type {
			all = append(all, e.zone.toProvider(r))
		}
	}
	if _, err := setter.SetRecords(ctx, e.zone.origin(), all); err != nil {
		return e.failed(ctx, "set", err)
	}
	return e.await(ctx, func() bool { return e.holds(*e.New) && !e.lacks(before) })
}

// replace sets New in the place of Old, in one step.
func (e *edit) replace(ctx context.Context, setter libdns.RecordSetter) error {
	before := records(e.have)
	if _, err := setter.SetRecords(ctx, e.zone.origin(), []libdns.Record{e.zone.toProvider(*e.New)}); err != nil {
		return e.failed(ctx, "set", err)
	}
	if err := e.await(ctx, func() bool { return e.holds(*e.New) && !e.oldLeft() }); err != nil {
		return err
	}
	if e.holds(*e.New) && e.oldLeft() { // it was added, not set
		if err := e.remove(ctx, *e.Old); err != nil {
			return err
		}
	}
	return e.judge(ctx, before)
}

// removeThenAdd makes room for New first, and puts Old back if New cannot be added.
func (e *edit) removeThenAdd(ctx context.Context) error {
	old := e.held(*e.Old).Record
	err := e.remove(ctx, old)
	if err == nil {
		err = e.add(ctx)
	}
	if err == nil {
		return nil
	}
	return e.restore(ctx, old, err)
}

// restore puts a record back because of cause, whatever has become of ctx, unless its place is taken.
func (e *edit) restore(ctx context.Context, old dns.Record, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTimeout)
	defer cancel()
	err := e.read(ctx)
	taken := e.holds(*e.New) || e.holds(old) || e.Type == dns.TypeCNAME && len(e.have) > 0
	if err == nil && taken {
		return cause
	}
	if err == nil {
		err = e.appendRecord(ctx, old)
	}
	if err == nil {
		err = e.await(ctx, func() bool { return e.holds(old) })
	}
	if err != nil || !e.holds(old) {
		altered := &AlteredError{Name: e.Name, Want: []dns.Record{old}, Have: records(e.have)}
		return fmt.Errorf("%w; it was to be put back because of: %w", altered, cause)
	}
	return cause
}

// remove deletes a record: in the form in which the provider shows it and, if that is not found, in that of libdns.
func (e *edit) remove(ctx context.Context, old dns.Record) error {
	before, shown := records(e.have), e.held(old)
	forms := []libdns.Record{e.zone.asShown(shown), e.zone.toProvider(shown.Record)}
	if forms[0].RR() == forms[1].RR() {
		forms = forms[:1]
	}
	for _, form := range forms {
		if _, err := e.zone.Provider.DeleteRecords(ctx, e.zone.origin(), []libdns.Record{form}); err != nil {
			return e.failed(ctx, "delete", err)
		}
		if err := e.await(ctx, func() bool { return !e.holds(old) }); err != nil {
			return err
		}
		if !e.holds(old) {
			break
		}
	}
	kept := slices.DeleteFunc(before, old.Equal)
	switch {
	case e.holds(old):
		return &dns.IgnoredError{Name: e.Name, Have: records(e.have)}
	case e.lacks(kept):
		return &AlteredError{Name: e.Name, Want: kept, Have: records(e.have)}
	}
	return nil
}

func (e *edit) appendRecord(ctx context.Context, r dns.Record) error {
	_, err := e.zone.Provider.AppendRecords(ctx, e.zone.origin(), []libdns.Record{e.zone.toProvider(r)})
	return err
}
