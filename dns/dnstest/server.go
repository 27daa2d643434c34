package dnstest

import (
	"net"
	"strings"
	"sync"

	"github.com/clouddp/sdk/dns"
)

// nameServer is the address of every zone's name server, out of the range reserved for documentation.
const nameServer = "192.0.2.53"

// Server is a DNS server that answers for its zones, with authority, and follows aliases from one of its zones into
// another, so that it can stand for a recursive server too. The zero value is a server without zones. It is safe for
// concurrent use.
type Server struct {
	mu     sync.Mutex
	zones  map[string]*Zone
	faults []Fault
	// keys are TSIG secrets by the names of their keys, in wire form.
	keys map[string][]byte
	// frozen is what the server answers from while it is stale; nil means the zones themselves.
	frozen map[string]*data
}

// NewServer returns a server without zones.
func NewServer() *Server { return &Server{} }

// AddZone adds an empty zone, with an SOA, an NS record and the address of its name server, and returns it. A zone that
// is already there is returned as it is. If name is not valid, every call on the returned zone is the
// [*dns.InvalidError] that says so.
func (s *Server) AddZone(name string) *Zone {
	apex, err := dns.CanonicalName(name)
	if err != nil {
		return &Zone{server: s, err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if zone, found := s.zones[apex]; found {
		return zone
	}
	if s.zones == nil {
		s.zones = map[string]*Zone{}
	}
	s.zones[apex] = &Zone{server: s, data: newData(apex)}
	return s.zones[apex]
}

// Resolver returns a resolver that reaches the server in memory. It finds the authoritative server by itself, as it
// would on the Internet.
func (s *Server) Resolver() *dns.Resolver {
	return &dns.Resolver{Servers: []string{net.JoinHostPort(nameServer, "53")}, Dial: s.Dial}
}

// ResolverFor returns a resolver for a server at addr, host:port, such as the one that [Server.Serve] started. The
// server is pinned as the authoritative one, since its port is not 53.
func ResolverFor(addr string) *dns.Resolver {
	return &dns.Resolver{Servers: []string{addr}, Authoritative: []string{addr}}
}

// Freeze makes the server answer from the zones as they are now, like a secondary that missed an update, until thaw is
// called. The zones themselves go on changing.
func (s *Server) Freeze() (thaw func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = s.current()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.frozen = nil
	}
}

// current returns the data of every zone. The caller holds the mutex.
func (s *Server) current() map[string]*data {
	current := map[string]*data{}
	for apex, zone := range s.zones {
		current[apex] = zone.data
	}
	return current
}

// view returns what the server answers from, a snapshot that nobody changes.
func (s *Server) view() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen != nil {
		return s.frozen
	}
	return s.current()
}

// view is a snapshot of zones by apex.
type view map[string]*data

// zoneOf returns the zone that holds name: the one with the longest apex; nil if there is none.
func (v view) zoneOf(name string) *data {
	for name != "" {
		if zone, found := v[name]; found {
			return zone
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return nil
}

// holds reports whether zone is the one for name. The caller holds the mutex.
func (s *Server) holds(zone *Zone, name string) bool {
	return view(s.current()).zoneOf(name) == zone.data
}
