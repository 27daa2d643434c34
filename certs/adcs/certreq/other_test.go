//go:build !windows

package certreq_test

import (
	"errors"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certreq"
)

func TestNeedsWindows(t *testing.T) {
	_, err := certs.Enroll(t.Context(), &certreq.Client{Config: config}, newRequest("X"))
	if !errors.Is(err, certs.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}
