package httpauth

import (
	"fmt"

	"github.com/alexbrainman/sspi"
	"github.com/alexbrainman/sspi/negotiate"

	"github.com/clouddp/sdk/internal/kerberos"
)

func (*CurrentUser) exchange(service string) exchange { return &account{service: service} }

// account is the exchange of Windows (SSPI).
type account struct {
	service     string
	credentials *sspi.Credentials
	context     *negotiate.ClientContext
}

// begin implements exchange.
func (a *account) begin() (token []byte, err error) {
	a.end()
	if a.credentials, err = negotiate.AcquireCurrentUserCredentials(); err != nil {
		return nil, fmt.Errorf("%w: %w", kerberos.ErrNoCredentials, err)
	}
	if a.context, token, err = negotiate.NewClientContext(a.credentials, a.service); err != nil {
		return nil, fmt.Errorf("%w: %w", kerberos.ErrNoCredentials, err)
	}
	return token, nil
}

// next implements exchange.
func (a *account) next(challenge []byte) ([]byte, error) {
	_, token, err := a.context.Update(challenge)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	return token, nil
}

// end implements exchange.
func (a *account) end() {
	if a.context != nil {
		_ = a.context.Release() // nothing depends on it any more
		a.context = nil
	}
	if a.credentials != nil {
		_ = a.credentials.Release()
		a.credentials = nil
	}
}
