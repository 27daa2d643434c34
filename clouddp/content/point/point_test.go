package point_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
	"github.com/clouddp/sdk/clouddp/content/point"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const fqdn = "clouddp.contoso.com"

// site is a point with two packages and all that its owner has.
type site struct {
	store  *contenttest.Store
	key    content.Key
	files  fstest.MapFS
	issuer *point.Issuer
	point  *point.Point
	log    bytes.Buffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := content.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	big := make([]byte, 5<<20+123)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(big)
	s := &site{
		store: contenttest.NewStore(), key: key, issuer: &point.Issuer{Key: signer, Audience: fqdn},
		files: fstest.MapFS{"setup.exe": {Data: big}, "docs/read me ü.txt": {Data: []byte("read me")}, "empty": {}},
	}
	s.point = &point.Point{
		Content: s.store, Key: key, Tokens: &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{signer.Public()}},
		Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	s.distribute(t, "ABC00001", s.files)
	s.distribute(t, "ABC00002", fstest.MapFS{"other": {Data: []byte("other")}})
	return s
}

func (s *site) distribute(t *testing.T, id string, files fstest.MapFS) {
	t.Helper()
	if _, err := content.Distribute(t.Context(), s.store, s.key, content.Package{ID: id, Files: files}, nil); err != nil {
		t.Fatal(err)
	}
}

func (s *site) token(t *testing.T, packages ...string) string {
	t.Helper()
	token, err := s.issuer.Issue(packages...)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// ask sends a request with the headers, given as name and value in turn.
func (s *site) ask(t *testing.T, method, path, token string, headers ...string) (answer, []byte) {
	t.Helper()
	client := &http.Client{Transport: &contenttest.Transport{Handler: s.point}}
	return ask(t, client, method, "https://"+fqdn+path, token, headers...)
}

func ask(t *testing.T, client *http.Client, method, url, token string, headers ...string) (answer, []byte) {
	t.Helper()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	reply, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		body = nil
	}
	return answer{reply.StatusCode, reply.ContentLength, reply.Header}, body
}

// answer is a response without its body.
type answer struct {
	StatusCode    int
	ContentLength int64
	Header        http.Header
}

func (s *site) remote(t *testing.T, transport http.RoundTripper) *content.Remote {
	t.Helper()
	token := s.token(t, "ABC00001")
	return &content.Remote{
		URL:   "https://" + fqdn,
		Token: func(context.Context) (string, error) { return token, nil },
		HTTP:  &http.Client{Transport: transport},
	}
}

func fetch(t *testing.T, reader content.Reader) fstest.MapFS {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	if err := content.Fetch(t.Context(), reader, nil, "ABC00001", root, nil); err != nil {
		t.Fatal(err)
	}
	got := fstest.MapFS{}
	for _, path := range []string{"setup.exe", "docs/read me ü.txt", "empty"} {
		body, err := root.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got[path] = &fstest.MapFile{Data: body}
	}
	return got
}

func equal(t *testing.T, got, want fstest.MapFS) {
	t.Helper()
	for path, file := range want {
		if got[path] == nil || !bytes.Equal(got[path].Data, file.Data) {
			t.Errorf("%s holds other bytes", path)
		}
	}
}

// TestStockClientDownloadsOverTLS uses nothing but net/http, a token and a root certificate.
func TestStockClientDownloadsOverTLS(t *testing.T) {
	s := newSite(t)
	server := httptest.NewTLSServer(s.point)
	defer server.Close()
	url, token, want := server.URL+"/content/ABC00001/setup.exe", s.token(t, "ABC00001"), s.files["setup.exe"].Data

	head, _ := ask(t, server.Client(), http.MethodHead, url, token)
	if head.StatusCode != http.StatusOK || head.ContentLength != int64(len(want)) || head.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("HEAD: %d, %d bytes, %v", head.StatusCode, head.ContentLength, head.Header)
	}
	if etag := fmt.Sprintf("\"%x\"", sha256.Sum256(want)); head.Header.Get("ETag") != etag {
		t.Errorf("ETag is %s, want %s", head.Header.Get("ETag"), etag)
	}
	whole, body := ask(t, server.Client(), http.MethodGet, url, token)
	if whole.StatusCode != http.StatusOK || sha256.Sum256(body) != sha256.Sum256(want) {
		t.Errorf("GET: %d, %d bytes", whole.StatusCode, len(body))
	}
	var joined []byte
	const step = 1<<20 + 1
	for off := 0; off < len(want); off += step {
		last := min(off+step, len(want)) - 1
		part, body := ask(t, server.Client(), http.MethodGet, url, token,
			"Range", fmt.Sprintf("bytes=%d-%d", off, last), "If-Match", head.Header.Get("ETag"))
		if part.StatusCode != http.StatusPartialContent ||
			part.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", off, last, len(want)) {
			t.Fatalf("range: %d, %s", part.StatusCode, part.Header.Get("Content-Range"))
		}
		joined = append(joined, body...)
	}
	if sha256.Sum256(joined) != sha256.Sum256(want) {
		t.Error("the ranges joined have another hash")
	}
	transport, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("no http.Transport")
	}
	defer transport.CloseIdleConnections()
	r := s.remote(t, transport)
	r.URL = server.URL
	equal(t, fetch(t, r), s.files)
}

func TestFetchNeedsAURLAndATokenOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		r := s.remote(t, &contenttest.Transport{Handler: s.point})
		equal(t, fetch(t, r), s.files)
		time.Sleep(9 * time.Hour)
		if _, err := content.OpenTree(t.Context(), r, nil, "ABC00001"); !errors.Is(err, content.ErrDenied) {
			t.Errorf("after the token expired: %v, want ErrDenied", err)
		}
	})
}

func TestRemoteIsAReader(t *testing.T) {
	s := newSite(t)
	r := s.remote(t, &contenttest.Transport{Handler: s.point})
	for _, name := range s.store.Names("packs/") {
		for _, piece := range [][2]int64{{0, -1}, {0, 10}, {100, 4 << 20}, {4 << 20, -1}, {7, 0}} {
			if piece[0] > 1000 && name != s.store.Names("packs/")[0] {
				continue
			}
			got, want := readPiece(t, r, name, piece), readPiece(t, s.store, name, piece)
			if !bytes.Equal(got, want) {
				t.Errorf("%s at %v: %d bytes, want %d", name, piece, len(got), len(want))
			}
		}
	}
}

func readPiece(t *testing.T, r content.Reader, name string, piece [2]int64) []byte {
	t.Helper()
	body, _, err := r.Open(t.Context(), name, piece[0], piece[1])
	if errors.Is(err, content.ErrInvalid) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	got, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnswers(t *testing.T) {
	s := newSite(t)
	one, all := s.token(t, "ABC00001"), s.token(t, point.AllPackages)
	etag := fmt.Sprintf("\"%x\"", sha256.Sum256([]byte("read me")))
	const readme = "/content/ABC00001/docs/read%20me%20%C3%BC.txt"
	tests := []struct {
		name, method, path, token string
		headers                   []string
		status                    int
		body                      string
	}{
		{"a file", "GET", readme, one, nil, 200, "read me"},
		{"an empty file", "GET", "/content/ABC00001/empty", one, nil, 200, ""},
		{"a range", "GET", readme, one, []string{"Range", "bytes=2-3"}, 206, "ad"},
		{"a range from the end", "GET", readme, one, []string{"Range", "bytes=-2"}, 206, "me"},
		{"a range too far", "GET", readme, one, []string{"Range", "bytes=7-"}, 416, ""},
		{"several ranges", "GET", readme, one, []string{"Range", "bytes=0-1,3-4"}, 200, "read me"},
		{"range of this version", "GET", readme, one, []string{"Range", "bytes=0-1", "If-Range", etag}, 206, "re"},
		{"range of another", "GET", readme, one, []string{"Range", "bytes=0-1", "If-Range", `"x"`}, 200, "read me"},
		{"this version", "GET", readme, one, []string{"If-Match", etag}, 200, "read me"},
		{"another version", "GET", readme, one, []string{"If-Match", `"x"`}, 412, ""},
		{"known already", "GET", readme, one, []string{"If-None-Match", etag}, 304, ""},
		{"any package", "GET", "/content/ABC00002/other", all, nil, 200, "other"},
		{"no such file", "GET", "/content/ABC00001/none", one, nil, 404, "Not Found\n"},
		{"a folder", "GET", "/content/ABC00001/docs", one, nil, 404, "Not Found\n"},
		{"no path", "GET", "/content/ABC00001", one, nil, 404, "Not Found\n"},
		{"a path up", "GET", "/content/ABC00001/../ABC00002/other", one, nil, 404, "Not Found\n"},
		{"no such package", "GET", "/content/NONE/x", all, nil, 404, "Not Found\n"},
		{"no package name", "GET", "/content/%2e%2e/x", all, nil, 400, "Bad Request\n"},
		{"no such blob", "GET", "/v1/blobs/packs/" + strings.Repeat("0", 64), one, nil, 404, "Not Found\n"},
		{"no blob for clients", "GET", "/v1/blobs/marks/" + strings.Repeat("0", 64), one, nil, 404, "Not Found\n"},
		{"nothing there", "GET", "/", one, nil, 404, "Not Found\n"},
		{"another method", "PUT", readme, one, nil, 405, "Method Not Allowed\n"},
		{"no token", "GET", readme, "", nil, 401, "Unauthorized\n"},
		{"no token for a blob", "GET", "/v1/blobs/packs/x", "", nil, 401, "Unauthorized\n"},
		{"no token for nothing", "GET", "/", "", nil, 401, "Unauthorized\n"},
		{"nonsense", "GET", readme, "x.y.z", nil, 401, "Unauthorized\n"},
		{"another package", "GET", "/content/ABC00002/other", one, nil, 403, "Forbidden\n"},
		{"grant of another package", "GET", "/v1/packages/ABC00002", one, nil, 403, "Forbidden\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reply, body := s.ask(t, test.method, test.path, test.token, test.headers...)
			if reply.StatusCode != test.status || test.body != "" && string(body) != test.body {
				t.Errorf("%d %q, want %d %q", reply.StatusCode, body, test.status, test.body)
			}
			challenge := reply.Header.Get("WWW-Authenticate")
			if refused := test.status == 401 || test.status == 403; refused != strings.HasPrefix(challenge, "Bearer ") {
				t.Errorf("WWW-Authenticate is %q", challenge)
			}
		})
	}
}

