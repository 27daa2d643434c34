package dns

import (
	"context"
	"time"
)

// Record is one resource record. Names and CNAME values are fully qualified A-labels; a trailing dot and upper case
// are accepted and normalised away, so "Clouddp.contoso.com." and "clouddp.contoso.com" are the same name.
type Record struct {
	// Name is the owner.
	Name string
	// Type is "CNAME" or "TXT".
	Type string
	// Value is the target of a CNAME or the text of a TXT record, at most 255 bytes.
	Value string
	// TTL is 0 to 2^31-1 seconds, in whole seconds; 0 leaves the choice to the zone.
	TTL time.Duration
}

// Zone reads and changes the records of one DNS zone, or of several, at their source.
//
// Lookup returns every CNAME and TXT record at name as the source holds it, not as a resolver caches it; a name
// without such records is an empty slice and no error.
//
// Swap replaces old by new at name if, and only if, the source still holds old; nil means absent. Equality ignores the
// TTL. For TXT one value is set or removed and others stay. When the precondition does not hold, or when other
// data at the name excludes a CNAME, the error matches [ErrConflict] and nothing has changed. When the answer was lost
// it matches [ErrUnknown]. A name outside every zone is [ErrNotFound], refused credentials [ErrDenied].
//
// Implementations are safe for concurrent use: of two Swaps with the same old, one wins.
type Zone interface {
	Lookup(ctx context.Context, name string) ([]Record, error)
	Swap(ctx context.Context, name string, old, new *Record) error
}
