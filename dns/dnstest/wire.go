package dnstest

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	headerLength = 12
	// maxName is the longest name in wire form (RFC 1035, section 3.1).
	maxName = 255
	// pointer marks the first of the two bytes that say where the rest of a name stands (RFC 1035, section 4.1.4).
	pointer = 0xc0
)

// wire reads a message from an offset on. What does not fit makes it bad, and it stays so.
type wire struct {
	message []byte
	off     int
	bad     bool
}

// take returns the next n bytes.
func (w *wire) take(n int) []byte {
	if w.bad || n > len(w.message)-w.off {
		w.bad = true
		return make([]byte, min(n, headerLength))
	}
	w.off += n
	return w.message[w.off-n : w.off]
}

func (w *wire) uint16() uint16 { return binary.BigEndian.Uint16(w.take(2)) }

// counted returns bytes that follow their number.
func (w *wire) counted() []byte { return w.take(int(w.uint16())) }

// name returns a name in wire form, lower case and uncompressed.
func (w *wire) name() string {
	var name []byte
	at, end := w.off, 0
	for !w.bad && len(name) < maxName && at < len(w.message) {
		length := int(w.message[at])
		switch {
		case length == 0:
			w.off = max(end, at+1)
			return string(bytes.ToLower(append(name, 0)))
		case length >= pointer && at+1 < len(w.message):
			target := int(binary.BigEndian.Uint16(w.message[at:])) - pointer<<8
			w.bad = target >= at // only backwards, so that no name goes round in circles
			at, end = target, max(end, at+2)
		case length < pointer && at+length < len(w.message):
			name = append(name, w.message[at:at+1+length]...)
			at += 1 + length
		default:
			w.bad = true
		}
	}
	w.bad = true
	return ""
}

// skipRecords steps over n records.
func (w *wire) skipRecords(n int) {
	for range n {
		if w.bad {
			return
		}
		w.name()
		w.take(8)
		w.counted()
	}
}

// lastRecord returns where the last record of the additional section begins; false if the section is empty or the
// message malformed.
func lastRecord(message []byte) (start int, ok bool) {
	if len(message) < headerLength {
		return 0, false
	}
	w := wire{message: message, off: headerLength}
	count := func(section int) int { return int(binary.BigEndian.Uint16(message[4+2*section:])) }
	for range count(0) {
		if w.bad {
			return 0, false
		}
		w.name()
		w.take(4)
	}
	if count(3) == 0 {
		return 0, false
	}
	w.skipRecords(count(1) + count(2) + count(3) - 1)
	return w.off, !w.bad
}

// wireName returns a valid name in wire form, lower case.
func wireName(text string) string {
	name, err := dnsmessage.NewName(text + ".")
	if err != nil {
		return ""
	}
	m := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: name}}}
	packed, err := m.Pack()
	if err != nil {
		return ""
	}
	w := wire{message: packed, off: headerLength}
	return w.name()
}
