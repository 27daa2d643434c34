package classictest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
)

// requestLimit bounds the body of a request.
const requestLimit = 8 << 20

// errLost stands for an answer that never arrives.
var errLost = errors.New("classictest: the answer was lost")

// exchange is one request while it is being answered.
type exchange struct {
	*Service
	request *http.Request
	body    []byte
	now     time.Time
	id      string
	// vars are the parts of the path that the route names in braces.
	vars map[string]string
}

// answer is what the service says.
type answer struct {
	status   int
	id       string
	location string
	body     []byte
}

// refusal is an answer that is not a success.
type refusal struct {
	status        int
	code, message string
}

// writes reports whether the request is meant to change something.
func (x *exchange) writes() bool { return x.request.Method != http.MethodGet }

// respond answers a request, or returns errLost. It holds no lock while it reads the body.
func (s *Service) respond(request *http.Request) (*answer, error) {
	body, err := io.ReadAll(io.LimitReader(request.Body, requestLimit))
	if err != nil {
		return nil, fmt.Errorf("classictest: read request: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	x := &exchange{Service: s, request: request, body: body, now: time.Now(), id: fmt.Sprintf("%032x", s.serial)}
	s.advance(x.now)
	if !x.writes() && s.take(FaultUnreachable) {
		return nil, errLost
	}
	if s.redirects > 0 {
		s.redirects--
		return &answer{status: http.StatusTemporaryRedirect, id: x.id, location: s.redirect + request.URL.RequestURI()}, nil
	}
	return x.carryOut()
}

func (x *exchange) carryOut() (*answer, error) {
	status, reply, refused := x.handle()
	if refused != nil {
		return x.refuse(refused), nil
	}
	if x.writes() {
		x.Service.writes++
		switch {
		case x.take(FaultLostAnswer):
			return nil, errLost
		case x.take(FaultInternalError):
			return x.refuse(&refusal{500, "InternalError", "The server encountered an internal error. Please retry the request."}), nil
		}
	}
	if reply == nil {
		return &answer{status: status, id: x.id}, nil
	}
	return x.reply(status, reply)
}

// handle checks what every request must bring and carries it out.
func (x *exchange) handle() (status int, reply any, refused *refusal) {
	handler, refused := x.route()
	if refused == nil {
		refused = x.authenticate()
	}
	if refused == nil && x.writes() {
		refused = x.before()
	}
	if refused != nil {
		return 0, nil, refused
	}
	return handler(x)
}

// versions are those that know everything this service offers.
var versions = regexp.MustCompile(`^201[2-7]-\d\d-\d\d$`)

func (x *exchange) authenticate() *refusal {
	if !versions.MatchString(x.request.Header.Get("x-ms-version")) {
		return &refusal{400, "MissingOrIncorrectVersionHeader", "The versioning header is not specified or was specified incorrectly."}
	}
	if token, found := strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer "); found {
		if slices.Contains(x.tokens, token) {
			return x.checkSubscription()
		}
		return unauthenticated()
	}
	state := x.request.TLS
	if state == nil || len(state.PeerCertificates) == 0 || x.managementIndex(certs.ThumbprintOf(state.PeerCertificates[0])) < 0 {
		return unauthenticated()
	}
	return x.checkSubscription()
}

func (x *exchange) checkSubscription() *refusal {
	if x.Subscription != "" && !strings.EqualFold(x.Subscription, x.vars["subscription"]) {
		return &refusal{404, "SubscriptionNotFound", "The subscription was not found."}
	}
	return nil
}

// A management certificate past its end goes on authenticating: only deleting it revokes it.
func unauthenticated() *refusal {
	return &refusal{403, "ForbiddenError", "The server failed to authenticate the request. Verify that the certificate is valid and is associated with this subscription."}
}

func exclusive(operation string) *refusal {
	return &refusal{409, "ConflictError", "Windows Azure is currently performing an operation with x-ms-requestid " + operation + " on this hosted service that requires exclusive access."}
}

func notFound(what string) *refusal {
	return &refusal{404, "ResourceNotFound", "The " + what + " does not exist."}
}

func conflict(format string, args ...any) *refusal {
	return &refusal{409, "ConflictError", fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *refusal {
	return &refusal{400, "BadRequest", fmt.Sprintf(format, args...)}
}

func exceeded(resource string, limit, current, increment int) *refusal {
	return badRequest("The subscription policy limit for resource type '%s' was exceeded. The limit for resource type '%s' is %d per subscription, the current count is %d, and the requested increment is %d.",
		resource, resource, limit, current, increment)
}

func (x *exchange) refuse(r *refusal) *answer {
	refused, err := x.reply(r.status, &faultBody{Code: r.code, Message: r.message})
	if err != nil {
		return &answer{status: http.StatusInternalServerError, id: x.id}
	}
	return refused
}

func (x *exchange) reply(status int, reply any) (*answer, error) {
	text, err := xml.Marshal(reply)
	if err != nil {
		return nil, fmt.Errorf("classictest: answer: %w", err)
	}
	return &answer{status: status, id: x.id, body: append([]byte(xml.Header), text...)}, nil
}