func TestNewVersionIsServedAtOnce(t *testing.T) {
	s := newSite(t)
	token := s.token(t, "ABC00001")
	_, _ = s.ask(t, http.MethodGet, "/content/ABC00001/setup.exe", token)
	s.distribute(t, "ABC00001", fstest.MapFS{"setup.exe": {Data: []byte("version two")}})
	if _, body := s.ask(t, http.MethodGet, "/content/ABC00001/setup.exe", token); string(body) != "version two" {
		t.Errorf("%d bytes of the old version", len(body))
	}
	if err := content.Delete(t.Context(), s.store, s.key, "ABC00001"); err != nil {
		t.Fatal(err)
	}
	if reply, _ := s.ask(t, http.MethodGet, "/content/ABC00001/setup.exe", token); reply.StatusCode != http.StatusNotFound {
		t.Errorf("a deleted package: %d", reply.StatusCode)
	}
}

func TestRangeCostsAChunk(t *testing.T) {
	s := newSite(t)
	token := s.token(t, "ABC00001")
	_, _ = s.ask(t, http.MethodHead, "/content/ABC00001/setup.exe", token)
	sent := s.store.Sent()
	_, _ = s.ask(t, http.MethodGet, "/content/ABC00001/setup.exe", token, "Range", "bytes=5-6")
	if cost := s.store.Sent() - sent; cost > 4<<20+100 {
		t.Errorf("two bytes cost %d", cost)
	}
}

func TestDamageNeverReachesAClient(t *testing.T) {
	s := newSite(t)
	token := s.token(t, "ABC00001")
	for _, name := range s.store.Names("packs/") {
		s.store.Corrupt(name, 4<<20+5000) // in the second chunk of setup.exe
	}
	reply, body := s.ask(t, http.MethodGet, "/content/ABC00001/setup.exe", token)
	if reply.StatusCode != http.StatusOK || body != nil {
		t.Errorf("%d, %d bytes without an error", reply.StatusCode, len(body))
	}
	if !strings.Contains(s.log.String(), "integrity") && !strings.Contains(s.log.String(), "chunk at") {
		t.Errorf("nothing in the log:\n%s", s.log.String())
	}
}

func TestBlobThatChangesIsCutOff(t *testing.T) {
	s := newSite(t)
	name := ""
	for _, pack := range s.store.Names("packs/") {
		if _, info, err := s.store.Open(t.Context(), pack, 0, 0); err == nil && info.Size > 5<<20 {
			name = pack
		}
	}
	s.store.ChangeOnNextRead()
	reply, body := s.ask(t, http.MethodGet, "/v1/blobs/"+name, s.token(t, "ABC00001"))
	if reply.StatusCode != http.StatusOK || body != nil {
		t.Errorf("%d, %d bytes of two versions", reply.StatusCode, len(body))
	}
}

func TestBusyPointSaysSo(t *testing.T) {
	s := newSite(t)
	s.point.MaxRequests = 1
	token := s.token(t, "ABC00001")
	var second *answer
	s.point.Content = asking{s.store, func() {
		if second == nil {
			second = &answer{}
			*second, _ = s.ask(t, http.MethodGet, "/content/ABC00001/empty", token)
		}
	}}
	first, _ := s.ask(t, http.MethodGet, "/content/ABC00001/empty", token)
	if first.StatusCode != http.StatusOK || second.StatusCode != http.StatusServiceUnavailable || second.Header.Get("Retry-After") == "" {
		t.Errorf("first %d, second %d", first.StatusCode, second.StatusCode)
	}
}

// asking is a reader that calls back before it reads.
type asking struct {
	content.Reader
	before func()
}

