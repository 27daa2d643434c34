package kerberos

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// ConfigPath is the file that Kerberos libraries read if they are given no configuration: the one that KRB5_CONFIG names, or
// that of the system. Windows has none, and "" is returned: \etc\krb5.conf is one that anybody may create there.
func ConfigPath() string { return configPath(runtime.GOOS) }

func configPath(system string) string {
	byDefault := "/etc/krb5.conf"
	if system == "windows" {
		byDefault = ""
	}
	return cmp.Or(strings.TrimPrefix(os.Getenv("KRB5_CONFIG"), "FILE:"), byDefault)
}

// CachePath returns the file of a ticket cache: the one called name or, without a name, the one that KRB5CCNAME names or
// that kinit fills by default. A cache that is no file is errs.ErrUnsupported, and so is that of Windows, which keeps its
// tickets elsewhere.
func CachePath(name string) (string, error) { return cachePath(runtime.GOOS, name) }

func cachePath(system, name string) (string, error) {
	byDefault := filepath.Join("/tmp", "krb5cc_"+strconv.Itoa(os.Getuid()))
	if system == "windows" {
		byDefault = ""
	}
	path := strings.TrimPrefix(cmp.Or(name, os.Getenv("KRB5CCNAME"), byDefault), "FILE:")
	if path == "" {
		return "", fmt.Errorf("%w: the tickets that Windows keeps; name a user or the file of a ticket cache", errs.ErrUnsupported)
	}
	if kind, _, found := strings.Cut(path, ":"); found && len(kind) > 1 { // a drive is one letter
		return "", fmt.Errorf("%w: a ticket cache of kind %s; use a file", errs.ErrUnsupported, kind)
	}
	return path, nil
}
