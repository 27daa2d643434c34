package adminservicetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// requestLimit bounds the body of a request.
const requestLimit = 4 << 20

// errLost stands for an answer that never arrives.
var errLost = errors.New("adminservicetest: the connection was broken off")

// errSlow stands for an answer that is never given.
var errSlow = errors.New("adminservicetest: no answer")

// exchange is one request while it is being answered.
type exchange struct {
	*Service

	request *http.Request
	body    []byte
}

// answer is what the service says. One that is not a success has an OData error as its body.
type answer struct {
	status        int
	body          object
	code, message string
	header        http.Header
	// raw replaces the body, of the type that header names.
	raw []byte
}

func badRequest(format string, args ...any) *answer {
	return &answer{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

func (x *exchange) writes() bool { return x.request.Method != http.MethodGet }

// respond answers a request, or returns an error for no answer. It holds no lock while it reads the body.
func (s *Service) respond(request *http.Request) (*answer, error) {
	body, err := io.ReadAll(io.LimitReader(request.Body, requestLimit))
	if err != nil {
		return nil, fmt.Errorf("adminservicetest: read request: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.arrive(time.Now())
	x := &exchange{Service: s, request: request, body: body}
	if fault := s.fault; fault != nil {
		s.fault = nil
		return nil, fault
	}
	if said, err := x.before(); said != nil || err != nil {
		return said, err
	}
	said := x.handle()
	if x.writes() && said.status < 300 {
		s.writes++
		if s.take(FaultLostAnswer) {
			return nil, errLost
		}
	}
	return x.after(said), nil
}

// handle checks what every request must bring and carries it out.
func (x *exchange) handle() *answer {
	if x.Authenticate != nil {
		if err := x.Authenticate(x.request); err != nil {
			scheme := http.Header{"Www-Authenticate": {"Negotiate"}}
			return &answer{status: http.StatusUnauthorized, message: err.Error(), header: scheme}
		}
	}
	path, ok := cutPrefixFold(x.request.URL.Path, x.path()+"/wmi/")
	if !ok || path == "" {
		return x.unknown()
	}
	if x.writes() {
		if mediaType, _, _ := mime.ParseMediaType(x.request.Header.Get("Content-Type")); mediaType != "application/json" {
			return &answer{status: http.StatusUnsupportedMediaType, message: "The media type of the body is not supported."}
		}
	}
	return x.route(path)
}

func (x *exchange) unknown() *answer {
	return &answer{status: http.StatusNotFound, message: "No resource matches the request URI '" + x.request.URL.Path + "'."}
}

// route finds what is asked for: Class, Class(key) or Class.Method. Classes are named in any case, as since version 2006.
func (x *exchange) route(path string) *answer {
	name, key, byKey := strings.Cut(path, "(")
	name, method, isMethod := strings.Cut(name, ".")
	c := x.class(name)
	switch {
	case isMethod && !byKey && x.request.Method == http.MethodPost:
		return x.invoke(name + "." + method)
	case c == nil || isMethod || byKey && !strings.HasSuffix(key, ")"):
		return x.unknown()
	case x.request.Method == http.MethodGet && byKey:
		return x.get(c, strings.TrimSuffix(key, ")"))
	case x.request.Method == http.MethodGet:
		return x.list(c)
	case x.request.Method == http.MethodPatch && byKey:
		return x.patch(c, strings.TrimSuffix(key, ")"))
	}
	return &answer{status: http.StatusMethodNotAllowed, message: "The resource does not support the method '" + x.request.Method + "'."}
}

// get answers with one instance, in a list of one.
func (x *exchange) get(c *class, key string) *answer {
	query, refused := x.query("$select")
	if refused != nil {
		return refused
	}
	row, refused := x.find(c, key)
	if refused != nil {
		return refused
	}
	selected, refused := c.selected(query.Get("$select"))
	if refused != nil {
		return refused
	}
	body := object{"@odata.context": x.metadata(c), "value": []any{c.entity(row, selected, true)}}
	return &answer{status: http.StatusOK, body: body}
}

func (x *exchange) base() string { return "https://" + x.request.Host + x.path() }

func (x *exchange) metadata(c *class) string { return x.base() + "/wmi/$metadata#" + c.name }

// encode returns the body of a as it is sent.
func (a *answer) encode() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	switch {
	case a.raw != nil:
		return a.raw, nil
	case a.status >= http.StatusBadRequest:
		err := encoder.Encode(object{"error": object{"code": a.code, "message": a.message}})
		return b.Bytes(), err
	case a.body == nil:
		return nil, nil
	}
	err := encoder.Encode(a.body)
	return b.Bytes(), err
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
