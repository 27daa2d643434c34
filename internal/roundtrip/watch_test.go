package roundtrip_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/internal/roundtrip"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func send(t *testing.T, rt http.RoundTripper, url string) (unsent bool, err error) {
	t.Helper()
	ctx, check := roundtrip.Watch(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := rt.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	return check(), err
}

func TestWatch(t *testing.T) {
	hangUp := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	plain, secure := httptest.NewServer(hangUp), httptest.NewTLSServer(hangUp)
	defer plain.Close()
	defer secure.Close()
	trusting := secure.Client().Transport.(*http.Transport)
	defer trusting.CloseIdleConnections()
	for name, c := range map[string]struct {
		rt     http.RoundTripper
		url    string
		unsent bool
	}{
		"no connection": {&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("the host is down")
		}}, plain.URL, true},
		"unknown certificate":  {&http.Transport{}, secure.URL, true},
		"lost answer":          {&http.Transport{}, plain.URL, false},
		"lost answer, TLS":     {trusting, secure.URL, false},
		"one that tells not":   {transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("no") }), plain.URL, false},
		"one that only begins": {transport(begins), plain.URL, true},
	} {
		if unsent, err := send(t, c.rt, c.url); err == nil || unsent != c.unsent {
			t.Errorf("%s: got unsent %t, %v; want %t", name, unsent, err, c.unsent)
		}
	}
}

func begins(r *http.Request) (*http.Response, error) {
	roundtrip.Begin(r.Context(), r.URL.Host)
	return nil, errors.New("the sign-in failed")
}

func TestUnwatched(t *testing.T) {
	type key struct{}
	watched, _ := roundtrip.Watch(context.WithValue(t.Context(), key{}, "kept"))
	ctx := roundtrip.Unwatched(watched)
	if httptrace.ContextClientTrace(ctx) != nil || ctx.Value(key{}) != "kept" {
		t.Error("it hides too little, or too much")
	}
	roundtrip.Begin(ctx, "nobody is told")
}
