package mgmtcert_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest"
)

func Example() {
	ctx := context.Background()
	store := &mgmtcerttest.Store{}
	certificate := &x509.Certificate{Raw: []byte("as parsed from a .cer file")}

	for range 2 {
		added, err := mgmtcert.Ensure(ctx, store, certificate)
		fmt.Println(added, err)
	}
	fmt.Println(mgmtcert.Remove(ctx, store, certs.ThumbprintOf(certificate)))
	// Output:
	// true <nil>
	// false <nil>
	// <nil>
}

// forgetful is a store that answers well and does nothing, as far as its fields say so.
type forgetful struct {
	*mgmtcerttest.Store
	add, remove error
	readBack    error
	reads       int
}

func (f *forgetful) Add(context.Context, *x509.Certificate) error { return f.add }

func (f *forgetful) Remove(context.Context, certs.Thumbprint) error { return f.remove }

func (f *forgetful) Certificates(ctx context.Context) iter.Seq2[mgmtcert.Entry, error] {
	f.reads++
	if f.readBack != nil && f.reads > 1 {
		return func(yield func(mgmtcert.Entry, error) bool) { yield(mgmtcert.Entry{}, f.readBack) }
	}
	return f.Store.Certificates(ctx)
}

func TestEnsureBelievesOnlyWhatItReads(t *testing.T) {
	certificate := &x509.Certificate{Raw: []byte("certificate")}
	for name, test := range map[string]struct {
		store *forgetful
		want  error
	}{
		"accepted, not listed":      {&forgetful{}, mgmtcert.ErrUnknown},
		"lost, not listed":          {&forgetful{add: mgmtcert.ErrUnknown}, mgmtcert.ErrUnknown},
		"accepted, list unreadable": {&forgetful{readBack: mgmtcert.ErrUnavailable}, mgmtcert.ErrUnknown},
		"accepted, cancelled":       {&forgetful{readBack: context.Canceled}, context.Canceled},
		"refused":                   {&forgetful{add: mgmtcert.ErrDenied}, mgmtcert.ErrDenied},
		"full":                      {&forgetful{add: mgmtcert.ErrLimit}, mgmtcert.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			test.store.Store = &mgmtcerttest.Store{}
			added, err := mgmtcert.Ensure(t.Context(), test.store, certificate)
			if added || !errors.Is(err, test.want) {
				t.Errorf("Ensure: %t, %v; want false, %v", added, err, test.want)
			}
			if errors.Is(err, mgmtcert.ErrNotFound) {
				t.Errorf("%v matches ErrNotFound: nobody asked for it", err)
			}
		})
	}
}

func TestRemoveBelievesOnlyWhatItReads(t *testing.T) {
	certificate := &x509.Certificate{Raw: []byte("certificate")}
	for name, test := range map[string]struct{ answer, want error }{
		"accepted, still listed": {nil, mgmtcert.ErrUnknown},
		"lost, still listed":     {mgmtcert.ErrUnknown, mgmtcert.ErrUnknown},
		"refused":                {mgmtcert.ErrDenied, mgmtcert.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			store := &forgetful{Store: &mgmtcerttest.Store{}, remove: test.answer}
			if err := store.Store.Add(t.Context(), certificate); err != nil {
				t.Fatal(err)
			}
			if err := mgmtcert.Remove(t.Context(), store, certs.ThumbprintOf(certificate)); !errors.Is(err, test.want) {
				t.Errorf("Remove: %v, want %v", err, test.want)
			}
		})
	}
}

func TestSomebodyElseWasFaster(t *testing.T) {
	certificate := &x509.Certificate{Raw: []byte("certificate")}
	store := &racing{Store: &mgmtcerttest.Store{}}
	if added, err := mgmtcert.Ensure(t.Context(), store, certificate); added || err != nil {
		t.Errorf("Ensure: %t, %v; want false, nil", added, err)
	}
}

// racing is a store in which somebody else adds the same certificate just before.
type racing struct{ *mgmtcerttest.Store }

func (r *racing) Add(ctx context.Context, certificate *x509.Certificate) error {
	if err := r.Store.Add(ctx, certificate); err != nil {
		return err
	}
	return r.Store.Add(ctx, certificate)
}

func TestBadInput(t *testing.T) {
	var thumbprint certs.Thumbprint
	if _, err := mgmtcert.Ensure(t.Context(), nil, &x509.Certificate{Raw: []byte{1}}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Ensure in no store: %v", err)
	}
	if _, err := mgmtcert.Ensure(t.Context(), &mgmtcerttest.Store{}, nil); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Ensure of no certificate: %v", err)
	}
	if err := mgmtcert.Remove(t.Context(), nil, thumbprint); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Remove: %v", err)
	}
	if _, err := mgmtcert.Find(t.Context(), &mgmtcerttest.Store{}, thumbprint); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Find: %v", err)
	}
}
