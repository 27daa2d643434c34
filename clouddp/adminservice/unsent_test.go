package adminservice_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/httpauth"
)

// A write that has not left has changed nothing, whoever gave up.
func TestAWriteThatHasNotLeft(t *testing.T) {
	hole := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, transport := range map[string]func() http.RoundTripper{
		"http.Transport": func() http.RoundTripper { return &http.Transport{DialContext: hole} },
		"httpauth": func() http.RoundTripper {
			return &httpauth.Transport{Dial: hole, Credentials: []httpauth.Credential{
				&httpauth.NTLM{User: "anna", Password: func() ([]byte, error) { return []byte("horse"), nil }},
			}}
		},
	} {
		for _, after := range []time.Duration{time.Second, time.Hour} { // the caller's time, and the site's own
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				rt := transport()
				defer rt.(interface{ CloseIdleConnections() }).CloseIdleConnections() // and what is being dialled
				site := &adminservice.Site{URL: address, Transport: rt}
				err := site.StopCloudService(ctx, 7)
				if !errors.Is(err, adminservice.ErrUnavailable) || errors.Is(err, adminservice.ErrUnknown) {
					t.Errorf("%s, %v: got %v, want ErrUnavailable", name, after, err)
				}
			})
		}
	}
}
