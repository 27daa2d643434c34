package clouddp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// converge reads every part, starts what is missing or drifted, and ends when all are as wanted, the alias leads
// there and the service has been announced.
func (o *Operation) converge(ctx context.Context) (finished bool, err error) {
	if err := o.settleTickets(ctx); err != nil {
		return false, err
	}
	if err := o.read(ctx); err != nil {
		return false, err
	}
	o.status.State = StateWorking
	if err := o.supplyNeeds(ctx); err != nil {
		return false, err
	}
	waiting, err := o.startWhatIsDue(ctx)
	if err != nil || waiting != "" {
		o.status.Detail = waiting
		return false, err
	}
	if err := o.pointAlias(ctx); err != nil {
		return false, err
	}
	o.status.State, o.status.Detail = StateReady, "in service"
	if o.spec.Stopped {
		o.status.State, o.status.Detail = StateStopped, "stopped"
	}
	return true, o.client.announce(ctx, o)
}

// read reads every part of the Spec into the Status. Something in the way that is not ours ends the operation.
func (o *Operation) read(ctx context.Context) error {
	components := make([]Component, 0, len(o.parts))
	for _, part := range o.parts {
		component, err := o.client.Provider.Read(ctx, o.spec, part)
		if err != nil {
			return fmt.Errorf("read %s %s: %w", part.Kind, part.Name, err)
		}
		if component.State != StateAbsent && component.Owner != o.spec.OwnerMark() {
			if err := o.claim(ctx, component); err != nil {
				return err
			}
		}
		if component.Host != "" {
			o.status.Host = component.Host
		}
		o.client.logComponent(o, component)
		components = append(components, component)
	}
	o.status.Components = components
	return nil
}

// claim takes over a part that bears another mark, if the operation was told to.
func (o *Operation) claim(ctx context.Context, found Component) error {
	foreign := &ForeignError{Part: found.Part, Owner: found.Owner}
	if !o.adopt {
		return foreign
	}
	adopter, ok := o.client.Provider.(Adopter)
	if !ok {
		return fmt.Errorf("%w, and the provider cannot adopt: %w", foreign, ErrUnsupported)
	}
	return adopter.Adopt(ctx, o.spec, found.Part)
}

// settleTickets asks how the started operations stand. A failure that arrives late surfaces here.
func (o *Operation) settleTickets(ctx context.Context) error {
	for _, part := range o.parts {
		a := o.attempts[part.identity()]
		if a == nil || a.ticket == "" {
			continue
		}
		state, err := o.client.Provider.Outcome(ctx, a.ticket)
		switch {
		case errors.Is(err, ErrNotFound) || state == StateReady:
			a.ticket = "" // done, or forgotten: reading decides
		case state == StateFailed:
			if err == nil {
				err = errors.New("the cloud gives no reason")
			}
			return &failureError{part: part, err: err}
		case err != nil:
			return fmt.Errorf("operation on %s %s: %w", part.Kind, part.Name, err)
		}
	}
	return nil
}

// startWhatIsDue applies every part that needs it and whose predecessors are ready, and says what is awaited.
func (o *Operation) startWhatIsDue(ctx context.Context) (waiting string, err error) {
	for _, c := range o.status.Components {
		due, why := o.due(c)
		if due {
			if err := o.apply(ctx, c); err != nil {
				return "", err
			}
			why = c.Part.Kind + " started"
		}
		if c.State == StateFailed && len(c.Drift) == 0 {
			return "", &failureError{part: c.Part, err: errors.New(c.Reason)}
		}
		if waiting == "" {
			waiting = why
		}
	}
	return waiting, nil
}

// due reports whether c is to be applied now and, if it is not yet as wanted, what is awaited.
func (o *Operation) due(c Component) (due bool, waiting string) {
	a := o.attempts[c.Part.identity()]
	inFlight := a != nil && a.ticket != ""
	switch {
	case c.State == StateWorking, c.State == StateDeleting, c.State == StateUnknown, inFlight:
		return false, describe(c)
	case c.State != StateAbsent && len(c.Drift) == 0:
		return false, ""
	case !o.predecessorsReady(c.Part):
		return false, c.Part.Kind + " waits for its predecessors"
	case a != nil && !a.refused && slices.Equal(a.drift, c.Drift) && time.Since(a.at) < consistencyWindow:
		return false, c.Part.Kind + " is not visible yet"
	}
	return true, c.Part.Kind
}

func (o *Operation) predecessorsReady(part Part) bool {
	for _, c := range o.status.Components {
		if slices.Contains(part.After, c.Part.Kind) && c.State != StateReady && c.State != StateStopped {
			return false
		}
	}
	return true
}

// apply sends one request for c. A lost answer is left for reading to decide.
func (o *Operation) apply(ctx context.Context, c Component) error {
	if c.Part.Certificate && c.State == StateAbsent && o.service == nil {
		service, err := o.client.certificate(ctx, o.spec)
		if err != nil {
			return err
		}
		o.service = service
	}
	a := &attempt{at: time.Now(), drift: c.Drift}
	o.attempts[c.Part.identity()] = a
	ticket, err := o.client.Provider.Apply(ctx, o.spec, c.Part, o.service)
	a.ticket, a.refused = ticket, errors.Is(err, ErrUnavailable)
	if errors.Is(err, ErrUnknown) {
		o.client.logger().Warn("answer lost, reading decides", "service", o.Name(), "part", c.Part.Kind, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", c.Part.Kind, c.Part.Name, err)
	}
	o.client.logger().Info("part started", "service", o.Name(), "part", c.Part.Kind, "name", c.Part.Name, "was", c.State)
	return nil
}

func (p Part) identity() string { return p.Kind + "/" + p.Name }

func describe(c Component) string {
	text := fmt.Sprintf("%s is %s", c.Part.Kind, c.State)
	if c.Reason != "" {
		text += " (" + c.Reason + ")"
	}
	return text
}
