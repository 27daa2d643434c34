package certstest

import (
	"context"
	"fmt"

	"github.com/clouddp/sdk/certs"
)

// Fail makes the next call of an interface method return err and do nothing, as an authority or a domain controller that
// is not reached: [certs.ErrUnavailable].
func (ca *CA) Fail(err error) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.failure = err
}

// LoseAnswer makes the next call that writes do its work and then return [certs.ErrUnknown].
func (ca *CA) LoseAnswer() {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.lost = true
}

// read runs a call that changes nothing.
func (ca *CA) read(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if err := ca.failure; err != nil {
		ca.failure = nil
		return fmt.Errorf("certstest: %s: %w", ca.name, err)
	}
	return call()
}

// write runs a call that changes something, the answer of which can be lost.
func (ca *CA) write(ctx context.Context, call func() error) error {
	return ca.read(ctx, func() error {
		err := call()
		if !ca.lost {
			return err
		}
		ca.lost = false
		return fmt.Errorf("certstest: %s: the answer was lost: %w", ca.name, certs.ErrUnknown)
	})
}
