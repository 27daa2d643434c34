package adminservice_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
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

// A write that was handed to somebody else's transport may have arrived, with a token or without.
func TestAWriteThatSomebodyElseHasSent(t *testing.T) {
	for _, withToken := range []bool{false, true} {
		service := &adminservicetest.Service{}
		plantServices(service, 3)
		var carrier http.RoundTripper = transport(func(r *http.Request) (*http.Response, error) {
			answer, err := service.RoundTripper().RoundTrip(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			return nil, errors.New("read: connection reset by peer")
		})
		if withToken {
			carrier = &adminservice.Token{Credential: token("t"), Scope: "s", Base: carrier}
		}
		err := (&adminservice.Site{URL: address, Transport: carrier}).StopCloudService(t.Context(), 2)
		if !errors.Is(err, adminservice.ErrUnknown) || service.Requests() != 1 {
			t.Errorf("with a token %t: got %v after %d requests, want ErrUnknown", withToken, err, service.Requests())
		}
	}
}

// waiting gives no token until its context ends.
type waiting struct{}

func (waiting) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	<-ctx.Done()
	return azcore.AccessToken{}, ctx.Err()
}

// Without a token nothing leaves, whoever would have carried it.
func TestATokenThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &adminservicetest.Service{}
		for _, base := range []http.RoundTripper{nil, service.RoundTripper()} {
			site := &adminservice.Site{URL: address, Transport: &adminservice.Token{Credential: waiting{}, Scope: "s", Base: base}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := site.StopCloudService(ctx, 2)
			cancel()
			if !errors.Is(err, adminservice.ErrUnavailable) || errors.Is(err, adminservice.ErrUnknown) || service.Requests() != 0 {
				t.Errorf("got %v after %d requests, want ErrUnavailable", err, service.Requests())
			}
		}
	})
}
