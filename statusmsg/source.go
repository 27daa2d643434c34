package statusmsg

import (
	"context"
	"iter"
)

// Source reads status messages. Messages yields those that q selects in ascending RecordID and then ends; an error is
// the last pair. Ranging over the sequence again is a fresh reading. The messages are the caller's to change.
// Implementations are safe for concurrent use.
type Source interface {
	Messages(ctx context.Context, q Query) iter.Seq2[Message, error]
}

// Sink takes status messages. Report is idempotent by [Message.Key] and is done when the message can be read back; a
// message without a Key is a new one each time. A zero Time means now. A message that fails [Message.Validate] is
// refused with that error. Implementations are safe for concurrent use.
type Sink interface {
	Report(ctx context.Context, m Message) error
}
