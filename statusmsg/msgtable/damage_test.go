package msgtable_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/msgtable"
)

// damage is a file that cannot be read, and how the error begins behind "msgtable: read".
type damage struct {
	name string
	file []byte
	want string
}

// cutFiles are the sample, cut off in every part of it.
func cutFiles() []damage {
	m := sample()
	size, _ := m.optional()
	cut := func(at int, want string) damage {
		return damage{fmt.Sprintf("cut at %#x", at), m.build()[:at], want}
	}
	return []damage{
		cut(0, "DOS header: has 64 bytes at offset 0x0, the file ends at 0x0"),
		cut(1, "DOS header"), cut(dosSize-1, "DOS header"),
		cut(dosSize, "COFF header"), cut(coffAt, "COFF header"), cut(optionalAt-1, "COFF header"),
		cut(optionalAt, "optional header"), cut(optionalAt+100, "optional header"), cut(optionalAt+size-1, "optional header"),
		cut(optionalAt+size, "section table"), cut(optionalAt+size+39, "section table"),
		cut(headersSize, "resource types"), cut(typesAt+15, "resource types"), cut(typesAt+20, "resource types"),
		cut(namesAt, "message table names"), cut(namesAt+20, "message table names"),
		cut(languagesAt+1, "message table languages"), cut(languagesAt+17, "message table languages"),
		cut(m.leavesAt()+1, "message table of language 0x0407"), cut(m.dataAt(), "message table of language 0x0407"),
		cut(m.dataAt()+30, "message table of language 0x0407"), cut(len(m.build())-1, "message table of language 0x0807"),
	}
}

// brokenFields are the sample with one number that lies.
func brokenFields() []damage {
	m := sample()
	size, directories := m.optional()
	section, data := optionalAt+size, m.dataAt()
	entry := data + 4 + 2*12
	word := func(name string, at int, value uint32, want string) damage {
		file := m.build()
		put32(file, at, value)
		return damage{fmt.Sprintf("%s %#x", name, value), file, want}
	}
	half := func(name string, at int, value uint16, want string) damage {
		file := m.build()
		put16(file, at, value)
		return damage{fmt.Sprintf("%s %#x", name, value), file, want}
	}
	return []damage{
		word("no MZ", 0, 0, "DOS header: does not begin with MZ"),
		word("PE offset", 0x3C, 0xFFFFFFFF, "COFF header: has 24 bytes at offset 0xffffffff"),
		word("PE offset", 0x3C, 8, "COFF header: has no PE signature"),
		half("sections", coffAt+2, 97, "section table: has 97 sections"),
		half("sections", coffAt+2, 0xFFFF, "section table: has 65535 sections"),
		half("sections", coffAt+2, 0, "resource types: has 16 bytes at address 0x3000, which no section holds"),
		half("optional header", coffAt+16, 0, "optional header: is missing"),
		half("optional header", coffAt+16, 50, "optional header: has 50 bytes"),
		half("optional header", coffAt+16, 0xFFFF, "optional header: has 65535 bytes"),
		half("magic", optionalAt, 0x107, "optional header: has the unknown magic number 0x107"),
		word("resource address", optionalAt+directories+16, 0xFFFFFFFF, "resource types: has 16 bytes at address 0xffffffff"),
		word("section address", section+12, 0xFFFFFFF0, "resource types"),
		word("section size", section+16, 8, "resource types"),
		word("section offset", section+20, 0xFFFFFFFF, "resource types: has 16 bytes at offset 0xffffffff"),
		half("types", typesAt+14, 0xFFFF, "resource types: 65535 entries"),
		word("type is data", typesAt+20, namesAt-headersSize, "message table names: are missing"),
		word("names", typesAt+20, 0xFFFFFFFF, "message table names: has 16 bytes"),
		half("names", namesAt+12, 1025, "message table names: 1026 entries"),
		half("names", namesAt+12, 1000, "message table names: has 8008 bytes"),
		word("name is data", namesAt+20, 0x10, "message table languages: are missing"),
		word("cycle to the types", namesAt+20, 0x80000000, "message table of language 0x000B: is a further directory"),
		word("fourth level", languagesAt+20, 0x80000000, "message table of language 0x0407: is a further directory"),
		word("named language", languagesAt+16, 0x80000010, "message table of language 0x80000010"),
		word("leaf", languagesAt+20, 0x7FFFFFFF, "message table of language 0x0407: has 16 bytes"),
		word("data address", m.leavesAt(), 0, "message table of language 0x0407"),
		word("data size", m.leavesAt()+4, 0xFFFFFFFF, "message table of language 0x0407: more than 256 tables or 16777216 bytes"),
		word("data size", m.leavesAt()+4, 16<<20, "message table of language 0x0407: has 16777216 bytes at address"),
		word("data size", m.leavesAt()+4, 3, "message table of language 0x0407: has 3 bytes"),
		word("blocks", data, 0xFFFFFFFF, "message table of language 0x0407: has room for"),
		word("low id above high id", data+4, 0xFFFFFFFF, "message table of language 0x0407: has a block"),
		word("high id", data+8, 0xFFFFFFFF, "message table of language 0x0407: more than 262144 messages"),
		word("high id", data+8, 0x400024C1+1000, "message table of language 0x0407: ends in the message at 0xcc"),
		word("entries", data+12, 0xFFFFFFFF, "message table of language 0x0407: has a block"),
		word("entries", data+12, 0, "message table of language 0x0407: has a message of"),
		word("overlap", data+4+12+8, 4+2*12, "message table of language 0x0407: has"),
		word("same id", data+4+12, 0x400024C1, "message table of language 0x0407: "),
		half("length", entry, 3, "message table of language 0x0407: has a message of 3 bytes at 0x1c"),
		half("length", entry, 0xFFFF, "message table of language 0x0407: has a message of 65535 bytes at 0x1c"),
		half("length", entry, 77, "message table of language 0x0407: has half a character in the message at 0x1c"),
		half("encoding", entry+2, 3, "message table of language 0x0407: has a message of unknown encoding 3 at 0x1c"),
	}
}

