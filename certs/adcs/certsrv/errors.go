package certsrv

import "github.com/clouddp/sdk/internal/errs"

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
