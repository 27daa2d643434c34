package msgtable_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/msgtable"
)

func parse(t testing.TB, image testImage) *msgtable.Table {
	t.Helper()
	table, err := msgtable.Parse(image.build())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestMessages(t *testing.T) {
	want := []msgtable.Message{
		{ID: 0x400024C1, Language: 0x0407, Text: "Der Verteilungspunkt %1 ist bereit."},
		{ID: 0xC00024D1, Language: 0x0407, Text: "Ein Zertifikat von %1 läuft ab: 5 €."},
		{ID: 0xC00024D2, Language: 0x0407, Text: "%n\r\n"},
		{ID: 1, Language: 0x0409, Text: "café € \u0081"},
		{ID: 2, Language: 0x0409, Text: ""},
		{ID: 3, Language: 0x0409, Text: "naïve \uFFFD"},
		{ID: 0x400024C1, Language: 0x0409, Text: "Distribution point %1 is ready."},
		{ID: 0x400024C2, Language: 0x0409, Text: "halves \U0001F600"},
		{ID: 0xFFFFFFFE, Language: 0x0409, Text: "last but one"},
		{ID: 0xFFFFFFFF, Language: 0x0409, Text: "last"},
		{ID: 0x400024C1, Language: 0x0807, Text: "Der Verteilpunkt %1 ist parat."},
	}
	for _, pe32 := range []bool{false, true} {
		image := sample()
		image.pe32 = pe32
		slices.Reverse(image.tables) // the order in a file must not matter
		table := parse(t, image)
		if got := slices.Collect(table.Messages()); !slices.Equal(got, want) {
			t.Errorf("PE32 %v:\ngot  %+v\nwant %+v", pe32, got, want)
		}
		if got := table.Languages(); !slices.Equal(got, []msgtable.Language{0x0407, 0x0409, 0x0807}) {
			t.Errorf("languages %v", got)
		}
		for range table.Messages() {
			break
		}
	}
}

func TestText(t *testing.T) {
	const ready, expired = 0x400024C1, 0xC00024D1
	table := parse(t, sample())
	tests := []struct {
		name   string
		id     statusmsg.FullID
		wanted []msgtable.Language
		want   string
	}{
		{"exactly", ready, []msgtable.Language{0x0807}, "Der Verteilpunkt %1 ist parat."},
		{"another variety", ready, []msgtable.Language{0x0C07}, "Der Verteilungspunkt %1 ist bereit."},
		{"the language itself", ready, []msgtable.Language{0x0007}, "Der Verteilungspunkt %1 ist bereit."},
		{"second choice", ready, []msgtable.Language{msgtable.French, 0x0807}, "Der Verteilpunkt %1 ist parat."},
		{"English where none is wanted", ready, nil, "Distribution point %1 is ready."},
		{"English for Japanese", ready, []msgtable.Language{msgtable.Japanese}, "Distribution point %1 is ready."},
		{"any language", expired, []msgtable.Language{msgtable.Neutral}, "Ein Zertifikat von %1 läuft ab: 5 €."},
		{"another variety for one message", expired, []msgtable.Language{0x0807}, "Ein Zertifikat von %1 läuft ab: 5 €."},
		{"highest number", 0xFFFFFFFF, nil, "last"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, found := table.Text(tt.id, tt.wanted...); !found || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, found, tt.want)
			}
		})
	}
	for _, id := range []statusmsg.FullID{0, 9409, 0x800024C1, 0xC00024D3} {
		if text, found := table.Text(id); found {
			t.Errorf("message %v has the text %q", id, text)
		}
	}
}

func TestNeutralBeforeEnglish(t *testing.T) {
	of := func(language msgtable.Language, text string) testTable {
		return testTable{language, []testBlock{{1, [][]byte{unicode(text)}}}}
	}
	table := parse(t, testImage{tables: []testTable{of(msgtable.English, "English"), of(msgtable.Neutral, "Neutral"), of(msgtable.French, "French")}})
	for wanted, want := range map[msgtable.Language]string{
		msgtable.French: "French", 0x0C0C: "French", msgtable.German: "Neutral", msgtable.Neutral: "Neutral", 0x0809: "English",
	} {
		if got, _ := table.Text(1, wanted); got != want {
			t.Errorf("for %v: %q, want %q", wanted, got, want)
		}
	}
}

