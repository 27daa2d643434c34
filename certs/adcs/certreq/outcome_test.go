package certreq

import (
	"io/fs"
	"strings"
	"testing"
	"unicode"

	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

func TestOutputIsBounded(t *testing.T) {
	kept := &limited{}
	for range 3 {
		if n, err := kept.Write(make([]byte, maxOutput-1)); n != maxOutput-1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	}
	if kept.Len() != maxOutput {
		t.Errorf("%d bytes are kept", kept.Len())
	}
}

func FuzzOutcome(f *testing.F) {
	f.Add("Anforderungs-ID: 7\r\nRequestId: \"7\"\r\nwartet (0)\r\n", 0)
	f.Add("RequestId: 7\r\nnein 0x80094012 (-2146877422)\r\n", -2146877422)
	f.Add("\xff\xfe\x00: 7", 1)
	f.Fuzz(func(t *testing.T, output string, exitCode int) {
		if id := requestID(output); id != "" && !answer.IsID(id) {
			t.Errorf("id %q", id)
		}
		for _, c := range []*call{{writes: true}, {id: "5"}} {
			err := c.outcome(output, exitCode, fs.ErrNotExist)
			if err == nil || strings.ContainsFunc(err.Error(), unicode.IsControl) {
				t.Errorf("got %v", err)
			}
		}
	})
}
