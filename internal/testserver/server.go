//go:build integration

package testserver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// startTimeout is how long a server may take until it answers, on a busy machine.
	startTimeout = 15 * time.Second
	// startTries is how often another port is tried when somebody else took the first.
	startTries = 3
)

// Server is a running name server.
type Server struct {
	// Addr is where it answers over UDP and TCP, as host:port.
	Addr string

	log  *log
	stop func()
}

// Log returns what the server has said so far.
func (s *Server) Log() string { return s.log.String() }

// Stop ends the server at once and returns when it is gone. The end of the test does the same.
func (s *Server) Stop() { s.stop() }

// program is how one kind of server is started.
type program struct {
	name, debianPackage string
	// arguments start it in the foreground in a directory that configure has filled.
	arguments func(dir string) []string
	configure func(dir, port, nonce string) map[string]string
	// apexes have the text with the nonce below them.
	apexes []string
	env    []string
}

// start runs the program until the test ends, on another port if the first one is taken meanwhile.
func (p program) start(t testing.TB) *Server {
	t.Helper()
	path := p.path(t)
	for range startTries {
		server, err := p.try(t, path)
		if err == nil {
			return server
		}
		server.Stop()
		if !errors.Is(err, errPortTaken) {
			t.Fatalf("%s: %v\n%s", p.name, err, server.Log())
		}
	}
	t.Fatalf("%s: %v %d times", p.name, errPortTaken, startTries)
	return nil
}

// path finds the program also where only the administrator's PATH leads.
func (p program) path(t testing.TB) string {
	t.Helper()
	for _, name := range []string{p.name, "/usr/sbin/" + p.name} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("%s is missing: install the Debian package %s", p.name, p.debianPackage)
	return ""
}

var (
	errPortTaken = errors.New("the port is in use")
	errEnded     = errors.New("without a complaint")
)

func (p program) try(t testing.TB, path string) (*Server, error) {
	t.Helper()
	dir, port, nonce := t.TempDir(), freePort(t), newNonce()
	for name, content := range p.configure(dir, port, nonce) {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	cmd := exec.CommandContext(t.Context(), path, p.arguments(dir)...) //nolint:gosec // one of three known programs
	cmd.Env = append(os.Environ(), p.env...)
	cmd.SysProcAttr = dieWithParent()
	server, gone := run(t, cmd)
	server.Addr = "127.0.0.1:" + port
	return server, server.await(gone, p.apexes, nonce)
}

// run starts the command and returns it as a server, with a context that ends when the command does.
func run(t testing.TB, cmd *exec.Cmd) (*Server, context.Context) {
	t.Helper()
	output := new(log)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone, exited := context.WithCancelCause(context.Background())
	go func() { exited(fmt.Errorf("the server ended: %w", cmp.Or(cmd.Wait(), errEnded))) }()
	stop := func() {
		_ = cmd.Process.Kill() // an error says that it is gone
		<-gone.Done()
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(cmd.Path), output)
		}
	})
	return &Server{log: output, stop: stop}, gone
}

// await returns once the server answers for every zone, and nobody else does on its port.
func (s *Server) await(gone context.Context, apexes []string, nonce string) error {
	ctx, cancel := context.WithTimeoutCause(gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	var err error
	for _, apex := range apexes {
		err = errors.Join(err, recognise(ctx, s.Addr, apex, nonce))
	}
	if s.log.portTaken() {
		return errPortTaken
	}
	return err
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil { //nolint:gosec // of the test's own
		t.Fatal(err)
	}
}

// log keeps what a server says.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns everything written.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// portTaken reports whether the server complains that another one has its port. BIND does so and lives on.
func (l *log) portTaken() bool {
	text := strings.ToLower(l.String())
	return strings.Contains(text, "address in use") || strings.Contains(text, "address already in use")
}
