package statusmsg_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/statusmsg"
)

func TestRender(t *testing.T) {
	ten := strings.Split("a b c d e f g h i j", " ")
	tests := []struct {
		name, text string
		insertions []string
		want       string
	}{
		{"plain", "nothing to do", ten, "nothing to do"},
		{"in order", "%1 and %2", ten, "a and b"},
		{"out of order and twice", "%2%1%2", ten, "bab"},
		{"ten is not one and zero", "%10 %1", ten, "j a"},
		{"three digits", "%100", ten, "j0"},
		{"one pass", "%1 %2", []string{"%2", "%1"}, "%2 %1"},
		{"no insertion", "%1 %3!s! %99", []string{"a"}, "a %3!s! %99"},
		{"nil insertions", "%1", nil, "%1"},
		{"empty insertion", "<%1>", []string{""}, "<>"},
		{"formats", "%1!s! %2!-8.3ls! %3!d!", ten, "a b c"},
		{"no format", "%1! %2!!, %3!no format!", ten, "a! b!!, c!no format!"},
		{"open format", "%1!s", ten, "a!s"},
		{"escapes", "a%nb%rc%td%be", nil, "a\nb\rc\td e"},
		{"percent", "100%% of %1", ten, "100% of a"},
		{"two percents and a digit", "%%1", ten, "%1"},
		{"end", "a%0b%1", ten, "a"},
		{"other characters", "%. %! % é%é", ten, ". !  éé"},
		{"last character", "a%", ten, "a%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := statusmsg.Render(tt.text, tt.insertions); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzRender(f *testing.F) {
	f.Add("%1!s! %10 %n%0", "a", "%1")
	f.Add("%", "", "")
	f.Add("%1!-----", "x", "%%")
	f.Fuzz(func(t *testing.T, text, first, second string) {
		if got := statusmsg.Render(text, []string{first, second}); !strings.Contains(text, "%") && got != text {
			t.Errorf("%q without placeholder becomes %q", text, got)
		}
		quoted := strings.ReplaceAll(text, "%", "%%")
		if got := statusmsg.Render(quoted, []string{first, second}); got != text {
			t.Errorf("%q, escaped, becomes %q", text, got)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	insertions := []string{"CLOUDDP", "West Europe", "PS100001"}
	b.ReportAllocs()
	for b.Loop() {
		statusmsg.Render("Content %3!s! was distributed to %1 in %2.%n", insertions)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkCatalog(b *testing.B) {
	catalog := statusmsg.Catalog{9412: "Content %3!s! was distributed to %1 in %2.%n"}
	message := statusmsg.Message{ID: 9412, Insertions: []string{"CLOUDDP", "West Europe", "PS100001"}}
	b.ReportAllocs()
	for b.Loop() {
		catalog.Text(message)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// TestDocumentedIsDocumented pins the ids: one is added when a document of Microsoft's gives its meaning.
func TestDocumentedIsDocumented(t *testing.T) {
	want := []statusmsg.ID{1015, 2301, 2399, 5035, 9409, 9425, 39997, 39998, 39999}
	if got := slices.Sorted(maps.Keys(statusmsg.Documented())); !slices.Equal(got, want) {
		t.Errorf("documented are %v, want %v", got, want)
	}
}

func TestCatalog(t *testing.T) {
	catalog := statusmsg.Documented()
	if got, want := catalog.Text(statusmsg.Message{ID: 9409}), "The cloud distribution point is provisioned and ready."; got != want {
		t.Errorf("9409: got %q, want %q", got, want)
	}
	unknown := statusmsg.Message{ID: 9411, Component: "C", Insertions: []string{"a\x1b", ""}}
	if got, want := catalog.Text(unknown), `Message 9411 of C %1="a\x1b" %2=""`; got != want {
		t.Errorf("9411: got %q, want %q", got, want)
	}
	catalog[9411] = "Storage of %1 is full."
	if got, want := catalog.Text(unknown), "Storage of a\x1b is full."; got != want {
		t.Errorf("own text: got %q, want %q", got, want)
	}
	if _, ok := statusmsg.Documented()[9411]; ok {
		t.Error("the documented catalog was changed")
	}
	if got, want := statusmsg.Catalog(nil).Text(statusmsg.Message{ID: 9409}), "Message 9409"; got != want {
		t.Errorf("nil catalog: got %q, want %q", got, want)
	}
}

func ExampleCatalog_Text() {
	catalog := statusmsg.Documented()
	catalog[9412] = "Service %1 was stopped." // from your own site's message file
	fmt.Println(catalog.Text(statusmsg.Message{ID: statusmsg.CloudDPReady}))
	fmt.Println(catalog.Text(statusmsg.Message{ID: 9412, Insertions: []string{"CLOUDDP"}}))
	fmt.Println(catalog.Text(statusmsg.Message{ID: 9413, Insertions: []string{"CLOUDDP"}}))
	// Output:
	// The cloud distribution point is provisioned and ready.
	// Service CLOUDDP was stopped.
	// Message 9413 %1="CLOUDDP"
}
