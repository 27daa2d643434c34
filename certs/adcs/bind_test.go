package adcs_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
)

// bindWith has the directory authenticate in a way of its own.
func (f *forest) bindWith(bind func(context.Context, *ldap.Conn) error) {
	f.directory.User, f.directory.Password = "", nil
	f.directory.Bind = func(ctx context.Context, conn *ldap.Conn, _ string) error { return bind(ctx, conn) }
}

// A channel binding is made of the certificate, or of keying material of the connection.
func TestBindKnowsTheChannel(t *testing.T) {
	for _, server := range []string{"ldaps://" + adcstest.Host, "ldap://" + adcstest.Host} {
		f := newForest(t)
		f.directory.Servers = []string{server}
		var state tls.ConnectionState
		f.bindWith(func(ctx context.Context, conn *ldap.Conn) error {
			state, _ = adcs.TLSConnectionState(ctx)
			return conn.Bind(adcstest.Administrator, adcstest.Password)
		})
		if _, err := f.directory.ForestOID(t.Context()); err != nil || len(state.PeerCertificates) == 0 {
			t.Fatalf("%s: the state is %+v, %v", server, state, err)
		}
		material, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if err != nil || bytes.Equal(material, make([]byte, 32)) {
			t.Errorf("%s: keying material %x, %v", server, material, err)
		}
	}
	if _, ok := adcs.TLSConnectionState(t.Context()); ok {
		t.Error("there is a state where there is no connection")
	}
}

// What is sent during a bind is bounded, and said to be too much.
func TestBindIsBounded(t *testing.T) {
	f := newForest(t)
	f.bindWith(func(_ context.Context, conn *ldap.Conn) error {
		if err := conn.Bind(adcstest.Administrator, adcstest.Password); err != nil {
			return err
		}
		for {
			_, err := conn.Search(&ldap.SearchRequest{Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)"})
			if err != nil {
				return err
			}
		}
	})
	if _, err := f.directory.ForestOID(t.Context()); !errors.Is(err, adcs.ErrLimit) || errors.Is(err, adcs.ErrUnavailable) {
		t.Errorf("got %v, want ErrLimit", err)
	}
}

func TestNoTimeAtAll(t *testing.T) {
	f := newForest(t)
	f.directory.Timeout = time.Nanosecond
	if _, err := f.directory.ForestOID(t.Context()); !errors.Is(err, adcs.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.directory.ForestOID(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, adcs.ErrUnavailable) {
		t.Errorf("got %v, want Canceled", err)
	}
}
