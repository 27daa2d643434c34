package dnstest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 8945 keeps HMAC-SHA1 for old keys
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"slices"
	"time"
)

const (
	typeTSIG  = 250
	classNone = 254
	classAny  = 255
)

// tsigError is the code in a TSIG record (RFC 8945, section 3).
type tsigError uint16

const (
	badSignature tsigError = 16
	badKey       tsigError = 17
	badTime      tsigError = 18
	badTruncated tsigError = 22
)

// signature is a TSIG record (RFC 8945, section 4.2).
type signature struct {
	// key and algorithm are names in wire form.
	key, algorithm string
	// signed is a time in seconds since 1970.
	signed uint64
	fudge  uint16
	mac    []byte
	id     uint16
	code   tsigError
	other  []byte
}

// splitSignature returns a message as it was signed and its signature. A message without one is returned as it is; ok is
// false if there is something that is no signature.
func splitSignature(message []byte) (signed []byte, sig *signature, ok bool) {
	start, found := lastRecord(message)
	if !found {
		return message, nil, true
	}
	w := wire{message: message, off: start}
	sig = &signature{key: w.name()}
	kind, class := w.uint16(), w.uint16()
	if w.bad || kind != typeTSIG {
		return message, nil, true
	}
	w.take(4)
	end := int(w.uint16())
	end += w.off
	sig.algorithm = w.name()
	sig.signed = uint64(w.uint16())<<32 | uint64(binary.BigEndian.Uint32(w.take(4)))
	sig.fudge, sig.mac, sig.id = w.uint16(), w.counted(), w.uint16()
	sig.code, sig.other = tsigError(w.uint16()), w.counted()
	if w.bad || class != classAny || w.off != end || end != len(message) {
		return nil, nil, false
	}
	signed = slices.Clone(message[:start])
	binary.BigEndian.PutUint16(signed, sig.id)
	binary.BigEndian.PutUint16(signed[10:], binary.BigEndian.Uint16(signed[10:])-1)
	return signed, sig, true
}

// hash returns the hash of the algorithm, nil if it is not known.
func (s *signature) hash() func() hash.Hash {
	switch s.algorithm {
	case wireName("hmac-sha1"):
		return sha1.New
	case wireName("hmac-sha224"):
		return sha256.New224
	case wireName("hmac-sha256"):
		return sha256.New
	case wireName("hmac-sha384"):
		return sha512.New384
	case wireName("hmac-sha512"):
		return sha512.New
	default:
		return nil
	}
}

// digest is the MAC of a message with this signature (RFC 8945, section 4.3). A reply is signed together with the MAC of
// its request.
func (s *signature) digest(secret, requestMAC, message []byte) []byte {
	mac := hmac.New(s.hash(), secret)
	if requestMAC != nil {
		mac.Write(appendCounted(nil, requestMAC))
	}
	mac.Write(message)
	mac.Write(s.variables())
	return mac.Sum(nil)
}

// variables are the fields of the record that are signed (RFC 8945, section 4.3.3).
func (s *signature) variables() []byte {
	b := binary.BigEndian.AppendUint16([]byte(s.key), classAny)
	b = append(b, 0, 0, 0, 0) // TTL
	b = append(b, s.algorithm...)
	b = s.appendTimes(b)
	b = binary.BigEndian.AppendUint16(b, uint16(s.code))
	return appendCounted(b, s.other)
}

// record is the signature in wire form.
func (s *signature) record() []byte {
	data := s.appendTimes([]byte(s.algorithm))
	data = appendCounted(data, s.mac)
	data = binary.BigEndian.AppendUint16(data, s.id)
	data = binary.BigEndian.AppendUint16(data, uint16(s.code))
	data = appendCounted(data, s.other)

	b := binary.BigEndian.AppendUint16([]byte(s.key), typeTSIG)
	b = binary.BigEndian.AppendUint16(b, classAny)
	b = append(b, 0, 0, 0, 0) // TTL
	return appendCounted(b, data)
}

func (s *signature) appendTimes(b []byte) []byte {
	return binary.BigEndian.AppendUint16(appendTime(b, s.signed), s.fudge)
}

// skew is how far the time of the signature is from now.
func (s *signature) skew(now time.Time) time.Duration {
	return now.Sub(time.Unix(int64(s.signed), 0)).Abs() //nolint:gosec // has 48 bits
}

// appendTime appends the lower 48 bits of a time in seconds.
func appendTime(b []byte, seconds uint64) []byte {
	return append(b, binary.BigEndian.AppendUint64(nil, seconds)[2:]...)
}

// appendCounted appends bytes after their number.
func appendCounted(b, counted []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(counted))) //nolint:gosec // parts of one message
	return append(b, counted...)
}
