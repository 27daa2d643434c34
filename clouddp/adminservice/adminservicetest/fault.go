package adminservicetest

import (
	"net/http"
	"slices"
)

// Fault is one way in which the service misbehaves, once.
type Fault int

const (
	// FaultDrop breaks the connection instead of answering, and does nothing.
	FaultDrop Fault = iota
	// FaultLostAnswer carries out the next write and breaks the connection instead of answering.
	FaultLostAnswer
	// FaultBusy answers 503 Service Unavailable, Retry-After 2 seconds, and does nothing.
	FaultBusy
	// FaultTooMany answers 429 Too Many Requests, Retry-After 1 second, and does nothing.
	FaultTooMany
	// FaultInternalError answers 500 Internal Server Error, and does nothing.
	FaultInternalError
	// FaultHTML answers 200 OK with a page for people, as something before the service that wants a login does.
	FaultHTML
	// FaultTruncated answers with the first half of the JSON.
	FaultTruncated
	// FaultForeignLink adds to the next list a link to a next page on another host.
	FaultForeignLink
	// FaultCircle adds to the next list a link to a next page that is the same.
	FaultCircle
	// FaultSlow does not answer until the caller gives up.
	FaultSlow
	// FaultReject carries out the next method and lets it return 1.
	FaultReject
)

// Inject makes the service misbehave once, the next time the fault applies. Each fault is one more time.
func (s *Service) Inject(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Fail makes the next request of a caller without a socket fail with err; nil takes an earlier Fail back.
func (s *Service) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

// take consumes fault if it is due.
func (s *Service) take(fault Fault) bool {
	i := slices.Index(s.faults, fault)
	if i < 0 {
		return false
	}
	s.faults = slices.Delete(s.faults, i, i+1)
	return true
}

// before returns what comes instead of an answer.
func (x *exchange) before() (*answer, error) {
	switch {
	case x.take(FaultDrop):
		return nil, errLost
	case x.take(FaultSlow):
		return nil, errSlow
	case x.take(FaultBusy):
		return x.later(http.StatusServiceUnavailable, "2"), nil
	case x.take(FaultTooMany):
		return x.later(http.StatusTooManyRequests, "1"), nil
	case x.take(FaultInternalError):
		return &answer{status: http.StatusInternalServerError, message: "An error has occurred."}, nil
	case x.take(FaultHTML):
		page := []byte("<!DOCTYPE html><title>Sign in</title>")
		return &answer{status: http.StatusOK, raw: page, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}, nil
	}
	return nil, nil //nolint:nilnil // The service answers by itself.
}

// later asks the caller to come back after some seconds.
func (x *exchange) later(status int, seconds string) *answer {
	return &answer{status: status, message: http.StatusText(status) + ".", header: http.Header{"Retry-After": {seconds}}}
}

// spoil changes a list.
func (x *exchange) spoil(body object, c *class) {
	switch {
	case x.take(FaultForeignLink):
		body["@odata.nextLink"] = "https://elsewhere.example" + x.path() + "/wmi/" + c.name
	case x.take(FaultCircle):
		body["@odata.nextLink"] = "https://" + x.request.Host + x.request.URL.RequestURI()
	}
}

// after changes an answer.
func (x *exchange) after(said *answer) *answer {
	if _, isMethod := said.body["ReturnValue"]; isMethod && x.take(FaultReject) {
		said.body["ReturnValue"] = 1
	}
	if len(said.body) > 0 && x.take(FaultTruncated) {
		if whole, err := said.encode(); err == nil {
			said.raw = whole[:len(whole)/2]
		}
	}
	return said
}
