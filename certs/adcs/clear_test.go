package adcs_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
)

// inTheClear returns the directory of a server that answers the request for TLS with data.
func inTheClear(data []byte) *adcs.Directory {
	return &adcs.Directory{
		Servers: []string{"ldap://dc1.contoso.com"}, User: adcstest.Administrator, Password: certs.StaticPassword(adcstest.Password),
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer func() { _ = server.Close() }()
				if _, err := server.Read(make([]byte, 64)); err != nil {
					return
				}
				go func() { _, _ = io.Copy(io.Discard, server) }()
				_, _ = server.Write(data)
			}()
			return client, nil
		},
	}
}

// Nobody knows who answers before TLS stands, and no memory is spent on them.
func TestAnswersInTheClear(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"nested":         {strings.Repeat("0\x84\x00\x0f\xff\xff", 1<<18), adcs.ErrLimit},
		"many":           {"0\x84\x00\x0f\xff\xff" + strings.Repeat("\x05\x00", 1<<19), adcs.ErrLimit},
		"long":           {"0\x84\x7f\xff\xff\xff\x02\x01\x01" + strings.Repeat("x", 1<<20), adcs.ErrUnavailable},
		"no TLS":         {"0\x0c\x02\x01\x01x\x07\x0a\x014\x04\x00\x04\x00", adcs.ErrUnavailable},
		"another answer": {"0\x0c\x02\x01\x01a\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrUnavailable},
		"another number": {"0\x0c\x02\x01\x02x\x07\x0a\x01\x00\x04\x00\x04\x00", adcs.ErrUnavailable},
		"nothing in it":  {"0\x00", adcs.ErrUnavailable},
		"no TLS behind":  {"0\x0c\x02\x01\x01x\x07\x0a\x01\x00\x04\x00\x04\x00" + strings.Repeat("x", 64), adcs.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			d := inTheClear([]byte(c.data))
			defer func() { _ = d.Close() }()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := d.ForestOID(t.Context())
			runtime.ReadMemStats(&after)
			if !errors.Is(err, adcs.ErrUnavailable) || !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
				t.Errorf("%d KiB were allocated", grown>>10)
			}
		})
	}
}

// One that answers no more is left for another, but not soon after a write.
func TestFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForest(t)
		defer func() { _ = f.directory.Close() }()
		s := &servers{dial: f.server.Dial}
		f.directory.Servers, f.directory.Dial = []string{"ldaps://" + adcstest.Host, "ldaps://localhost"}, s.Dial
		reach := func() error {
			_, err := f.directory.ForestOID(t.Context())
			return err
		}
		s.turn(adcstest.Host)
		if err := f.directory.PutTemplate(t.Context(), nil, newTemplate(t, f.directory)); err != nil {
			t.Fatal(err)
		}
		s.turn("localhost")
		time.Sleep(14 * time.Minute)
		if err := reach(); !errors.Is(err, adcs.ErrUnavailable) || strings.Join(s.dialled, " ") != adcstest.Host {
			t.Errorf("soon after a write: got %v from %v", err, s.dialled)
		}
		time.Sleep(time.Minute)
		if err := reach(); err != nil {
			t.Errorf("later: %v", err)
		}
		s.turn("localhost", adcstest.Host)
		if err := reach(); err != nil || strings.Join(s.dialled, " ") != "localhost" {
			t.Errorf("it does not stay: %v from %v", err, s.dialled)
		}
	})
}

func TestBindNames(t *testing.T) {
	for user, good := range map[string]bool{
		"administrator": false, "SITESERVER$": false, "anna.admin": false, "s-1": false,
		"administrator@contoso.com": true, `CONTOSO\administrator`: true, "CN=Anna,CN=Users,DC=contoso,DC=com": true,
		"Anna Admin": true, "contoso.com/Users/Anna": true, "S-1-5-21-1-2-3-500": true, "HOST/dc1.contoso.com": true,
		"{0f8fad5b-d9cb-469f-a165-70867728950e}": true,
	} {
		d := &adcs.Directory{
			Servers: []string{"ldaps://dc1.contoso.com"}, User: user, Password: certs.StaticPassword("x"),
			Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") },
		}
		if _, err := d.ForestOID(t.Context()); errors.Is(err, adcs.ErrInvalid) == good {
			t.Errorf("%q: got %v", user, err)
		}
	}
}