// bombs are files that ask for more than they hold.
func bombs() []damage {
	entries := make([][]byte, 1<<17)
	for i := range entries {
		entries[i] = entryOf(0, "")
	}
	many := testImage{tables: []testTable{{1, []testBlock{{1, entries}}}, {2, []testBlock{{1, entries}}}, {3, []testBlock{{1, entries}}}}}
	languages := testImage{tables: make([]testTable, 257)}
	for i := range languages.tables {
		languages.tables[i].language = msgtable.Language(i)
	}
	var overlap testTable
	for i := range 1000 {
		overlap.blocks = append(overlap.blocks, testBlock{low: statusmsg.FullID(i * 10)})
	}
	overlap.blocks[0].entries = [][]byte{ansi(strings.Repeat("x", 60000))}
	shared := testImage{tables: []testTable{overlap}}
	file := shared.build()
	first := shared.dataAt() + 4
	for i := range 1000 {
		put32(file, first+12*i+4, uint32(i*10))
		put32(file, first+12*i+8, 4+12*1000)
	}
	return []damage{
		{"16 MiB, damaged at the end", large(), "message table of language 0x0002: ends in the message"},
		{"messages", many.build(), "message table of language 0x0003: more than 262144 messages"},
		{"languages", languages.build(), "message table of language 0x0100: more than 256 tables"},
		{"blocks that share entries", file, "message table of language 0x0000: has blocks that overlap"},
		{"one language's data, repeated", repeated(), "message table of language 0x00F6: more than 256 tables or 16777216 bytes"},
	}
}

// large is a file of the largest size that is read, which ends too early.
func large() []byte {
	m := testImage{tables: []testTable{{language: 1, blocks: []testBlock{{low: 1}}}, {language: 2, blocks: []testBlock{{low: 1}}}}}
	entry := ansi(strings.Repeat("x", 79))
	for i := range m.tables {
		block := &m.tables[i].blocks[0]
		for range (8<<20 - 16) / len(entry) {
			block.entries = append(block.entries, entry)
		}
	}
	second := &m.tables[1].blocks[0]
	last := &second.entries[len(second.entries)-1]
	*last = (*last)[:2]
	return m.build()
}

// repeated is a file of 70 kB whose 256 languages, all in one place, would be 17 MB.
func repeated() []byte {
	m := testImage{tables: make([]testTable, 256)}
	for i := range m.tables {
		m.tables[i].language = msgtable.Language(i)
	}
	m.tables[0].blocks = []testBlock{{1, [][]byte{ansi(strings.Repeat("x", 65000)), ansi(strings.Repeat("x", 3000))}}}
	file := m.build()
	for i := range m.tables {
		copy(file[m.leavesAt()+16*i:], file[m.leavesAt():m.leavesAt()+8])
	}
	return file
}

func TestDamagedFiles(t *testing.T) {
	all := append(append(cutFiles(), brokenFields()...), bombs()...)
	if len(all) < 50 {
		t.Errorf("only %d damaged files", len(all))
	}
	for _, d := range all {
		t.Run(d.name, func(t *testing.T) {
			table, took, allocated, err := watch(d.file)
			if table != nil || !errors.Is(err, msgtable.ErrInvalid) && !errors.Is(err, msgtable.ErrLimit) {
				t.Fatalf("got %v, %v", table, err)
			}
			if !strings.HasPrefix(err.Error(), "msgtable: read: ") || !strings.Contains(err.Error(), ": "+d.want) {
				t.Errorf("error %q does not say %q", err, d.want)
			}
			if took > slowdown*100*time.Millisecond || allocated > 32<<20 {
				t.Errorf("took %v and %d bytes", took, allocated)
			}
		})
	}
}

// watch parses a file and tells what that took.
func watch(file []byte) (table *msgtable.Table, took time.Duration, allocated uint64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	table, err = msgtable.Parse(file)
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return table, took, after.TotalAlloc - before.TotalAlloc, err
}

func FuzzParse(f *testing.F) {
	f.Add(sample().build())
	old := sample()
	old.pe32 = true
	f.Add(old.build())
	f.Add(testImage{noTables: true}.build())
	for _, d := range append(cutFiles(), brokenFields()...) {
		f.Add(d.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := msgtable.Parse(file)
		if err != nil {
			if table != nil || !strings.HasPrefix(err.Error(), "msgtable: read: ") {
				t.Errorf("got %v beside %v", table, err)
			}
			return
		}
		size := 0
		for m := range table.Messages() {
			if _, found := table.Text(m.ID, m.Language); !found {
				t.Errorf("message %v of language %v is not found", m.ID, m.Language)
			}
			if size += len(m.Text); size > 48<<20 {
				t.Fatalf("%d bytes of text in a file of %d", size, len(file))
			}
		}
	})
}
