//go:build !windows

package ldapgssapi

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/credentials"
)

// own returns the mechanism with the process's ticket cache.
func (l *Login) own(service string) (mechanism, error) {
	configuration, err := l.configuration()
	if err != nil {
		return nil, err
	}
	byDefault := filepath.Join(os.TempDir(), fmt.Sprintf("krb5cc_%d", os.Getuid()))
	path := cmp.Or(strings.TrimPrefix(os.Getenv("KRB5CCNAME"), "FILE:"), byDefault)
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
