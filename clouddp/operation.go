package clouddp

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// Operation is a change to a cloud distribution point that is under way. It starts nothing by itself: each
// [Operation.Poll] reads the cloud once and takes the next steps. Cancelling the context of a call stops further
// steps; what the cloud already does goes on, and the Operation can be polled again. An Operation is for one
// goroutine at a time.
type Operation struct {
	client *Client
	line   *line
	record *Record
	spec   *Spec
	verb   string
	adopt  bool

	service  *certs.Bundle
	parts    []Part
	attempts map[string]*attempt
	aliased  bool
	status   Status
	done     bool
	err      error
	trouble  error // the last passing error
}

// attempt is the latest request for one part.
type attempt struct {
	at      time.Time
	drift   []string
	ticket  Ticket
	refused bool // the cloud did nothing and may be asked again at once
}

// consistencyWindow is how long a part that was applied may still read as before.
const consistencyWindow = 2 * time.Minute

// Name returns the service FQDN.
func (o *Operation) Name() string { return o.spec.ServiceFQDN }

// Status returns what the last Poll saw, without asking the cloud.
func (o *Operation) Status() Status { return o.status }

// Done reports whether the operation has ended, well or not.
func (o *Operation) Done() bool { return o.done }

// Poll reads the cloud once, starts what can be started, and returns what it saw. A cloud that cannot be reached or
// asks for patience is no error: the Status says so and the next Poll tries again. An error from ctx leaves the
// Operation as it was; any other is final and is a [*StateError] whose cause matches, for example, [ErrForeign],
// [ErrDenied], [ErrLimit], [ErrConflict], [ErrDeadline] or is a [*NeedCertificateError]. After the end Poll
// repeats the last result.
func (o *Operation) Poll(ctx context.Context) (Status, error) {
	if o.done {
		return o.status, o.err
	}
	endTurn, err := o.line.takeTurn(ctx)
	if err != nil {
		return o.status, err
	}
	defer endTurn()
	if o.line.latest != o {
		return o.fail(fmt.Errorf("a newer %s has taken over: %w", o.line.latest.verb, ErrConflict))
	}
	finished, err := o.step(ctx)
	o.status.Time = time.Now().UTC()
	switch {
	case ctx.Err() != nil:
		return o.status, context.Cause(ctx)
	case err != nil && final(err):
		return o.fail(err)
	case err != nil:
		o.shrug(err)
	case finished:
		return o.finish()
	default:
		o.trouble = nil
	}
	if waited := time.Since(o.status.Started); waited >= o.client.deadline() {
		return o.fail(errors.Join(fmt.Errorf("not finished after %s: %w", waited.Round(time.Second), ErrDeadline), o.trouble))
	}
	return o.status, nil
}

// Wait polls until the operation ends and returns its last Status. Errors are those of [Operation.Poll].
func (o *Operation) Wait(ctx context.Context) (Status, error) {
	for _, err := range o.Updates(ctx) {
		if err != nil {
			return o.status, err
		}
	}
	return o.status, nil
}

// Updates polls until the operation ends and yields each Status. An error is the last pair. Breaking off leaves the
// Operation as it is; ranging again goes on.
func (o *Operation) Updates(ctx context.Context) iter.Seq2[Status, error] {
	return func(yield func(Status, error) bool) {
		for {
			status, err := o.Poll(ctx)
			if !yield(status, err) || err != nil || o.done {
				return
			}
			if err := pause(ctx, o.client.pollInterval()); err != nil {
				yield(o.status, err)
				return
			}
		}
	}
}

// step takes the operation one step further and reports whether that was the last.
func (o *Operation) step(ctx context.Context) (finished bool, err error) {
	if o.verb == verbDelete {
		return o.tearDown(ctx)
	}
	return o.converge(ctx)
}

func (o *Operation) fail(err error) (Status, error) {
	o.status.State, o.status.Detail = StateFailed, err.Error()
	o.done, o.err = true, &StateError{Name: o.Name(), Status: o.status, Err: err}
	o.client.logFailure(o, err)
	return o.status, o.err
}

func (o *Operation) finish() (Status, error) {
	o.done, o.trouble = true, nil
	o.client.logger().Info("operation finished", "service", o.Name(), "operation", o.verb, "state", o.status.State)
	return o.status, nil
}

// shrug notes an error that may pass.
func (o *Operation) shrug(err error) {
	o.trouble = err
	o.status.Detail = "will try again: " + err.Error()
	o.client.logger().Warn("will try again", "service", o.Name(), "operation", o.verb, "error", err)
}

// final reports whether trying again cannot help.
func final(err error) bool {
	return slices.ContainsFunc([]error{ErrInvalid, ErrDenied, ErrForeign, ErrConflict, ErrLimit, ErrUnsupported, errs.ErrIntegrity},
		func(category error) bool { return errors.Is(err, category) }) || isFailure(err)
}

// failureError reports an operation of the cloud that was accepted and failed, or a part that did.
type failureError struct {
	part Part
	err  error
}

// Error implements error.
func (e *failureError) Error() string {
	return fmt.Sprintf("%s %s failed: %v", e.part.Kind, e.part.Name, e.err)
}

// Unwrap returns the cause.
func (e *failureError) Unwrap() error { return e.err }

func isFailure(err error) bool {
	if _, ok := errors.AsType[*failureError](err); ok {
		return true
	}
	_, ok := errors.AsType[*NeedCertificateError](err)
	return ok
}

// pause waits for d or until ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
