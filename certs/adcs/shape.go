package adcs

import (
	"math"
	"net"
)

const (
	// maxDepth is how deep the values of an answer may lie in one another. Those of RFC 4511 lie six deep.
	maxDepth = 16
	// maxValues bounds how many values an answer may have: go-ldap makes some hundred bytes of each, however short.
	maxValues = 1 << 15
)

// shaped is a connection of LDAP messages (BER, RFC 4511, section 5.1) none of which is deeper, or of more values, than any
// honest one: what reads them makes a tree of whatever comes.
type shaped struct {
	net.Conn

	meter *meter
	open  []int  // bytes that are left of each value that has others in it
	head  []byte // of the value that begins
	skip  int    // bytes that are left of a value that has none
}

// Read implements [net.Conn].
func (s *shaped) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		if s.skip > 0 {
			passed := min(s.skip, len(rest))
			s.skip, rest = s.skip-passed, rest[passed:]
			continue
		}
		s.head, rest = append(s.head, rest[0]), rest[1:]
		constructed, length, whole := header(s.head)
		if !whole {
			continue
		}
		if !s.begin(constructed, length) {
			s.meter.exhaust()
			return 0, errTooMuch
		}
		s.head = s.head[:0]
	}
	return n, err
}

// header reads the tag and the length of a value. It is whole once it says how long the value is; a length of -1 is none that
// LDAP has.
func header(head []byte) (constructed bool, length int, whole bool) {
	const manyBytes, longTag, longest = 0x80, 0x1f, 4
	constructed = head[0]&0x20 != 0
	switch {
	case head[0]&longTag == longTag: // LDAP has none
		return constructed, -1, true
	case len(head) < 2:
		return constructed, 0, false
	case head[1] < manyBytes:
		return constructed, int(head[1]), true
	}
	size := int(head[1] - manyBytes)
	switch {
	case size == 0, size > longest:
		return constructed, -1, true
	case len(head) < 2+size:
		return constructed, 0, false
	}
	for _, octet := range head[2 : 2+size] {
		length = length<<8 | int(octet)
	}
	if length > math.MaxInt32 {
		length = -1
	}
	return constructed, length, true
}

// begin takes a value in, and reports whether it may be there.
func (s *shaped) begin(constructed bool, length int) bool {
	if length < 0 || s.meter.values.Add(1) > maxValues {
		return false
	}
	for len(s.open) > 0 && s.open[len(s.open)-1] == 0 {
		s.open = s.open[:len(s.open)-1]
	}
	if last := len(s.open) - 1; last >= 0 {
		if s.open[last] -= len(s.head) + length; s.open[last] < 0 {
			return false // longer than what it lies in
		}
	}
	if constructed {
		s.open = append(s.open, length)
	} else {
		s.skip = length
	}
	return len(s.open) <= maxDepth
}
