package dns

import (
	"context"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Verdict says how an [Ensure] or [Remove] ended.
type Verdict int

const (
	// VerdictUnknown is the zero value: nothing is known.
	VerdictUnknown Verdict = iota
	// Applied means that the change was made and read back from every authoritative server.
	Applied
	// AlreadyOK means that nothing had to change.
	AlreadyOK
	// Conflict means that the name holds something else, which was left alone.
	Conflict
	// IgnoredByServer means that the server reported success and changed nothing.
	IgnoredByServer
	// AppliedUnverified means that the zone holds the change but not every authoritative server shows it yet.
	AppliedUnverified
	// Refused means that the server did not allow the change.
	Refused
)

// String returns the verdict in words.
func (v Verdict) String() string { return "" }

// Change is the outcome of [Ensure] or [Remove].
type Change struct {
	// Verdict is how it ended.
	Verdict Verdict
	// Before and After are the records at the name as the zone held them.
	Before, After []Record
	// Servers are the authoritative servers that were asked to confirm, as host:port.
	Servers []string
	// Wait is the longest time for which a resolver may still hold the previous answer.
	Wait time.Duration
}

// EnsureOptions adjusts [Ensure]; nil or the zero value means every default.
type EnsureOptions struct {
	// Replaces lists the CNAME targets that may be replaced, such as the one of a service that was redeployed.
	Replaces []string
}

// Ensure makes want exist in zone and proves it: it reads, swaps with what it read as precondition, and reads back from
// every authoritative server that r finds. A different CNAME at the name is replaced only if o lists its target;
// otherwise it is a [*ConflictError] and left alone. A nil r skips the servers, so that the verdict is
// AppliedUnverified at best. Errors are those of [Zone] and [*InvalidError].
func Ensure(ctx context.Context, zone Zone, r *Resolver, want Record, o *EnsureOptions) (Change, error) {
	return Change{}, errs.ErrUnsupported
}

// Remove makes have absent from zone by the same steps. A name that holds another value is a [*ConflictError] and left
// alone; a name without the record is AlreadyOK.
func Remove(ctx context.Context, zone Zone, r *Resolver, have Record) (Change, error) {
	return Change{}, errs.ErrUnsupported
}
