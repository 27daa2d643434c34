package certsrvtest

import "slices"

// Fault is one way in which the server misbehaves, once.
type Fault int

const (
	// FaultReset breaks the connection of the next request and does nothing.
	FaultReset Fault = iota
	// FaultLostAnswer hands the next certificate request to the authority and breaks the connection instead of answering.
	FaultLostAnswer
	// FaultUnavailable answers the next request 503 and does nothing, as a web server whose application is stopped.
	FaultUnavailable
	// FaultNoAuthority answers the next certificate request with a page that says that the authority's service is not
	// reached (RPC_S_SERVER_UNAVAILABLE), and does nothing.
	FaultNoAuthority
	// FaultCallFailed hands the next certificate request to the authority and answers with a page that says that the call
	// failed (RPC_S_CALL_FAILED).
	FaultCallFailed
	// FaultHuge makes the next answer 4 MiB longer than it should be.
	FaultHuge
	// FaultHTML answers the next download with a page that has nothing to do with it.
	FaultHTML
	// FaultOddPage hands the next certificate request to the authority and answers with such a page.
	FaultOddPage
)

// Inject makes the server misbehave once, the next time the fault applies.
func (s *Server) Inject(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// take consumes a fault if it is due.
func (s *Server) take(fault Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.faults, fault)
	if i < 0 {
		return false
	}
	s.faults = slices.Delete(s.faults, i, i+1)
	return true
}
