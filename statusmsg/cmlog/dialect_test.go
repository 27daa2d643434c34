package cmlog_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

var update = flag.Bool("update", false, "write the expected results anew")

// TestFixtures reads one log for every dialect, encoding and defect and compares all fields of all records.
func TestFixtures(t *testing.T) {
	logs, err := filepath.Glob(filepath.Join("testdata", "*.log"))
	if err != nil || len(logs) < 10 {
		t.Fatalf("%d fixtures, %v", len(logs), err)
	}
	for _, path := range logs {
		t.Run(filepath.Base(path), func(t *testing.T) {
			log, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			for e, err := range cmlog.Entries(bytes.NewReader(log), nil) {
				if err != nil {
					t.Fatal(err)
				}
				if err := encoder.Encode(e); err != nil {
					t.Fatal(err)
				}
			}
			golden := strings.TrimSuffix(path, "log") + "jsonl"
			if *update {
				writeFile(t, golden, got.String())
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}