func TestCatalog(t *testing.T) {
	image := testImage{tables: []testTable{
		{msgtable.English, []testBlock{
			{0x40000001, [][]byte{unicode("one"), unicode("two")}},
			{0xC0000002, [][]byte{unicode("two fails")}},
		}},
		{msgtable.German, []testBlock{{0x40000001, [][]byte{unicode("eins")}}}},
	}}
	tests := map[msgtable.Language]statusmsg.Catalog{
		msgtable.German:  {1: "eins", 2: "two fails"},
		msgtable.English: {1: "one", 2: "two fails"},
	}
	for wanted, want := range tests {
		if got := parse(t, image).Catalog(wanted); !maps.Equal(got, want) {
			t.Errorf("for %v: %v, want %v", wanted, got, want)
		}
	}
}

func TestNilTable(t *testing.T) {
	var table *msgtable.Table
	if text, found := table.Text(1); found || len(table.Catalog()) != 0 || len(table.Languages()) != 0 {
		t.Errorf("a nil Table has %q, %v, %v", text, table.Catalog(), table.Languages())
	}
	for m := range table.Messages() {
		t.Errorf("a nil Table has %v", m)
	}
}

func TestParseKeepsNoReference(t *testing.T) {
	image := sample().build()
	table, err := msgtable.Parse(image)
	if err != nil {
		t.Fatal(err)
	}
	clear(image)
	if text, _ := table.Text(0x400024C1); text != "Distribution point %1 is ready." {
		t.Errorf("after the file was overwritten: %q", text)
	}
}

func TestNoMessageTable(t *testing.T) {
	without := sample().build()
	put32(without, optionalAt+112+2*8, 0)
	few := sample().build()
	put32(few, optionalAt+112-4, 2)
	for name, image := range map[string][]byte{
		"an icon": testImage{noTables: true}.build(), "no languages": testImage{}.build(), "no resources": without, "two directories": few,
	} {
		_, err := msgtable.Parse(image)
		if !errors.Is(err, msgtable.ErrNotFound) || !errors.Is(err, fs.ErrNotExist) || err.Error() != "msgtable: read: file: no message table in it: not found" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// brokenReader fails behind an offset.
type brokenReader struct {
	data []byte
	at   int64
	err  error
}

func (r brokenReader) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > r.at {
		return 0, r.err
	}
	return copy(p, r.data[at:]), nil
}

func TestOpenErrors(t *testing.T) {
	image := sample().build()
	gone := errors.New("share is gone")
	for at := int64(0); at < int64(len(image)); at += 7 {
		if _, err := msgtable.Open(brokenReader{image, at, gone}, int64(len(image))); !errors.Is(err, gone) || !errors.Is(err, msgtable.ErrUnavailable) {
			t.Errorf("reader fails at %d: %v", at, err)
		}
		if _, err := msgtable.Open(brokenReader{image, at, io.EOF}, int64(len(image))); !errors.Is(err, msgtable.ErrInvalid) {
			t.Errorf("reader ends at %d: %v", at, err)
		}
	}
	for _, size := range []int64{0, -1} {
		if _, err := msgtable.Open(nil, size); !errors.Is(err, msgtable.ErrInvalid) {
			t.Errorf("no reader: %v", err)
		}
	}
	if _, err := msgtable.Open(brokenReader{}, -1); !errors.Is(err, msgtable.ErrInvalid) {
		t.Errorf("negative size: %v", err)
	}
}

func BenchmarkParse(b *testing.B) {
	image := testImage{tables: []testTable{{msgtable.English, []testBlock{{0x40000001, nil}}}}}
	for i := range 5000 {
		block := &image.tables[0].blocks[0]
		block.entries = append(block.entries, unicode(fmt.Sprintf("Message %d says %%1 about %%2.\r\n", i)))
	}
	file := image.build()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := msgtable.Parse(file); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleParse() {
	file := testImage{tables: []testTable{
		{msgtable.English, []testBlock{{0x400024C1, [][]byte{unicode("Distribution point %1 is ready.%0")}}}},
		{msgtable.German, []testBlock{{0x400024C1, [][]byte{unicode("Der Verteilungspunkt %1 ist bereit.%0")}}}},
	}}.build() // in earnest: srvmsgs.dll

	table, err := msgtable.Parse(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := statusmsg.Message{ID: 9409, Severity: statusmsg.Informational, Insertions: []string{"CLOUDDP"}}
	text, _ := table.Text(message.FullID())
	fmt.Println(statusmsg.Render(text, message.Insertions))
	fmt.Println(table.Catalog(msgtable.German).Text(message))
	// Output:
	// Distribution point CLOUDDP is ready.
	// Der Verteilungspunkt CLOUDDP ist bereit.
}
