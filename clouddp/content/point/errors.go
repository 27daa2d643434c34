package point

import (
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrDenied says that a token is not good for what was asked.
	ErrDenied = errs.ErrDenied
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

func denied(reason string) error { return fmt.Errorf("point: verify token: %s: %w", reason, ErrDenied) }
