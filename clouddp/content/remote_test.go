package content_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

const blobOfTen = "0123456789"

func remote(handler http.HandlerFunc) *content.Remote {
	return &content.Remote{
		URL:   "https://point.test",
		Token: func(context.Context) (string, error) { return "secret-token", nil },
		HTTP:  &http.Client{Transport: &contenttest.Transport{Handler: handler}},
	}
}

func openString(t *testing.T, r content.Reader, off, n int64) (string, content.Info, error) {
	t.Helper()
	body, info, err := r.Open(t.Context(), "packs/a", off, n)
	if err != nil {
		return "", info, err
	}
	defer func() { _ = body.Close() }()
	got, err := io.ReadAll(body)
	return string(got), info, err
}

func TestRemoteOpens(t *testing.T) {
	r := remote(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret-token" || r.URL.Path != "/v1/blobs/packs/a" {
			t.Errorf("asked for %s with %q", r.URL.Path, r.Header)
		}
		w.Header().Set("ETag", `"e"`)
		http.ServeContent(w, r, "", day1, strings.NewReader(blobOfTen))
	})
	tests := []struct {
		off, n int64
		want   string
		err    error
	}{
		{0, -1, blobOfTen, nil},
		{2, 3, "234", nil},
		{8, 100, "89", nil},
		{8, -1, "89", nil},
		{0, 0, "", nil},
		{5, 0, "", nil},
		{10, 1, "", content.ErrInvalid},
		{-1, 1, "", content.ErrInvalid},
	}
	for _, test := range tests {
		got, info, err := openString(t, r, test.off, test.n)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("Open at %d, %d bytes: %q, %v; want %q, %v", test.off, test.n, got, err, test.want, test.err)
		}
		if err == nil && (info.Size != 10 || info.ETag != `"e"` || !info.Modified.Equal(day1)) {
			t.Errorf("Info is %+v", info)
		}
	}
}

func TestRemoteDistrustsAnswers(t *testing.T) {
	partial := func(contentRange, length, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", contentRange)
			w.Header().Set("Content-Length", length)
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, body)
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    error
	}{
		"range ignored":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, blobOfTen) }, content.ErrIntegrity},
		"other range":         {partial("bytes 1-4/10", "4", "1234"), content.ErrIntegrity},
		"shorter range":       {partial("bytes 2-4/10", "3", "234"), content.ErrIntegrity},
		"no Content-Range":    {partial("", "4", "2345"), content.ErrIntegrity},
		"impossible range":    {partial("bytes 2-5/4", "4", "2345"), content.ErrIntegrity},
		"range of words":      {partial("bytes a-b/c", "4", "2345"), content.ErrIntegrity},
		"unknown size":        {partial("bytes 2-5/*", "4", "2345"), content.ErrIntegrity},
		"body cut cleanly":    {partial("bytes 2-5/10", "2", "23"), content.ErrIntegrity},
		"body cut":            {partial("bytes 2-5/10", "4", "23"), content.ErrIntegrity},
		"unauthorised":        {status(http.StatusUnauthorized), content.ErrDenied},
		"forbidden":           {status(http.StatusForbidden), content.ErrDenied},
		"not found":           {status(http.StatusNotFound), content.ErrNotFound},
		"changed":             {status(http.StatusPreconditionFailed), content.ErrConflict},
		"busy":                {status(http.StatusServiceUnavailable), content.ErrUnavailable},
		"redirect to nowhere": {status(http.StatusTemporaryRedirect), content.ErrUnavailable},
		"moved for good":      {status(http.StatusMovedPermanently), content.ErrUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, err := openString(t, remote(test.handler), 2, 4)
			if !errors.Is(err, test.want) {
				t.Errorf("%q, %v; want %v", got, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret-token") {
				t.Errorf("the token shows in %v", err)
			}
		})
	}
}

