package dnstest

import (
	"slices"
	"time"

	"github.com/clouddp/sdk/dns"
)

// FaultKind says what goes wrong.
type FaultKind int

// The kinds of fault. The first group concerns updates, by [Zone.Swap] or over the wire, the second only those over the
// wire, the third every answer of the server. After the fault the connection over which a lost or dropped update came is
// cut.
const (
	// IgnoreUpdate reports success and does nothing.
	IgnoreUpdate FaultKind = iota + 1
	// LoseUpdate takes effect, but the answer is lost.
	LoseUpdate
	// DropUpdate has no effect, and there is no answer to tell.
	DropUpdate
	// RefuseUpdate refuses the credentials.
	RefuseUpdate

	// UnsignedReply takes effect and leaves out the signature of the reply.
	UnsignedReply
	// ForgedReply takes effect and signs the reply wrongly.
	ForgedReply
	// WrongClock judges the signature of an update by a clock that is an hour ahead.
	WrongClock

	// ServFail answers SERVFAIL.
	ServFail
	// Refuse answers REFUSED.
	Refuse
	// Silent answers nothing.
	Silent
	// WrongID answers with another id, as a forger would who has to guess it.
	WrongID
	// WrongName answers another question.
	WrongName
	// Truncate sets the TC bit of answers over UDP and leaves them empty.
	Truncate
	// Delay answers, after the time in [Fault.Delay].
	Delay
)

// Always as [Fault.Times] keeps a fault until [Server.Heal].
const Always = -1

// Fault is something that goes wrong.
type Fault struct {
	// Kind says what.
	Kind FaultKind
	// Name limits the fault to updates of, or questions about, one name; empty means every name.
	Name string
	// Times is how often it happens; 0 means once, [Always] until [Server.Heal].
	Times int
	// Delay is how long the answer takes, whatever the kind; [Zone.Swap] takes no time.
	Delay time.Duration
}

// Inject makes f happen from now on. Of several faults that fit, the oldest happens first.
func (s *Server) Inject(f Fault) {
	if name, err := dns.CanonicalName(f.Name); err == nil {
		f.Name = name
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Heal takes back every fault that has not happened yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// take uses up the oldest fault of the given kinds for name and returns its kind, 0 if there is none. The caller holds
// the mutex.
func (s *Server) take(name string, kinds ...FaultKind) FaultKind {
	return s.takeFault(name, kinds...).Kind
}

func (s *Server) takeFault(name string, kinds ...FaultKind) Fault {
	for i, f := range s.faults {
		if !slices.Contains(kinds, f.Kind) || f.Name != "" && f.Name != name {
			continue
		}
		if f.Times > 0 {
			s.faults[i].Times--
		}
		if s.faults[i].Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f
	}
	return Fault{}
}

// updateFaults are the kinds that concern an update over the wire, once its signature was looked at.
var updateFaults = []FaultKind{
	IgnoreUpdate, LoseUpdate, DropUpdate, RefuseUpdate, UnsignedReply, ForgedReply,
	ServFail, Refuse, Silent, WrongID, WrongName, Delay,
}

// prevents reports that the update has no effect.
func (f Fault) prevents() bool {
	return slices.Contains([]FaultKind{DropUpdate, RefuseUpdate, ServFail, Refuse, Silent}, f.Kind)
}

// cuts reports that the connection ends instead of an answer.
func (f Fault) cuts() bool { return f.Kind == LoseUpdate || f.Kind == DropUpdate }

// clock returns the time by which the server judges a message about name.
func (s *Server) clock(name string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.take(name, WrongClock) == WrongClock {
		return time.Now().Add(wrongClock)
	}
	return time.Now()
}

// answerFault uses up the oldest fault that concerns an answer about name.
func (s *Server) answerFault(name string, udp bool) Fault {
	kinds := []FaultKind{ServFail, Refuse, Silent, WrongID, WrongName, Delay}
	if udp {
		kinds = append(kinds, Truncate)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeFault(name, kinds...)
}
