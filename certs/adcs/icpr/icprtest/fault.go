package icprtest

// Fault is something that goes wrong once. Set one with [Server.Inject].
type Fault int

const (
	// FaultNone is none.
	FaultNone Fault = iota
	// FaultUnreachable refuses the next connection.
	FaultUnreachable
	// FaultHangUp ends the connection when the next call has come in, and does nothing.
	FaultHangUp
	// FaultLostAnswer does what the next call asks for, and ends the connection.
	FaultLostAnswer
	// FaultStall does what the next call asks for, and never answers.
	FaultStall
	// FaultForged answers the next call with one bit changed on the way.
	FaultForged
	// FaultUnprotected answers the next login with a weaker protection than was asked for.
	FaultUnprotected
)

// Inject makes something go wrong once; FaultNone heals.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// take reports whether the fault is due, and uses it up.
func (s *Server) take(f Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != f {
		return false
	}
	s.fault = FaultNone
	return true
}

// countCall counts a call and reports whether the line is to go dead over it.
func (s *Server) countCall() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == FaultHangUp {
		s.fault = FaultNone
		return true
	}
	s.calls++
	return false
}
