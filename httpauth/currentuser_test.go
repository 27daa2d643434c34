//go:build !windows

package httpauth_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/clouddp/sdk/httpauth"
)

func TestCurrentUserIsForWindows(t *testing.T) {
	p := newPeer(t, "Negotiate")
	_, err := do(t, p.transport(t, &httpauth.CurrentUser{}), http.MethodGet, "")
	if _, ok := errors.AsType[*httpauth.AuthError](err); !ok || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want an AuthError that is not supported", err)
	}
}
