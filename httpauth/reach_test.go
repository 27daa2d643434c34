package httpauth_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/errs"
)

// post sends a request without a body and returns how often it had a connection.
func post(ctx context.Context, t *testing.T, transport http.RoundTripper) (connections int32, err error) {
	t.Helper()
	var begun, got atomic.Int32
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { begun.Add(1) },
		GotConn: func(httptrace.GotConnInfo) { got.Add(1) },
	}), http.MethodPost, "https://"+host+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if begun.Load() == 0 {
		t.Error("nobody who watches knows that the request was taken")
	}
	return got.Load(), err
}

// Requests of the transport's own, such as the one that asks what the server offers, are not the caller's.
func TestTraceTellsOfTheRequestAlone(t *testing.T) {
	for _, offer := range []string{"Basic", "NTLM"} {
		p := newPeer(t, offer)
		credential := httpauth.Credential(basic("ben", password))
		if offer == "NTLM" {
			credential = ntlm("ben", password)
		}
		if got, err := post(t.Context(), t, p.transport(t, credential)); err != nil || got != 1 {
			t.Errorf("%s: %d connections for one request, %v", offer, got, err)
		}
		var wrong httpauth.Credential = basic("ben", "wrong")
		if offer == "NTLM" {
			wrong = &httpauth.NTLM{User: "ben", Password: secret("")}
		}
		if got, err := post(t.Context(), t, p.transport(t, wrong)); !errors.Is(err, errs.ErrDenied) || offer == "NTLM" && got != 0 {
			t.Errorf("%s, refused: %d connections, %v", offer, got, err)
		}
	}
}

func TestClosedIsUnavailable(t *testing.T) {
	transport := newPeer(t).transport(t)
	_ = transport.Close()
	if got, err := post(t.Context(), t, transport); !errors.Is(err, httpauth.ErrUnavailable) || got != 0 {
		t.Errorf("got %v after %d connections, want ErrUnavailable", err, got)
	}
}

func TestSilenceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &httpauth.Transport{Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			context.AfterFunc(t.Context(), func() { _ = theirs.Close() })
			return ours, nil
		}}
		defer func() { _ = transport.Close() }()
		begin := time.Now()
		_, err := post(t.Context(), t, transport)
		if took := time.Since(begin); !errors.Is(err, httpauth.ErrUnavailable) || took != 15*time.Second {
			t.Errorf("got %v after %v, want ErrUnavailable after the time that a TLS handshake has", err, took)
		}
	})
}
