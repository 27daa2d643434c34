package adminservice_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "https://cm1.contoso.com/AdminService"

// lab is a site on a fake of its own, without sockets.
type lab struct {
	*testing.T
	service *adminservicetest.Service
	site    *adminservice.Site
}

func newLab(t *testing.T) *lab {
	t.Helper()
	service := &adminservicetest.Service{}
	return &lab{T: t, service: service, site: &adminservice.Site{URL: address, Transport: service.RoundTripper()}}
}

// transport answers requests by a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// saying returns a site whose service says the same JSON to everything.
func saying(status int, body string) *adminservice.Site {
	return &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		return response(r, status, "application/json", body), nil
	})}
}

func response(r *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// collect returns what a sequence yields, and its error.
func collect[T any](sequence func(func(T, error) bool)) ([]T, error) {
	var all []T
	for value, err := range sequence {
		if err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// must is collect where no error is expected.
func must[T any](t *testing.T, sequence func(func(T, error) bool)) []T {
	t.Helper()
	all, err := collect(sequence)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// token is a credential of Microsoft Entra.
type token string

func (t token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(t), ExpiresOn: time.Now().Add(time.Hour)}, nil
}
