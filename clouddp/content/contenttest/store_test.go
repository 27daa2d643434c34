package contenttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	contenttest.TestStore(t, func(*testing.T) contenttest.Harness {
		store := contenttest.NewStore()
		return contenttest.Harness{Store: store, LoseAnswer: store.LoseAnswer}
	})
}

func read(t *testing.T, store *contenttest.Store) (string, error) {
	t.Helper()
	body, _, err := store.Open(t.Context(), "a", 0, -1)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	got, err := io.ReadAll(body)
	return string(got), err
}

func TestFaultsStrikeOnce(t *testing.T) {
	tests := []struct {
		name   string
		inject func(*contenttest.Store)
		body   string
		err    error
		after  string
	}{
		{"flip", (*contenttest.Store).FlipBit, "abbd", nil, "abcd"},
		{"cut", (*contenttest.Store).CutShort, "ab", nil, "abcd"},
		{"fail", func(s *contenttest.Store) { s.FailAfter(1) }, "a", content.ErrUnavailable, "abcd"},
		{"refuse", (*contenttest.Store).Refuse, "", content.ErrUnavailable, "abcd"},
		{"change", (*contenttest.Store).ChangeOnNextRead, "abcd", nil, "abce"},
		{"restart", func(s *contenttest.Store) { s.FlipBit(); s.Restart() }, "abcd", nil, "abcd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := contenttest.NewStore()
			if _, err := store.Put(t.Context(), "a", content.NoVersion, []byte("abcd")); err != nil {
				t.Fatal(err)
			}
			test.inject(store)
			if got, err := read(t, store); got != test.body || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, test.body, test.err)
			}
			if got, err := read(t, store); got != test.after || err != nil {
				t.Errorf("then got %q, %v; want %q", got, err, test.after)
			}
		})
	}
}

func TestCrash(t *testing.T) {
	store := contenttest.NewStore()
	store.CrashAfter(1)
	if _, err := store.Put(t.Context(), "a", content.NoVersion, []byte("abcd")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(t.Context(), "b", content.NoVersion, nil); !errors.Is(err, content.ErrUnavailable) {
		t.Errorf("Put after the crash: %v", err)
	}
	if _, err := read(t, store); !errors.Is(err, content.ErrUnavailable) {
		t.Errorf("Open after the crash: %v", err)
	}
	store.Restart()
	if got, err := read(t, store); got != "abcd" || err != nil {
		t.Errorf("after the restart: %q, %v", got, err)
	}
	if store.Stored() != 4 || store.Sent() != 4 || store.Writes() != 1 {
		t.Errorf("stored %d, sent %d, %d writes", store.Stored(), store.Sent(), store.Writes())
	}
}

func TestTransportReportsShortAnswers(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "short")
	})
	client := &http.Client{Transport: &contenttest.Transport{Handler: handler}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://point.test/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	if body, err := io.ReadAll(reply.Body); !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != "short" {
		t.Errorf("body %q, %v", body, err)
	}
}

func ExampleStore() {
	store := contenttest.NewStore()
	store.LoseAnswer()
	_, err := store.Put(context.Background(), "packs/one", content.NoVersion, []byte("bytes"))
	fmt.Println(err, store.Stored())
	// Output: contenttest: put packs/one: outcome unknown 5
}
