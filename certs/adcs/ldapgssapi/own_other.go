//go:build !windows

package ldapgssapi

import (
	"fmt"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/credentials"

	"github.com/clouddp/sdk/internal/kerberos"
)

// own returns the mechanism with the process's ticket cache.
func (l *Login) own(service string) (mechanism, error) {
	configuration, err := l.configuration()
	if err != nil {
		return nil, err
	}
	path, err := kerberos.CachePath("")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	c, err := client.NewFromCCache(cache, configuration, client.DisablePAFXFAST(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	return withTicket(c, service)
}