func (a asking) Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, content.Info, error) {
	a.before()
	return a.Reader.Open(ctx, name, off, n)
}

func TestStoreThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.store.CrashAfter(0)
		for _, path := range []string{"/content/ABC00001/empty", "/v1/packages/ABC00001", "/v1/blobs/" + s.store.Names("packs/")[0]} {
			reply, _ := s.ask(t, http.MethodGet, path, s.token(t, "ABC00001"))
			if reply.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %d", path, reply.StatusCode)
			}
		}
	})
}

func TestRequestEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.point.MaxDuration = time.Minute
		token := s.token(t, "ABC00001")
		s.point.Content = hanging{s.store}
		began := time.Now()
		reply, _ := s.ask(t, http.MethodGet, "/content/ABC00001/empty", token)
		if took := time.Since(began); reply.StatusCode != http.StatusServiceUnavailable || took != time.Minute {
			t.Errorf("%d after %v", reply.StatusCode, took)
		}
	})
}

// hanging is a reader that answers only when it is given up.
type hanging struct{ content.Reader }

func (hanging) Open(ctx context.Context, _ string, _, _ int64) (io.ReadCloser, content.Info, error) {
	<-ctx.Done()
	return nil, content.Info{}, ctx.Err()
}

// linking is a store that hands out locations.
type linking struct{ content.Reader }

func (linking) Link(_ context.Context, name string, d time.Duration) (string, error) {
	return fmt.Sprintf("https://storage.test/%s?sig=signature&minutes=%d", name, int(d.Minutes())), nil
}

func TestLinkedBytesComeFromStorage(t *testing.T) {
	s := newSite(t)
	s.point.Content = linking{s.store}
	name := s.store.Names("packs/")[0]
	reply, _ := s.ask(t, http.MethodGet, "/v1/blobs/"+name, s.token(t, "ABC00001"))
	if want := "https://storage.test/" + name + "?sig=signature&minutes=15"; reply.StatusCode != http.StatusTemporaryRedirect || reply.Header.Get("Location") != want {
		t.Errorf("%d to %s", reply.StatusCode, reply.Header.Get("Location"))
	}
	fromStorage := 0
	both := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "storage.test" {
			s.point.ServeHTTP(w, r)
			return
		}
		fromStorage++
		if r.Header.Get("Authorization") != "" || r.URL.Query().Get("sig") != "signature" {
			t.Errorf("storage was asked with %v, %s", r.Header, r.URL.RawQuery)
		}
		body, _, err := s.store.Open(r.Context(), strings.TrimPrefix(r.URL.Path, "/"), 0, -1)
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		all, _ := io.ReadAll(body)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(all))
	})
	equal(t, fetch(t, s.remote(t, &contenttest.Transport{Handler: both})), s.files)
	if fromStorage < 2 {
		t.Errorf("%d requests to storage", fromStorage)
	}
	if strings.Contains(s.log.String(), "signature") {
		t.Error("the signature is in the log")
	}
}

func TestUnconfiguredPointRefuses(t *testing.T) {
	s := newSite(t)
	for name, p := range map[string]*point.Point{
		"nothing":    {},
		"no key":     {Content: s.store, Tokens: s.point.Tokens},
		"no content": {Key: s.key, Tokens: s.point.Tokens},
		"no tokens":  {Content: s.store, Key: s.key},
		"no keys":    {Content: s.store, Key: s.key, Tokens: &point.Verifier{Audience: fqdn}},
	} {
		client := &http.Client{Transport: &contenttest.Transport{Handler: p}}
		reply, _ := ask(t, client, http.MethodGet, "https://"+fqdn+"/v1/packages/ABC00001", s.token(t, "ABC00001"))
		if reply.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: %d", name, reply.StatusCode)
		}
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	s := newSite(t)
	token := s.token(t, "ABC00001")
	grant, err := content.NewGrant(t.Context(), s.store, s.key, "ABC00001")
	if err != nil {
		t.Fatal(err)
	}
	packageKey, _ := grant.Key()
	pointKey, _ := s.key()
	equal(t, fetch(t, s.remote(t, &contenttest.Transport{Handler: s.point})), s.files)
	_, _ = s.ask(t, http.MethodGet, "/content/ABC00001/empty?secret=query", token)
	_, _ = s.ask(t, http.MethodGet, "/content/ABC00001/empty", token+"x")
	for _, secret := range []string{
		token, strings.Split(token, ".")[2], string(packageKey), hex.EncodeToString(packageKey), hex.EncodeToString(pointKey),
		fmt.Sprintf("%d", packageKey), "query",
	} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if !strings.Contains(s.log.String(), "path=/v1/packages/ABC00001 status=200") {
		t.Errorf("the log misses a line:\n%s", s.log.String())
	}
}
