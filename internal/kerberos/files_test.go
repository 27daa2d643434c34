package kerberos

import (
	"errors"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
)

// Anybody may create \etc and \tmp there.
func TestWindowsHasNoFilesByDefault(t *testing.T) {
	t.Setenv("KRB5_CONFIG", "")
	t.Setenv("KRB5CCNAME", "")
	if got := configPath("windows"); got != "" {
		t.Errorf("configuration %q", got)
	}
	if got, err := cachePath("windows", ""); !errors.Is(err, errs.ErrUnsupported) {
		t.Errorf("ticket cache %q, %v", got, err)
	}
	t.Setenv("KRB5_CONFIG", `C:\krb5.conf`)
	t.Setenv("KRB5CCNAME", `FILE:C:\tickets`)
	path, err := cachePath("windows", "")
	if got := configPath("windows"); got != `C:\krb5.conf` || path != `C:\tickets` || err != nil {
		t.Errorf("got %q and %q, %v", got, path, err)
	}
}
