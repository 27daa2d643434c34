package msgtable_test

import (
	"encoding/binary"
	"unicode/utf16"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/msgtable"
)

// testImage is a Windows DLL with message tables and nothing else.
type testImage struct {
	pe32     bool // not PE32+
	tables   []testTable
	noTables bool // an icon instead
}

type testTable struct {
	language msgtable.Language
	blocks   []testBlock
}

// testBlock holds the messages from low on, one for each entry.
type testBlock struct {
	low     statusmsg.FullID
	entries [][]byte
}

// entryOf returns a MESSAGE_RESOURCE_ENTRY, padded with NULs to a multiple of 4 as message compilers do.
func entryOf(encoding uint16, text string) []byte {
	for len(text)%4 != 0 {
		text += "\x00"
	}
	e := binary.LittleEndian.AppendUint16(nil, uint16(4+len(text)))
	return append(binary.LittleEndian.AppendUint16(e, encoding), text...)
}

func ansi(text string) []byte { return entryOf(0, text) }

func utf8(text string) []byte { return entryOf(2, text) }

func unicode(text string) []byte {
	var units []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		units = binary.LittleEndian.AppendUint16(units, unit)
	}
	return entryOf(1, string(units))
}

const (
	resourceAddress = 0x3000
	headersSize     = 0x200
	dosSize         = 0x40
	coffAt          = dosSize + 4
	optionalAt      = coffAt + 20
)

// optional returns the size of the optional header and where its data directories begin in it.
func (m testImage) optional() (size, directories int) {
	directories = 112
	if m.pe32 {
		directories = 96
	}
	return directories + 16*8, directories
}

// build returns the file.
func (m testImage) build() []byte {
	resources := m.resources()
	b := make([]byte, headersSize)
	size, directories := m.optional()
	copy(b, "MZ")
	put32(b, 0x3C, dosSize)
	copy(b[dosSize:], "PE\x00\x00")
	put16(b, coffAt, 0x8664)
	put16(b, coffAt+2, 1)
	put16(b, coffAt+16, uint16(size))
	magic := uint16(0x20B)
	if m.pe32 {
		magic = 0x10B
	}
	put16(b, optionalAt, magic)
	put32(b, optionalAt+directories-4, 16)
	put32(b, optionalAt+directories+2*8, resourceAddress)
	put32(b, optionalAt+directories+2*8+4, uint32(len(resources)))

	section := optionalAt + size
	copy(b[section:], ".rsrc")
	put32(b, section+8, uint32(len(resources)))
	put32(b, section+12, resourceAddress)
	put32(b, section+16, uint32(len(resources)))
	put32(b, section+20, headersSize)
	return append(b, resources...)
}

// Where the parts of the resources lie, from the start of the file.
const (
	typesAt     = headersSize
	namesAt     = typesAt + 16 + 8
	languagesAt = namesAt + 16 + 8
)

// leavesAt returns where the data entries lie.
func (m testImage) leavesAt() int { return languagesAt + 16 + 8*len(m.tables) }

// dataAt returns where the first message table lies.
func (m testImage) dataAt() int { return m.leavesAt() + 16*len(m.tables) }

// resources returns the tree of types, names and languages with the message tables behind it.
func (m testImage) resources() []byte {
	const key, inside = 11, 0x80000000
	b := make([]byte, m.dataAt()-headersSize)
	types, names, languages := typesAt-headersSize, namesAt-headersSize, languagesAt-headersSize
	put16(b, types+14, 1)
	put32(b, types+16, key)
	if m.noTables {
		put32(b, types+16, 3)
	}
	put32(b, types+20, uint32(inside|names))
	put16(b, names+14, 1)
	put32(b, names+16, 1)
	put32(b, names+20, uint32(inside|languages))
	put16(b, languages+14, uint16(len(m.tables)))
	for i, table := range m.tables {
		leaf, data := m.leavesAt()-headersSize+16*i, table.build()
		put32(b, languages+16+8*i, uint32(table.language))
		put32(b, languages+20+8*i, uint32(leaf))
		put32(b, leaf, uint32(resourceAddress+len(b)))
		put32(b, leaf+4, uint32(len(data)))
		b = append(b, data...)
	}
	return b
}

// build returns the MESSAGE_RESOURCE_DATA.
func (t testTable) build() []byte {
	b := make([]byte, 4+12*len(t.blocks))
	put32(b, 0, uint32(len(t.blocks)))
	for i, block := range t.blocks {
		put32(b, 4+12*i, uint32(block.low))
		put32(b, 8+12*i, uint32(int(block.low)+len(block.entries)-1))
		put32(b, 12+12*i, uint32(len(b)))
		for _, entry := range block.entries {
			b = append(b, entry...)
		}
	}
	return b
}

func put16(b []byte, at int, value uint16) { binary.LittleEndian.PutUint16(b[at:], value) }

func put32(b []byte, at int, value uint32) { binary.LittleEndian.PutUint32(b[at:], value) }

// sample is a small message file in three languages and every encoding.
func sample() testImage {
	return testImage{tables: []testTable{
		{msgtable.German, []testBlock{
			{0x400024C1, [][]byte{unicode("Der Verteilungspunkt %1 ist bereit.\r\n")}},
			{0xC00024D1, [][]byte{unicode("Ein Zertifikat von %1 läuft ab: 5 €.\r\n"), unicode("%n\r\n\r\n")}},
		}},
		{msgtable.English, []testBlock{
			{0x00000001, [][]byte{ansi("caf\xe9 \x80 \x81"), unicode(""), utf8("naïve \xff")}},
			{0x400024C1, [][]byte{unicode("Distribution point %1 is ready.\r\n"), unicode("halves \U0001F600")}},
			{0xFFFFFFFE, [][]byte{ansi("last but one"), ansi("last")}},
		}},
		{0x0807, []testBlock{{0x400024C1, [][]byte{unicode("Der Verteilpunkt %1 ist parat.\r\n")}}}},
	}}
}
