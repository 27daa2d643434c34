package pkcs12

import (
	"fmt"
	"math/big"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// maxIterations is the sum of all iteration counts in one file. NSS and GnuTLS write 600,000 in each part; .NET
	// refuses more than a million in all.
	maxIterations = 5_000_000
	// maxBlocks is the sum of iterations times the digests each derivation takes side by side: 3DES takes three.
	maxBlocks = 3 * maxIterations
	// maxTime is how long opening one file may take, on a busy machine too. It is looked at between two derivations.
	maxTime = time.Minute
)

// budget is what the key derivations of one file may still cost. Every derivation is planned before the first one of its
// layer runs, so that a file whose counts can be read is refused at once.
type budget struct {
	iterations, blocks int
	deadline           time.Time
}

func newBudget() *budget {
	return &budget{iterations: maxIterations, blocks: maxBlocks, deadline: time.Now().Add(maxTime)}
}

// plan takes the cost of a derivation.
func (b *budget) plan(iterations, blocks int) error {
	b.iterations -= min(iterations, maxIterations+1)
	b.blocks -= blocks * min(iterations, maxIterations+1)
	if b.iterations < 0 || b.blocks < 0 {
		return fmt.Errorf("more than %d key derivation iterations: %w", maxIterations, errs.ErrLimit)
	}
	return nil
}

// inTime is asked before work that cannot be interrupted.
func (b *budget) inTime() error {
	if time.Now().After(b.deadline) {
		return fmt.Errorf("not opened in %s: %w", maxTime, errs.ErrLimit)
	}
	return nil
}

// iterationCount reads a count; nil is the default of RFC 7292, which is 1.
func iterationCount(n *big.Int) (int, error) {
	switch {
	case n == nil:
		return 1, nil
	case n.Sign() <= 0:
		return 0, damaged("an iteration count of %d", n)
	case n.BitLen() > 31:
		return 0, fmt.Errorf("an iteration count of %d bits: %w", n.BitLen(), errs.ErrLimit)
	default:
		return int(n.Int64()), nil
	}
}
