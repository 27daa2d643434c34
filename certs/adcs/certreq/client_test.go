package certreq_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certreq"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestPassesTheSuite(t *testing.T) {
	for _, english := range []bool{true, false} {
		t.Run(fmt.Sprintf("English: %t", english), func(t *testing.T) {
			certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
				t.Helper()
				p := newProgram(t)
				p.english = english
				h := p.ca.Harness(t)
				h.Issuer = p.client()
				return h
			})
		})
	}
}

func TestLeavesNoFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	client := newProgram(t).client()
	for _, template := range []string{"CloudDPCert", "SlowCert", "WebServer"} {
		_, _ = certs.Enroll(t.Context(), client, newRequest(template))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		output     string
		exitCode   int
		err        error
		file       string
		submit     error
		id, reason string
		hint       string // in the text
		retrieve   error
	}{
		"pending":           {output: "N: 7\r\nRequestId: \"7\"\r\nwartet (0)\r\n", submit: certs.ErrPending, id: "7", reason: "wartet (0)", retrieve: certs.ErrPending},
		"pending, one line": {output: "\r\nAnforderungs-ID: 7\nwartet\n", submit: certs.ErrPending, id: "7", reason: "wartet", retrieve: certs.ErrPending},
		"pending, in UTF-16": {
			output: "\xff\xfeR\x00:\x00 \x00\"\x007\x00\"\x00\n\x00w\x00", submit: certs.ErrPending, id: "7", reason: "w", retrieve: certs.ErrPending,
		},
		"pending, in Japanese":     {output: "要求 ID： 7\r\n審査中\r\n", submit: certs.ErrPending, id: "7", reason: "審査中", retrieve: certs.ErrPending},
		"somebody else's":          {output: "RequestId: \"8\"\r\nwartet\r\n", submit: certs.ErrPending, id: "8", reason: "wartet", retrieve: certs.ErrUnavailable},
		"denied by exit code":      {output: "RequestId: \"7\"\nnein", exitCode: exit(0x80094014), submit: certs.ErrDenied, id: "7", reason: "nein", retrieve: certs.ErrDenied},
		"denied, negative":         {output: "nein", exitCode: -2146877420, submit: certs.ErrDenied, reason: "nein", retrieve: certs.ErrDenied},
		"denied by text":           {output: "x\n\x1b[31mnein 0x80094014\ny", exitCode: 1, submit: certs.ErrDenied, reason: "[31mnein 0x80094014", retrieve: certs.ErrDenied},
		"unknown id":               {exitCode: exit(0x80070057), submit: certs.ErrDenied, retrieve: certs.ErrNotFound},
		"not reached":              {exitCode: exit(0x800706BA), submit: certs.ErrUnavailable, retrieve: certs.ErrUnavailable},
		"call failed":              {exitCode: exit(0x800706BE), submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"Ctrl+C":                   {exitCode: exit(0xC000013A), submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"silence":                  {submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"no id":                    {output: "wartet\n", submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"another exit code":        {output: "RequestId: \"7\"", exitCode: 2, submit: certs.ErrPending, id: "7", reason: `RequestId: "7"`, retrieve: certs.ErrPending},
		"a plain id and a failure": {output: "Anforderungs-ID: 7\nwartet\n", exitCode: 1, submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"a number later on":        {output: "Hilfe\nZeilen: 7\n", submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"a number in an error":     {output: "Fehler in Zeile: 7", exitCode: 1, submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"a quoted number alone":    {output: "\"7\"\n: \"7\"\nEs gibt \"7\"", submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"id that is none":          {output: "RequestId: \"0\"\nRequestId: \"12345678901\"", submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"certificate that is none": {output: "RequestId: \"7\"", file: "x", submit: certs.ErrUnknown, hint: "number 7", retrieve: certs.ErrUnavailable},
		"issued, and the disk is full": {
			output: "RequestId: 7\r\nRequestId: \"7\"\r\nCertificate retrieved(Issued) Issued\r\n", exitCode: exit(0x80070070),
			submit: certs.ErrUnknown, hint: "number 7", retrieve: certs.ErrUnavailable,
		},
		"killed":      {err: errors.New("signal: killed"), submit: certs.ErrUnknown, retrieve: certs.ErrUnavailable},
		"not started": {err: fmt.Errorf("%w: no file", certs.ErrUnavailable), submit: certs.ErrUnavailable, retrieve: certs.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			client := &certreq.Client{Config: config, Run: func(_ context.Context, _ string, arguments []string) ([]byte, int, error) {
				runs++
				if c.file != "" {
					if err := os.WriteFile(arguments[len(arguments)-2], []byte(c.file), 0o600); err != nil {
						t.Error(err)
					}
				}
				return []byte(c.output), c.exitCode, c.err
			}}
			_, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert"))
			id, reason := "", ""
			if pending, ok := errors.AsType[*certs.PendingError](err); ok {
				id, reason = pending.ID, pending.Reason
			}
			if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
				id, reason = denied.ID, denied.Reason
			}
			if !errors.Is(err, c.submit) || !strings.Contains(err.Error(), c.hint) || id != c.id || reason != c.reason {
				t.Errorf("submit: got %v with id %q, reason %q; want %v, %q, %q", err, id, reason, c.submit, c.id, c.reason)
			}
			if _, err := client.Retrieve(t.Context(), "7"); !errors.Is(err, c.retrieve) || runs != 2 {
				t.Errorf("retrieve: got %v after %d runs, want %v after one each", err, runs, c.retrieve)
			}
		})
	}
}

func TestInvalid(t *testing.T) {
	csr, err := newRequest("CloudDPCert").CSR()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config, template string
		csr              []byte
		field            string
	}{
		"no config":           {"", "X", csr, "Config"},
		"no authority":        {`ca1\`, "X", csr, "Config"},
		"no host":             {`\CA`, "X", csr, "Config"},
		"an option":           {`-f\CA`, "X", csr, "Config"},
		"two backslashes":     {`ca1\CA\x`, "X", csr, "Config"},
		"a quote":             {`ca1\CA" -f "x`, "X", csr, "Config"},
		"a line":              {"ca1\\CA\nx", "X", csr, "Config"},
		"a space in the host": {`ca 1\CA`, "X", csr, "Config"},
		"a second attribute":  {config, `X\nSAN:dns=evil`, csr, "template"},
		"a second line":       {config, "X\nSAN:dns=evil", csr, "template"},
		"no request":          {config, "X", nil, "csr"},
	} {
		client := &certreq.Client{Config: c.config, Run: func(context.Context, string, []string) ([]byte, int, error) {
			t.Errorf("%s: it is run", name)
			return nil, 0, nil
		}}
		_, err := client.Issue(t.Context(), c.csr, c.template)
		if invalid, ok := errors.AsType[*certreq.InvalidError](err); !ok || invalid.Problems[0].Field != c.field {
			t.Errorf("%s: got %v, want an InvalidError about %s", name, err, c.field)
		}
	}
	var none *certreq.Client
	if _, err := none.Issue(t.Context(), csr, "X"); !errors.Is(err, certreq.ErrInvalid) {
		t.Errorf("nil: Issue: got %v", err)
	}
	if _, err := none.Retrieve(t.Context(), "1"); !errors.Is(err, certreq.ErrInvalid) {
		t.Errorf("nil: Retrieve: got %v", err)
	}
	if _, err := (&certreq.Client{}).Retrieve(t.Context(), "1"); !errors.Is(err, certs.ErrInvalid) {
		t.Errorf("Retrieve without Config: got %v", err)
	}
}

// TestMain makes this program play certreq.exe if it is told to.
func TestMain(m *testing.M) {
	if script := os.Getenv("CERTREQ_SCRIPT"); script != "" {
		play(script)
	}
	runTests(m)
}

func play(script string) {
	switch script {
	case "denied":
		_, _ = fmt.Println("nein 0x80094014")
		os.Exit(20)
	case "asks":
		if n, err := io.Copy(io.Discard, os.Stdin); n != 0 || err != nil {
			os.Exit(1)
		}
		_, _ = fmt.Fprintln(os.Stderr, `RequestId: "9"`)
		os.Exit(0)
	case "shouts":
		_, _ = fmt.Println(`RequestId: "9"`)
		_, _ = fmt.Print(strings.Repeat("x", 3<<20))
		os.Exit(0)
	case "hangs":
		if err := os.WriteFile(os.Getenv("CERTREQ_STARTED"), nil, 0o600); err != nil {
			os.Exit(1)
		}
		select {}
	}
}

func scripted(t *testing.T, script string) *certreq.Client {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CERTREQ_SCRIPT", script)
	return &certreq.Client{Config: config, Program: self}
}

func TestRunsAProgram(t *testing.T) {
	t.Run("that fails", func(t *testing.T) {
		_, err := certs.Enroll(t.Context(), scripted(t, "denied"), newRequest("X"))
		if denied, ok := errors.AsType[*certs.DeniedError](err); !ok || denied.Code != certs.CodeAdminDenied {
			t.Errorf("got %v, want a DeniedError", err)
		}
	})
	for _, script := range []string{"asks", "shouts"} {
		t.Run("that "+script, func(t *testing.T) {
			_, err := certs.Enroll(t.Context(), scripted(t, script), newRequest("X"))
			if pending, ok := errors.AsType[*certs.PendingError](err); !ok || pending.ID != "9" || len(err.Error()) > 1000 {
				t.Errorf("got %v, want a PendingError with id 9", err)
			}
		})
	}
	t.Run("that is not there", func(t *testing.T) {
		client := &certreq.Client{Config: config, Program: filepath.Join(t.TempDir(), "none")}
		if _, err := certs.Enroll(t.Context(), client, newRequest("X")); !errors.Is(err, certs.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
	})
}

func TestStopsAProgram(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	t.Setenv("CERTREQ_STARTED", started)
	client := scripted(t, "hangs")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for t.Context().Err() == nil {
			if _, err := os.Stat(started); err == nil {
				return
			}
			<-time.After(time.Millisecond)
		}
	}()
	_, err := certs.Enroll(ctx, client, newRequest("X"))
	if !errors.Is(err, certs.ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want ErrUnknown and Canceled", err)
	}
}
