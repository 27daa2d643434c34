package pkcs12

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
)

func TestTranscode(t *testing.T) {
	for name, test := range map[string]struct {
		ber, der string
		isBER    bool
	}{
		"DER":                              {"3003020103", "3003020103", false},
		"empty":                            {"3000", "3000", false},
		"indefinite":                       {"30800201030000", "3003020103", true},
		"indefinite in indefinite":         {"3080308002010300000000", "30053003020103", true},
		"indefinite in definite":           {"300730800201030000", "30053003020103", true},
		"nothing between":                  {"30800000", "3000", true},
		"long length":                      {"308103020103", "3003020103", true},
		"longer length":                    {"30820003020103", "3003020103", true},
		"octets in pieces":                 {"2406040101040102", "04020102", true},
		"octets in pieces, left open":      {"2480040101040102" + "0000", "04020102", true},
		"octets in pieces of pieces":       {"2480240304010124" + "8004010200000000", "04020102", true},
		"no pieces":                        {"2400", "0400", true},
		"implicit octets keep their shape": {"a0800401010000", "a003040101", true},
		"primitive content is let alone":   {"04053080020103", "04053080020103", false},
	} {
		var c transcoder
		got, err := c.der(unhex(t, test.ber))
		if err != nil || hex.EncodeToString(got) != test.der || c.ber != test.isBER {
			t.Errorf("%s: got %x, BER %t, %v; want %s", name, got, c.ber, err, test.der)
		}
	}
}

func TestTranscodeRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		ber  []byte
		want error
	}{
		"nothing":              {nil, errs.ErrIntegrity},
		"tag alone":            {[]byte{0x30}, errs.ErrIntegrity},
		"long tag":             {[]byte{0x3f, 0x81, 0x01, 0x00}, errs.ErrIntegrity},
		"length missing":       {[]byte{0x30, 0x82, 0x01}, errs.ErrIntegrity},
		"length of five bytes": {[]byte{0x30, 0x85, 0, 0, 0, 0, 1, 0}, errs.ErrIntegrity},
		"length of 4 GiB":      {[]byte{0x04, 0x84, 0xff, 0xff, 0xff, 0xff}, errs.ErrIntegrity},
		"ends early":           {[]byte{0x04, 0x02, 0x00}, errs.ErrIntegrity},
		"primitive, left open": {[]byte{0x04, 0x80, 0x00, 0x00}, errs.ErrIntegrity},
		"never closed":         {[]byte{0x30, 0x80, 0x02, 0x01, 0x03}, errs.ErrIntegrity},
		"half closed":          {[]byte{0x30, 0x80, 0x00}, errs.ErrIntegrity},
		"more behind":          {[]byte{0x30, 0x00, 0x00}, errs.ErrIntegrity},
		"a piece is no octets": {[]byte{0x24, 0x03, 0x02, 0x01, 0x01}, errs.ErrIntegrity},
		"too deep":             {bytes.Repeat([]byte{0x30, 0x80}, maxDepth+2), errs.ErrLimit},
		"too many":             {append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x05, 0x00}, maxElements)...), errs.ErrLimit},
	} {
		if _, err := new(transcoder).der(test.ber); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}
