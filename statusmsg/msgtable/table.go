package msgtable

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"github.com/clouddp/sdk/statusmsg"
)

// Table holds the messages of one file. It does not change, so that it is safe for concurrent use. A nil Table holds
// nothing.
type Table struct {
	tables []*messages // by language
}

// Message is one text of a [Table].
type Message struct {
	// ID is the number of the message, with its severity and facility.
	ID statusmsg.FullID
	// Language is that of Text.
	Language Language
	// Text has the placeholders of [statusmsg.Render]. It ends before the line break that message compilers append. A text
	// in an ANSI code page, which a file does not name, is read as Windows-1252.
	Text string
}

// Open reads the messages of the file that r holds, of size bytes; r is not needed afterwards. A damaged file and one
// that is no Windows program or DLL are an [*InvalidError], one without messages [ErrNotFound], one with too many
// [ErrLimit]; what r itself fails with is wrapped by [ErrUnavailable].
func Open(r io.ReaderAt, size int64) (*Table, error) {
	if r == nil || size < 0 {
		return nil, damaged("file", "is nil or has the size %d; give an opened file and its size", size)
	}
	m, err := newImage(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	resources, err := m.messageTables()
	if err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		return nil, fmt.Errorf("%s: file: no message table in it: %w", subject, ErrNotFound)
	}
	t, limit := &Table{}, maxMessages
	for _, resource := range resources {
		table, err := newMessages(resource, limit)
		if err != nil {
			return nil, err
		}
		limit -= len(table.places)
		t.tables = append(t.tables, table)
	}
	return t, nil
}

// Parse is [Open] for a file in memory. The Table keeps no reference to image.
func Parse(image []byte) (*Table, error) { return Open(bytes.NewReader(image), int64(len(image))) }

// Languages returns the languages of t in ascending order.
func (t *Table) Languages() []Language {
	var languages []Language
	for _, table := range t.list() {
		if n := len(languages); n == 0 || languages[n-1] != table.language {
			languages = append(languages, table.language)
		}
	}
	return languages
}

// Messages yields every message of t, by language and then by ID.
func (t *Table) Messages() iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for _, table := range t.list() {
			for _, p := range table.places {
				if !yield(Message{p.id, table.language, table.text(p)}) {
					return
				}
			}
		}
	}
}

// Text returns the text of a message in the first language in which t has it: those wanted, each followed by its other
// varieties (Austrian for German), then [Neutral], [English] and any other.
func (t *Table) Text(id statusmsg.FullID, wanted ...Language) (text string, found bool) {
	for _, table := range t.inOrder(wanted) {
		if text, found := table.find(id); found {
			return text, true
		}
	}
	return "", false
}

// Catalog returns every message of t for rendering, in the languages that [Table.Text] chooses. A Catalog goes by the
// [statusmsg.ID] alone: where messages differ in severity or facility only, the one with the highest number stands,
// that is, the most severe.
func (t *Table) Catalog(wanted ...Language) statusmsg.Catalog {
	catalog := statusmsg.Catalog{}
	full := map[statusmsg.ID]statusmsg.FullID{}
	for _, table := range t.inOrder(wanted) {
		for _, p := range table.places {
			_, _, id := p.id.Split()
			if known, ok := full[id]; ok && known >= p.id {
				continue
			}
			catalog[id], full[id] = table.text(p), p.id
		}
	}
	return catalog
}

func (t *Table) list() []*messages {
	if t == nil {
		return nil
	}
	return t.tables
}

// inOrder returns the tables in the order in which to look for a text.
func (t *Table) inOrder(wanted []Language) []*messages {
	ordered := make([]*messages, 0, len(t.list()))
	for _, language := range preference(wanted, t.Languages()) {
		for _, table := range t.list() {
			if table.language == language {
				ordered = append(ordered, table)
			}
		}
	}
	return ordered
}
