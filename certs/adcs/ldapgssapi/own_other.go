//go:build !windows

package ldapgssapi

import (
	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/internal/errs"
)

// hasOwn says that the system signs in for the process. Others have ticket caches.
const hasOwn = false

func own() (ldap.GSSAPIClient, error) { return nil, errs.ErrUnsupported }
