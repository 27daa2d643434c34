package kerberos

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// ConfigPath is the file that Kerberos libraries read if they are given no configuration.
func ConfigPath() string {
	return cmp.Or(strings.TrimPrefix(os.Getenv("KRB5_CONFIG"), "FILE:"), "/etc/krb5.conf")
}

// CachePath returns the file of a ticket cache: the one called name or, without a name, the one that KRB5CCNAME names or
// that kinit fills by default. A cache that is no file is errs.ErrUnsupported.
func CachePath(name string) (string, error) {
	byDefault := filepath.Join("/tmp", "krb5cc_"+strconv.Itoa(os.Getuid()))
	path := strings.TrimPrefix(cmp.Or(name, os.Getenv("KRB5CCNAME"), byDefault), "FILE:")
	if kind, _, found := strings.Cut(path, ":"); found && len(kind) > 1 { // a drive is one letter
		return "", fmt.Errorf("%w: a ticket cache of kind %s; use a file", errs.ErrUnsupported, kind)
	}
	return path, nil
}
