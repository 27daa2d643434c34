package ldapgssapi

import (
	"fmt"

	"github.com/go-ldap/ldap/v3/gssapi"
)

// own returns the mechanism with the credentials of the account that the process runs as.
func (l *Login) own(string) (mechanism, error) {
	m, err := gssapi.NewSSPIClient()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	return m, nil
}
