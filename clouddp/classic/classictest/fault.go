package classictest

import "slices"

// Fault is one way in which the service misbehaves, once. The first five are those of clouddptest, in the same order.
type Fault int

const (
	// FaultBusy answers the next write 503 ServerBusy and does nothing.
	FaultBusy Fault = iota
	// FaultLostAnswer carries out the next write and breaks the connection instead of answering.
	FaultLostAnswer
	// FaultFailed accepts the next operation and lets it fail afterwards.
	FaultFailed
	// FaultForgotten accepts the next operation and forgets its request id, though it goes on.
	FaultForgotten
	// FaultUnreachable fails the next read.
	FaultUnreachable
	// FaultDenied answers the next write 403 ForbiddenError and does nothing.
	FaultDenied
	// FaultExclusive answers the next write 409 ConflictError, because of an operation that requires exclusive access.
	FaultExclusive
	// FaultInternalError carries out the next write and answers 500 InternalError.
	FaultInternalError
)

// Inject makes the service misbehave once, the next time the fault applies.
func (s *Service) Inject(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// Redirect answers the next requests, as many as times, with 307 Temporary Redirect to the same path under base, such as
// https://management.example.
func (s *Service) Redirect(base string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirect, s.redirects = base, times
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

// before returns what keeps a write from being carried out.
func (s *Service) before() *refusal {
	switch {
	case s.take(FaultBusy):
		return &refusal{503, "ServerBusy", "The server is currently unable to receive requests. Please retry your request."}
	case s.take(FaultDenied):
		return unauthenticated()
	case s.take(FaultExclusive):
		return exclusive("an unknown operation")
	}
	return nil
}
