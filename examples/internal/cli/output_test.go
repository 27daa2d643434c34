package cli_test

import (
	"bytes"
	"testing"

	"github.com/clouddp/sdk/examples/internal/cli"
)

func TestJSONIsOneLineAsItIs(t *testing.T) {
	var out bytes.Buffer
	err := cli.JSON(&out, map[string]any{"text": "<a> & b\n", "number": 1})
	if want := `{"number":1,"text":"<a> & b\n"}` + "\n"; err != nil || out.String() != want {
		t.Errorf("%q, %v; want %q", out.String(), err, want)
	}
	if err := cli.JSON(&out, func() {}); err == nil {
		t.Error("a function is written as JSON")
	}
}

func TestCleanIsOneLine(t *testing.T) {
	if got, want := cli.Clean("é \x1b[31m\nb"), "é \uFFFD[31m\uFFFDb"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
