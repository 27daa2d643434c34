package libdnszone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/clouddp/sdk/dns"
)

// AlteredError says that a provider reported success and did something else than it was asked. It matches
// [dns.ErrIntegrity]. The name is left as it is: a person should look at it.
type AlteredError struct {
	// Name is the owner name.
	Name string
	// Want is what the name should hold, as far as it concerns the change.
	Want []dns.Record
	// Have is what the name holds.
	Have []dns.Record
}

// Error implements error.
func (e *AlteredError) Error() string {
	return fmt.Sprintf("libdnszone: change %s: the provider did something else: the name should hold %v and holds %v", e.Name, e.Want, e.Have)
}

// Unwrap makes the error match [dns.ErrIntegrity].
func (e *AlteredError) Unwrap() error { return dns.ErrIntegrity }

// notSent reports an error from before the first byte of a request was sent.
func notSent(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "dial"
}

// answerLost reports an error after which a request may still take effect.
func answerLost(ctx context.Context, err error) bool {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return true
	}
	return ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
