//go:build integration

package msgtable_test

import (
	"bytes"
	"debug/pe"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/msgtable"
)

// source is what the message compiler is given: two severities with gaps between the numbers, three languages.
const source = `MessageIdTypedef=DWORD
LanguageNames=(English=0x409:MSG00409)
LanguageNames=(German=0x407:MSG00407)
LanguageNames=(Greek=0x408:MSG00408)

MessageId=9409
Severity=Informational
SymbolicName=CLOUD_DP_READY
Language=English
Distribution point %1 is ready.%nRegion: %2!s!, 100%% done.
.
Language=German
Verteilungspunkt %1 ist bereit: für Größe %2 genügt’s.
.
Language=Greek
Το σημείο %1 είναι έτοιμο.
.

MessageId=9425
Severity=Error
SymbolicName=CERTIFICATE_EXPIRED
Language=English
The certificate of %1
expired.%0
.
Language=German
Das Zertifikat von %1 ist abgelaufen.
.
Language=Greek
Έληξε %10.
.
`

// compiled is what was compiled in, as it is found in the file.
func compiled() []msgtable.Message {
	const ready, expired = 0x400024C1, 0xC00024D1
	return []msgtable.Message{
		{ID: ready, Language: 0x0407, Text: "Verteilungspunkt %1 ist bereit: für Größe %2 genügt’s."},
		{ID: expired, Language: 0x0407, Text: "Das Zertifikat von %1 ist abgelaufen."},
		{ID: ready, Language: 0x0408, Text: "Το σημείο %1 είναι έτοιμο."},
		{ID: expired, Language: 0x0408, Text: "Έληξε %10."},
		{ID: ready, Language: 0x0409, Text: "Distribution point %1 is ready.%nRegion: %2!s!, 100%% done."},
		{ID: expired, Language: 0x0409, Text: "The certificate of %1\r\nexpired.%0"},
	}
}

// TestMinGW reads what the message compiler and the linker of MinGW build out of source.
func TestMinGW(t *testing.T) {
	for processor, machine := range map[string]uint16{"x86_64": pe.IMAGE_FILE_MACHINE_AMD64, "i686": pe.IMAGE_FILE_MACHINE_I386} {
		t.Run(processor, func(t *testing.T) {
			image := compile(t, processor)
			file, err := pe.NewFile(bytes.NewReader(image))
			if err != nil || file.Machine != machine {
				t.Fatalf("the linker made something else: %v", err)
			}
			table, err := msgtable.Parse(image)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := slices.Collect(table.Messages()), compiled(); !slices.Equal(got, want) {
				t.Errorf("messages:\ngot  %+q\nwant %+q", got, want)
			}
			checkRendered(t, table)
		})
	}
}

func checkRendered(t *testing.T, table *msgtable.Table) {
	t.Helper()
	ready := statusmsg.Message{ID: 9409, Severity: statusmsg.Informational, Insertions: []string{"CLOUDDP", "West Europe"}}
	expired := statusmsg.Message{ID: 9425, Severity: statusmsg.Error, Insertions: []string{"CLOUDDP"}}
	tests := []struct {
		language msgtable.Language
		message  statusmsg.Message
		want     string
	}{
		{msgtable.English, ready, "Distribution point CLOUDDP is ready.\nRegion: West Europe, 100% done."},
		{msgtable.German, ready, "Verteilungspunkt CLOUDDP ist bereit: für Größe West Europe genügt’s."},
		{msgtable.Russian, expired, "The certificate of CLOUDDP\r\nexpired."},
		{0x0008, ready, "Το σημείο CLOUDDP είναι έτοιμο."},
	}
	for _, tt := range tests {
		text, found := table.Text(tt.message.FullID(), tt.language)
		if got := statusmsg.Render(text, tt.message.Insertions); !found || got != tt.want {
			t.Errorf("Text in %v: %q, want %q", tt.language, got, tt.want)
		}
		if got := table.Catalog(tt.language).Text(tt.message); got != tt.want {
			t.Errorf("Catalog in %v: %q, want %q", tt.language, got, tt.want)
		}
	}
}

// compile returns a DLL with the messages of source, PE32+ for x86_64 and PE32 for i686.
func compile(t *testing.T, processor string) []byte {
	t.Helper()
	directory := t.TempDir()
	asOnWindows := strings.ReplaceAll(source, "\n", "\r\n")
	if err := os.WriteFile(filepath.Join(directory, "messages.mc"), []byte(asOnWindows), 0o600); err != nil {
		t.Fatal(err)
	}
	tools := processor + "-w64-mingw32-"
	tool(t, directory, tools+"windmc", "-U", "-C", "65001", "messages.mc")
	// The preprocessor, which is the C compiler, would only take the comments out of the resource script.
	tool(t, directory, tools+"windres", "--preprocessor=grep", "--preprocessor-arg=^[A-Z1]", "messages.rc", "messages.o")
	tool(t, directory, tools+"ld", "--dll", "-e", "0", "-o", "messages.dll", "messages.o")
	image, err := os.ReadFile(filepath.Join(directory, "messages.dll"))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// tool runs a tool of the Debian packages binutils-mingw-w64-x86-64 and binutils-mingw-w64-i686.
func tool(t *testing.T, directory, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = directory
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
