package certsrv_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/httpauth"
)

// hole never answers a call.
func hole(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// What was not sent has not been requested.
func TestNothingIsSent(t *testing.T) {
	ca, web := newAuthority(t)
	closed := serve(t, web)
	_ = closed.Close()
	strangers := httptest.NewUnstartedServer(web)
	strangers.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that clients break off
	strangers.StartTLS()
	defer strangers.Close()
	unverified := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strangers.Listener.Addr().String())
	}
	basic := &httpauth.Basic{User: "anna", Password: certs.StaticPassword("horse")}
	for name, c := range map[string]struct {
		transport http.RoundTripper
		want      error
	}{
		"closed":                    {closed, certsrv.ErrUnavailable},
		"black hole":                {&http.Transport{DialContext: hole}, context.DeadlineExceeded},
		"black hole, httpauth":      {&httpauth.Transport{Credentials: []httpauth.Credential{basic}, Dial: hole}, context.DeadlineExceeded},
		"black hole, anonymous":     {&httpauth.Transport{Dial: hole}, context.DeadlineExceeded},
		"unknown certificate":       {&http.Transport{DialContext: unverified}, certsrv.ErrUnavailable},
		"unknown certificate, HTTP": {&httpauth.Transport{Credentials: []httpauth.Credential{basic}, Dial: unverified}, certsrv.ErrUnavailable},
		"wrapped": {roundTripper((&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("the host is down")
		}}).RoundTrip), certsrv.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if c.want == context.DeadlineExceeded { //nolint:errorlint // it is that one
				ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
			}
			_, err := certs.Enroll(ctx, newClient(t, c.transport), newRequest("CloudDPCert"))
			if !errors.Is(err, c.want) || errors.Is(err, certsrv.ErrUnknown) {
				t.Errorf("got %v, want %v and not ErrUnknown", err, c.want)
			}
		})
	}
	if ca.Requests() != 0 {
		t.Errorf("%d requests were sent", ca.Requests())
	}
}

// What was sent may have been carried out, although a context ended or an answer was lost.
func TestSomethingIsSent(t *testing.T) {
	arrived := make(chan struct{}, 8)
	silent := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer silent.Close()
	trusting := silent.Client().Transport.(*http.Transport)
	trusting.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, silent.Listener.Addr().String())
	}
	trusting.TLSClientConfig.ServerName = "example.com"
	for name, transport := range map[string]http.RoundTripper{
		"http.Transport": trusting,
		"httpauth":       &httpauth.Transport{Pins: []httpauth.Pin{httpauth.PinOf(silent.Certificate())}, Dial: trusting.DialContext},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		_, err := certs.Enroll(ctx, newClient(t, transport), newRequest("CloudDPCert"))
		if !errors.Is(err, certsrv.ErrUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want ErrUnknown and Canceled", name, err)
		}
		cancel()
	}
}

func TestTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		timeout, after time.Duration
	}{"by default": {0, 2 * time.Minute}, "as set": {time.Second, time.Second}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}))
				client.Timeout = c.timeout
				begin := time.Now()
				_, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert"))
				if took := time.Since(begin); !errors.Is(err, certsrv.ErrUnknown) || took != c.after {
					t.Errorf("Issue: got %v after %v, want ErrUnknown after %v", err, took, c.after)
				}
				begin = time.Now()
				_, err = client.Retrieve(t.Context(), "1")
				if took := time.Since(begin); !errors.Is(err, certsrv.ErrUnavailable) || took != c.after {
					t.Errorf("Retrieve: got %v after %v, want ErrUnavailable after %v", err, took, c.after)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, &http.Transport{DialContext: hole})
		if _, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert")); !errors.Is(err, certsrv.ErrUnavailable) || errors.Is(err, certsrv.ErrUnknown) {
			t.Errorf("not connected: got %v, want ErrUnavailable", err)
		}
	})
}
