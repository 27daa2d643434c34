package certsrvtest

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/clouddp/sdk/certs/certstest"
)

// Server is the web enrolment of one authority. Make one with [New]; it is safe for concurrent use.
type Server struct {
	ca *certstest.CA

	mu       sync.Mutex
	language Language
	faults   []Fault
	user     string // empty: everybody
	password string
	ids      map[string]string // of requests, by the serial number of the certificate
	seen     int               // the highest id that was looked at for ids
}

// New returns the web enrolment of ca, in English, open to everybody.
func New(ca *certstest.CA) *Server { return &Server{ca: ca, ids: map[string]string{}} }

// Speak makes it answer in another language from now on.
func (s *Server) Speak(l Language) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.language = l
}

// RequireBasic makes it ask every request for a user and a password by Basic authentication.
func (s *Server) RequireBasic(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user, s.password = user, password
}

// errLost says that the connection breaks instead of an answer.
var errLost = errors.New("certsrvtest: the connection was reset")

// ServeHTTP implements [http.Handler]. The path must begin with /certsrv/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.respond(r)
	if err != nil {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_ = connection.Close() // that is the answer
		return
	}
	a.header(w.Header())
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// RoundTrip implements [http.RoundTripper] without a socket.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	received := r.Clone(r.Context())
	if r.Body == nil {
		received.Body = http.NoBody
	}
	defer func() { _ = received.Body.Close() }()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a, err := s.respond(received)
	if err != nil {
		return nil, err
	}
	response := &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r,
	}
	a.header(response.Header)
	return response, nil
}

// answer is what the server says.
type answer struct {
	status    int
	media     string
	challenge string
	body      []byte
}

func (a *answer) header(h http.Header) {
	h.Set("Content-Type", a.media)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.challenge != "" {
		h.Set("WWW-Authenticate", a.challenge)
	}
}

func page(text string) *answer {
	return &answer{status: http.StatusOK, media: "text/html; charset=utf-8", body: []byte(text)}
}

func failure(status int, format string, args ...any) *answer {
	return &answer{status: status, media: "text/plain", body: fmt.Appendf(nil, format, args...)}
}

// respond answers a request. One that is refused at the door has no effect.
func (s *Server) respond(r *http.Request) (*answer, error) {
	language, knows := s.greet(r)
	switch {
	case !knows:
		return &answer{status: http.StatusUnauthorized, media: "text/html", challenge: `Basic realm="ca1.contoso.com"`}, nil
	case s.take(FaultReset):
		return nil, errLost
	case s.take(FaultUnavailable):
		return failure(http.StatusServiceUnavailable, "Service Unavailable"), nil
	}
	name, inside := strings.CutPrefix(r.URL.Path, "/certsrv/")
	if !inside {
		return failure(http.StatusNotFound, "Not Found"), nil
	}
	x := &exchange{server: s, request: r, words: wordsOf(language)}
	a, err := x.route(name)
	if err == nil && s.take(FaultHuge) {
		a.body = append(a.body, bytes.Repeat([]byte(" "), 4<<20)...)
	}
	return a, err
}

// greet returns the language, and whether the caller has shown who it is.
func (s *Server) greet(r *http.Request) (Language, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user == "" {
		return s.language, true
	}
	user, password, _ := r.BasicAuth()
	return s.language, user == s.user && subtle.ConstantTimeCompare([]byte(password), []byte(s.password)) == 1
}