func TestRemoteBodyTooLongIsCut(t *testing.T) {
	got, _, err := openString(t, remote(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 2-5/10")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = io.WriteString(w, "23456789")
	}), 2, 4)
	if got != "2345" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRedirectGoesWithoutTheToken(t *testing.T) {
	tests := map[string]struct {
		location string
		want     error
	}{
		"storage":       {"https://storage.test/blob?sig=signature", nil},
		"plain http":    {"http://storage.test/blob", content.ErrIntegrity},
		"no host":       {"/v1/blobs/packs/b", content.ErrIntegrity},
		"another round": {"https://storage.test/again?sig=signature", content.ErrUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := remote(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Host == "point.test":
					http.Redirect(w, r, test.location, http.StatusTemporaryRedirect)
					return
				case r.Header.Get("Authorization") != "":
					t.Error("storage got the token")
				case r.URL.Path == "/again":
					http.Redirect(w, r, test.location, http.StatusTemporaryRedirect)
					return
				}
				http.ServeContent(w, r, "", day1, strings.NewReader(blobOfTen))
			})
			got, _, err := openString(t, r, 2, 4)
			if !errors.Is(err, test.want) || err == nil && got != "2345" {
				t.Errorf("%q, %v; want %v", got, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "signature") {
				t.Errorf("the signature shows in %v", err)
			}
		})
	}
}

func TestRemoteGrantIsChecked(t *testing.T) {
	const key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	tests := map[string]struct {
		body string
		want error
	}{
		"good":          {`{"id":"A","manifest":"manifests/a","key":"` + key + `"}`, nil},
		"other package": {`{"id":"B","manifest":"manifests/a","key":"` + key + `"}`, content.ErrIntegrity},
		"short key":     {`{"id":"A","manifest":"manifests/a","key":"AAAA"}`, content.ErrIntegrity},
		"bad name":      {`{"id":"A","manifest":"../a","key":"` + key + `"}`, content.ErrIntegrity},
		"no JSON":       {`<html>`, content.ErrIntegrity},
		"too much":      {`{"x":"` + strings.Repeat("x", 70_000) + `"}`, content.ErrIntegrity},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := remote(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, test.body) })
			grant, err := r.Grant(t.Context(), "A")
			if !errors.Is(err, test.want) {
				t.Errorf("error is %v, want %v", err, test.want)
			}
			if err == nil && (grant.Manifest != "manifests/a" || grant.ID != "A") {
				t.Errorf("grant is %+v", grant)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestRemoteArguments(t *testing.T) {
	token := func(context.Context) (string, error) { return "secret-token", nil }
	noToken := errors.New("no token today")
	dead := &http.Client{Transport: failing{io.ErrClosedPipe}}
	tests := map[string]struct {
		remote content.Remote
		want   error
	}{
		"nothing":  {content.Remote{}, content.ErrInvalid},
		"http":     {content.Remote{URL: "http://point.test", Token: token}, content.ErrInvalid},
		"user":     {content.Remote{URL: "https://u:p@point.test", Token: token}, content.ErrInvalid},
		"no token": {content.Remote{URL: "https://point.test"}, content.ErrInvalid},
		"token fails": {content.Remote{URL: "https://point.test", Token: func(context.Context) (string, error) {
			return "", noToken
		}}, noToken},
		"no network": {content.Remote{URL: "https://point.test", Token: token, HTTP: dead}, content.ErrUnavailable},
		"own error":  {content.Remote{URL: "https://point.test", Token: token, HTTP: dead}, io.ErrClosedPipe},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, _, err := test.remote.Open(t.Context(), "packs/a", 0, -1); !errors.Is(err, test.want) {
				t.Errorf("Open: %v, want %v", err, test.want)
			}
			if _, err := test.remote.Grant(t.Context(), "A"); !errors.Is(err, test.want) {
				t.Errorf("Grant: %v, want %v", err, test.want)
			}
		})
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	r := content.Remote{URL: "https://point.test", Token: token, HTTP: dead}
	if _, err := r.Grant(cancelled, "A"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzRemote(f *testing.F) {
	f.Add(206, "bytes 2-5/10", "4", "2345")
	f.Add(200, "", "10", blobOfTen)
	f.Add(416, "bytes */10", "", "")
	f.Add(206, "bytes 2-9223372036854775807/9223372036854775807", "-1", "x")
	f.Fuzz(func(t *testing.T, status int, contentRange, length, body string) {
		r := remote(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", contentRange)
			if n, err := strconv.Atoi(length); err == nil && n >= 0 {
				w.Header().Set("Content-Length", length)
			}
			w.WriteHeader(100 + (status&0x7fffffff)%500)
			_, _ = io.WriteString(w, body)
		})
		got, info, err := openString(t, r, 2, 4)
		if err == nil && (int64(len(got)) != min(4, info.Size-2) || !strings.HasPrefix(body, got)) {
			t.Errorf("took %q for bytes 2 to 5 of %d", got, info.Size)
		}
	})
}
