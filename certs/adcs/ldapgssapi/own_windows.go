package ldapgssapi

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"

	"github.com/clouddp/sdk/internal/kerberos"
)

// hasOwn says that the system signs in for the process.
const hasOwn = true

// own returns the mechanism with the credentials of the account that the process runs as.
func own() (ldap.GSSAPIClient, error) {
	client, err := gssapi.NewSSPIClient()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", kerberos.ErrNoCredentials, err)
	}
	return client, nil
}
