package roundtrip_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
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
		"one that hands on":    {transport(handsOn), plain.URL, false},
	} {
		if unsent, err := send(t, c.rt, c.url); err == nil || unsent != c.unsent {
			t.Errorf("%s: got unsent %t, %v; want %t", name, unsent, err, c.unsent)
		}
	}
}

func begins(r *http.Request) (*http.Response, error) {
	roundtrip.Begin(r.Context())
	return nil, errors.New("the sign-in failed")
}

func handsOn(r *http.Request) (*http.Response, error) {
	roundtrip.Begin(r.Context())
	roundtrip.HandOn(r.Context())
	return nil, errors.New("connection reset by peer")
}

// Whoever passes a request on watches it for whoever watches them.
func TestWatchInAWatch(t *testing.T) {
	outer, unsent := roundtrip.Watch(t.Context())
	inner, innerUnsent := roundtrip.Watch(outer)
	if unsent() || innerUnsent() {
		t.Error("nobody has taken the request, and yet it is sure")
	}
	roundtrip.Begin(inner)
	if !unsent() || !innerUnsent() {
		t.Error("one of the two was not told")
	}
	httptrace.ContextClientTrace(inner).GotConn(httptrace.GotConnInfo{})
	if unsent() || innerUnsent() {
		t.Error("one of the two does not know of the connection")
	}
}

// traced returns a context and what its trace was told of.
func traced(ctx context.Context) (traced context.Context, told func() string) {
	var mu sync.Mutex
	var events []string
	tell := func(event string) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, event)
	}
	traced = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { tell("get") },
		GotConn:      func(httptrace.GotConnInfo) { tell("got") },
		DNSStart:     func(httptrace.DNSStartInfo) { tell("look up") },
		ConnectStart: func(string, string) { tell("dial") },
		ConnectDone:  func(string, string, error) {},
	})
	return traced, func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(events, ", ")
	}
}

func TestUnwatched(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	url := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	type key struct{}
	for name, c := range map[string]struct {
		hide func(context.Context) context.Context
		told string
	}{
		"watched":   {func(ctx context.Context) context.Context { return ctx }, "get, look up, dial, got"},
		"unwatched": {roundtrip.Unwatched, ""},
	} {
		tracedContext, told := traced(context.WithValue(t.Context(), key{}, "kept"))
		watched, unsent := roundtrip.Watch(tracedContext)
		ctx := c.hide(watched)
		transport := &http.Transport{DialContext: (&net.Dialer{FallbackDelay: -1}).DialContext}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
		got := strings.ReplaceAll(told(), "dial, dial", "dial") // ::1 as well
		if got != c.told || unsent() || ctx.Value(key{}) != "kept" {
			t.Errorf("%s: a trace was told of %q, want %q; unsent %t", name, got, c.told, unsent())
		}
		roundtrip.Begin(ctx)
		if name == "unwatched" && unsent() {
			t.Error("whoever watches was told of another request")
		}
	}
}
