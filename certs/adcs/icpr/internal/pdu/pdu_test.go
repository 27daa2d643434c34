package pdu_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The octets are those of C706 chapter 12 and [MS-RPCE] section 4, put together by hand.
const bindOfICertPassage = "05000b03" + "10000000" + "4800" + "0000" + "01000000" + // header
	"d016" + "d016" + "00000000" + "01000000" + "00000100" + // fragments of 5840 bytes, one context
	"2060ae91" + "3c9e" + "cf11" + "8d7c00aa00c091be" + "00000000" + // 91ae6020-9e3c-11cf-8d7c-00aa00c091be, version 0.0
	"045d888a" + "eb1c" + "c911" + "9fe808002b104860" + "02000000" // NDR 2.0

func TestBindIsWrittenAsDocumented(t *testing.T) {
	binding := pdu.Binding{MaxTransmit: 5840, MaxReceive: 5840, Interface: pdu.ICertPassage(), Encoding: pdu.NDR()}
	frame := pdu.New(pdu.Bind, pdu.Whole, 1, binding.Marshal(), nil)
	if want := unhex(t, bindOfICertPassage); !bytes.Equal(frame, want) {
		t.Errorf("got\n%x\nwant\n%x", []byte(frame), want)
	}
	read, err := pdu.Read(bytes.NewReader(frame))
	if err != nil || read.Type() != pdu.Bind || !read.Has(pdu.Whole) || read.CallID() != 1 || read.Auth() != nil {
		t.Fatalf("got %x, %v", []byte(read), err)
	}
	if again, err := pdu.ParseBinding(read.Body()); err != nil || again != binding {
		t.Errorf("got %+v, %v", again, err)
	}
}

func TestAcknowledgements(t *testing.T) {
	const head, result = "d016d01601000000", "01000000" + "00000000" + "045d888aeb1cc9119fe808002b10486002000000"
	for name, test := range map[string]struct {
		body string
		ok   bool
	}{
		"with a second address":    {head + "0600" + "343931353200" + result, true},
		"without":                  {head + "0000" + "0000" + result, true},
		"Samba's, with a trailer":  {head + "0000" + "0000" + result + "1006000001000000", true},
		"nothing":                  {"", false},
		"half":                     {head + "0600" + "3439", false},
		"an address beyond it all": {head + "ffff" + result, false},
		"two results":              {head + "0000" + "0000" + result + result[8:], false},
		"another encoding":         {head + "0000" + "0000" + "01000000" + "00000000" + "33057171ba8e374983199b5e10cc82f901000000", false},
	} {
		got, err := pdu.ParseAccepted(unhex(t, test.body))
		if (err == nil) != test.ok || test.ok && (got.MaxReceive != 5840 || got.Result != 0) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if !test.ok && !errors.Is(err, pdu.ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	refused := pdu.Accepted{MaxTransmit: 1, MaxReceive: 2, Result: 2, Reason: 1}
	if got, err := pdu.ParseAccepted(refused.Marshal()); err != nil || got != refused {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What is encrypted has whole blocks, and the trailer stands where receivers look for it.
func TestPadding(t *testing.T) {
	for size := range 64 {
		stub := bytes.Repeat([]byte{0xaa}, size)
		auth := &pdu.Auth{Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Context: 1, Token: make([]byte, 16)}
		frame := pdu.New(pdu.Request, pdu.Whole, 2, pdu.Call{Operation: 7}.Marshal(stub), auth)
		read, err := pdu.Read(bytes.NewReader(frame))
		if err != nil {
			t.Fatalf("%d: %v", size, err)
		}
		header, padded, trailer, signature := read.Parts()
		if len(header) != 24 || len(padded)%16 != 0 || len(padded)-size >= 16 || len(trailer) != 8 || len(signature) != 16 {
			t.Errorf("%d: parts of %d, %d, %d and %d bytes", size, len(header), len(padded), len(trailer), len(signature))
		}
		if !bytes.Equal(read.Body()[pdu.CallHeaderSize:], stub) {
			t.Errorf("%d: got %x", size, read.Body())
		}
		if got := read.Auth(); got == nil || got.Type != auth.Type || got.Level != auth.Level || got.Context != 1 {
			t.Errorf("%d: got %+v", size, got)
		}
	}
}

func TestWhatIsNotRead(t *testing.T) {
	good := unhex(t, bindOfICertPassage)
	change := func(at int, to ...byte) []byte {
		changed := bytes.Clone(good)
		copy(changed[at:], to)
		return changed
	}
	padded := change(10, 40) // a token of 40 bytes, so that the trailer begins at 24
	padded[26] = 9
	for name, test := range map[string]struct {
		message []byte
		want    error
	}{
		"nothing":                    {nil, io.EOF},
		"half a header":              {good[:10], io.ErrUnexpectedEOF},
		"half a body":                {good[:40], io.ErrUnexpectedEOF},
		"HTTP":                       {[]byte("HTTP/1.1 400 Bad Request\r\n"), pdu.ErrMalformed},
		"version 4":                  {change(0, 4), pdu.ErrMalformed},
		"big-endian":                 {change(4, 0), pdu.ErrMalformed},
		"less than a header":         {change(8, 15, 0), pdu.ErrMalformed},
		"more than a fragment":       {change(8, 0xff, 0xff), pdu.ErrMalformed},
		"a token longer than it all": {change(10, 0xff, 0xff), pdu.ErrMalformed},
		"padding longer than it all": {padded, pdu.ErrMalformed},
		"a call without a head":      {append(change(2, 0)[:8], 16, 0, 0, 0, 1, 0, 0, 0), pdu.ErrMalformed},
	} {
		if frame, err := pdu.Read(bytes.NewReader(test.message)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %x, %v; want %v", name, []byte(frame), err, test.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(unhex(f, bindOfICertPassage))
	auth := &pdu.Auth{Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Token: make([]byte, 16)}
	f.Add([]byte(pdu.New(pdu.Response, pdu.Whole, 1, pdu.Call{}.Marshal([]byte("stub")), auth)))
	f.Add([]byte(pdu.New(pdu.BindAck, pdu.Whole, 1, pdu.Accepted{MaxReceive: 5840}.Marshal(), auth)))
	f.Add([]byte(pdu.New(pdu.Fault, pdu.Whole, 1, pdu.Call{}.Marshal([]byte{5, 0, 0, 0}), nil)))
	f.Fuzz(func(t *testing.T, message []byte) {
		frame, err := pdu.Read(bytes.NewReader(message))
		if err != nil {
			return
		}
		_, _ = pdu.ParseBinding(frame.Body())
		_, _ = pdu.ParseAccepted(frame.Body())
		if theirs := frame.Auth(); theirs != nil && (frame.Type() == pdu.Request || frame.Type() == pdu.Response) {
			header, stub, trailer, signature := frame.Parts()
			if len(header)+len(stub)+len(trailer)+len(signature) != len(frame) {
				t.Error("the parts are not the whole")
			}
		}
	})
}
