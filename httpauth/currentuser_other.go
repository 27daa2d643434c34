//go:build !windows

package httpauth

import (
	"fmt"
)

func (*CurrentUser) exchange(string) exchange { return noExchange{} }

// noExchange is that of a system without accounts of a domain.
type noExchange struct{}

func (noExchange) begin() ([]byte, error) {
	return nil, fmt.Errorf("%w: only Windows can sign in as the account of the process", ErrUnsupported)
}

func (noExchange) next([]byte) ([]byte, error) { return nil, ErrUnsupported }

func (noExchange) end() {}
