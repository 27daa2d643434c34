package adcstest

import (
	"slices"
	"strconv"
	"time"
)

// Fault is one way in which the domain controller misbehaves, once.
type Fault int

const (
	// FaultUnavailable answers the next request with result 52 and does nothing.
	FaultUnavailable Fault = iota
	// FaultDropped cuts the connection at the next request and does nothing.
	FaultDropped
	// FaultLostAnswer carries out the next write and cuts the connection instead of answering.
	FaultLostAnswer
	// FaultSilent never answers the next request.
	FaultSilent
	// FaultSilentWrite carries out the next write and never answers it.
	FaultSilentWrite
	// FaultReferral sends the next write to another server, as a read-only domain controller does.
	FaultReferral
	// FaultOvertaken lets another administrator change the minor revision of a template right before the next change of
	// it.
	FaultOvertaken
	// FaultFlood answers the next search with a value of 2 MiB.
	FaultFlood
	// FaultReadOnly makes the next connection one to a read-only domain controller.
	FaultReadOnly
)

// Inject makes the domain controller misbehave once, the next time the fault applies.
func (s *Server) Inject(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// Delay makes every answer from now on take so long.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// take consumes fault if it is due.
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

// overtake bumps the minor revision of e.
func (e *entry) overtake() {
	const attribute = "msPKI-Template-Minor-Revision"
	if values := e.values(attribute); len(values) == 1 {
		n, _ := strconv.Atoi(string(values[0]))
		e.set(attribute, strconv.AppendInt(nil, int64(n+1), 10))
	}
}
