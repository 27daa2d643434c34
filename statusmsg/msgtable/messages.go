package msgtable

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/clouddp/sdk/statusmsg"
)

const (
	countSize         = 4  // MESSAGE_RESOURCE_DATA: the number of blocks
	blockSize         = 12 // MESSAGE_RESOURCE_BLOCK: low id, high id, offset of its entries
	messageHeaderSize = 4  // MESSAGE_RESOURCE_ENTRY: length and encoding

	maxMessages = 1 << 18 // of all message tables of a file
)

// encoding is the Flags of a MESSAGE_RESOURCE_ENTRY, documented by Microsoft in winnt.h.
type encoding uint16

const (
	encodingANSI  encoding = 0
	encodingUTF16 encoding = 1
	encodingUTF8  encoding = 2
)

// messages are the messages of one language.
type messages struct {
	language Language
	data     []byte
	places   []place // by id
}

// place says where the entry of a message begins in the data.
type place struct {
	id     statusmsg.FullID
	offset uint32
}

// newMessages finds the messages of a table; at most limit are taken.
func newMessages(r resource, limit int) (*messages, error) {
	m := &messages{language: r.language, data: r.data}
	if len(r.data) < countSize {
		return nil, m.damaged("has %d bytes", len(r.data))
	}
	count, blocks := binary.LittleEndian.Uint32(r.data), r.data[countSize:]
	if uint64(count)*blockSize > uint64(len(blocks)) {
		return nil, m.damaged("has room for %d blocks, not for %d", len(blocks)/blockSize, count)
	}
	for budget := len(r.data); count > 0; count-- {
		used, err := m.addBlock(blocks, limit)
		if err != nil {
			return nil, err
		}
		if budget -= used; budget < 0 {
			return nil, m.damaged("has blocks that overlap")
		}
		blocks = blocks[blockSize:]
	}
	return m, m.sort()
}

// addBlock adds the messages of the block at the start of blocks and returns how many bytes of the data they use.
func (m *messages) addBlock(blocks []byte, limit int) (used int, err error) {
	low, high := binary.LittleEndian.Uint32(blocks), binary.LittleEndian.Uint32(blocks[4:])
	start := binary.LittleEndian.Uint32(blocks[8:])
	if high < low || uint64(start) > uint64(len(m.data)) {
		return 0, m.damaged("has a block of messages %#x to %#x at %#x", low, high, start)
	}
	if uint64(high-low) >= uint64(max(limit-len(m.places), 0)) {
		return 0, fmt.Errorf("%s: %s: more than %d messages: %w", subject, m.part(), maxMessages, ErrLimit)
	}
	offset := start
	for i := range high - low + 1 {
		length, err := m.measure(offset)
		if err != nil {
			return 0, err
		}
		m.places = append(m.places, place{statusmsg.FullID(low + i), offset})
		offset += length
	}
	return int(offset - start), nil
}

// measure checks the entry at offset, which is inside the data or at its end, and returns its length.
func (m *messages) measure(offset uint32) (uint32, error) {
	rest := m.data[offset:]
	if len(rest) < messageHeaderSize {
		return 0, m.damaged("ends in the message at %#x", offset)
	}
	length, kind := binary.LittleEndian.Uint16(rest), encoding(binary.LittleEndian.Uint16(rest[2:]))
	switch {
	case length < messageHeaderSize || int(length) > len(rest):
		return 0, m.damaged("has a message of %d bytes at %#x", length, offset)
	case kind > encodingUTF8:
		return 0, m.damaged("has a message of unknown encoding %d at %#x", kind, offset)
	case kind == encodingUTF16 && length%2 != 0:
		return 0, m.damaged("has half a character in the message at %#x", offset)
	}
	return uint32(length), nil
}

// sort orders the messages by id; two of one id are refused.
func (m *messages) sort() error {
	slices.SortFunc(m.places, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	for i := 1; i < len(m.places); i++ {
		if m.places[i].id == m.places[i-1].id {
			return m.damaged("has message %v twice", m.places[i].id)
		}
	}
	return nil
}

func (m *messages) part() string { return "message table of language " + m.language.String() }

func (m *messages) damaged(format string, args ...any) error {
	return damaged(m.part(), format, args...)
}

// find returns the text of a message.
func (m *messages) find(id statusmsg.FullID) (text string, found bool) {
	i, found := slices.BinarySearchFunc(m.places, id, func(p place, id statusmsg.FullID) int { return cmp.Compare(p.id, id) })
	if !found {
		return "", false
	}
	return m.text(m.places[i]), true
}

// text decodes the message at p, up to its first NUL and without the line break that the message compiler puts behind it.
func (m *messages) text(p place) string {
	raw := m.data[p.offset:]
	length, kind := binary.LittleEndian.Uint16(raw), encoding(binary.LittleEndian.Uint16(raw[2:]))
	raw = raw[messageHeaderSize:length]
	var text string
	switch kind {
	case encodingUTF16:
		text = decodeUTF16(raw)
	case encodingUTF8:
		text = strings.ToValidUTF8(string(untilNUL(raw)), "\uFFFD")
	case encodingANSI:
		text = decodeANSI(untilNUL(raw))
	}
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

func untilNUL(raw []byte) []byte {
	before, _, _ := bytes.Cut(raw, []byte{0})
	return before
}

func decodeUTF16(raw []byte) string {
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		unit := binary.LittleEndian.Uint16(raw)
		if unit == 0 {
			break
		}
		units = append(units, unit)
	}
	return string(utf16.Decode(units))
}

// windows1252 is what the bytes 0x80 to 0x9F stand for in Windows-1252; five that it leaves out stand for themselves.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

func decodeANSI(raw []byte) string {
	high := []rune(windows1252)
	var b strings.Builder
	b.Grow(len(raw))
	for _, c := range raw {
		if c >= 0x80 && c <= 0x9F {
			b.WriteRune(high[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}
