package cmlog

import "github.com/clouddp/sdk/internal/errs"

// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
var ErrInvalid = errs.ErrInvalid

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
