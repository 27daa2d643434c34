package dns

import "context"

// Zone reads and changes the records of one DNS zone, or of several, at their source.
//
// Lookup returns every CNAME and TXT record at name as the source holds it, not as a resolver caches it; a name
// without such records is an empty slice and no error.
//
// Swap replaces old at name if, and only if, the source still holds old; nil means absent. Equality is that of
// [Record.Equal]. For TXT one value is set or removed and others stay. When the precondition does not hold, or when
// other data at the name excludes a CNAME, as SOA and NS do at the apex, the error matches [ErrConflict] and nothing has
// changed; it is a [*ConflictError] where the source says what is there. When the answer was lost it matches
// [ErrUnknown]. A name outside every zone is [ErrNotFound], refused credentials [ErrDenied]. Old and replacement, where
// given, are valid records of one type at name, and one of them is given; anything else is an [*InvalidError].
//
// Implementations are safe for concurrent use: of two Swaps with the same old, one wins.
type Zone interface {
	Lookup(ctx context.Context, name string) ([]Record, error)
	Swap(ctx context.Context, name string, old, replacement *Record) error
}
