package clouddp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clouddp/sdk/dns"
)

// tearDown removes the alias, then the parts in reverse order, then the record. Nothing is touched while something
// that is not ours stands among the parts.
func (o *Operation) tearDown(ctx context.Context) (finished bool, err error) {
	if err := o.settleTickets(ctx); err != nil {
		return false, err
	}
	if err := o.read(ctx); err != nil {
		return false, err
	}
	o.status.State = StateDeleting
	if err := o.removeAlias(ctx); err != nil {
		return false, err
	}
	waiting, err := o.deleteWhatIsFree(ctx)
	if err != nil || waiting != "" {
		o.status.Detail = waiting
		return false, err
	}
	if err := o.client.registry().Delete(ctx, o.Name()); err != nil && !errors.Is(err, ErrNotFound) {
		return false, fmt.Errorf("registry: %w", err)
	}
	o.status.State, o.status.Detail = StateAbsent, "deleted"
	o.client.logDeleted(o)
	return true, nil
}

// deleteWhatIsFree starts the removal of every part that no other part still rests on.
func (o *Operation) deleteWhatIsFree(ctx context.Context) (waiting string, err error) {
	for _, c := range slices.Backward(o.status.Components) {
		if c.State == StateAbsent {
			continue
		}
		if waiting == "" {
			waiting = describe(c)
		}
		a := o.attempts[c.Part.identity()]
		recent := a != nil && !a.refused && (a.ticket != "" || time.Since(a.at) < consistencyWindow)
		if c.State == StateDeleting || recent || o.supports(c.Part) {
			continue
		}
		if err := o.delete(ctx, c.Part); err != nil {
			return "", err
		}
	}
	return waiting, nil
}

// supports reports whether a part that exists comes after part.
func (o *Operation) supports(part Part) bool {
	return slices.ContainsFunc(o.status.Components, func(c Component) bool {
		return c.State != StateAbsent && slices.Contains(c.Part.After, part.Kind)
	})
}

func (o *Operation) delete(ctx context.Context, part Part) error {
	a := &attempt{at: time.Now()}
	o.attempts[part.identity()] = a
	ticket, err := o.client.Provider.Delete(ctx, o.spec, part)
	a.ticket, a.refused = ticket, errors.Is(err, ErrUnavailable)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnknown) {
		return nil // reading decides
	}
	if err != nil {
		return fmt.Errorf("delete %s %s: %w", part.Kind, part.Name, err)
	}
	return nil
}

// removeAlias takes the alias away before the service that answers for it. An alias that leads elsewhere is not ours.
func (o *Operation) removeAlias(ctx context.Context) error {
	host := o.status.Host
	if host == "" {
		host = o.record.Host
	}
	if o.client.Zone == nil || host == "" || o.aliased {
		return nil
	}
	_, err := dns.Remove(ctx, o.client.Zone, o.client.Resolver, o.client.alias(o.spec, host))
	if _, elsewhere := errors.AsType[*dns.ConflictError](err); elsewhere {
		o.client.logger().Warn("alias leads elsewhere and is left alone", "service", o.Name(), "error", err)
		err = nil
	}
	if err != nil {
		return fmt.Errorf("alias: %w", err)
	}
	o.aliased = true
	return nil
}
