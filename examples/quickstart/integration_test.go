//go:build integration

package main

import (
	"bytes"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCurlDownloadsByAlias lets curl fetch a range over TLS under the alias, trusting the enterprise's root alone.
func TestCurlDownloadsByAlias(t *testing.T) {
	w, err := newWorld(t.Context(), options{keep: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	var sent []byte
	w.distributed = func() {
		if sent, err = os.ReadFile(filepath.Join(w.scratch, "source", "setup.msi")); err != nil {
			t.Error(err)
		}
	}
	for _, s := range journey()[:10] {
		if _, err := s.do(t.Context(), w); err != nil {
			t.Fatalf("%s: %v", s.title, err)
		}
	}
	token, err := w.tokens.Issue(packageID)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.ca.Root().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "https://" + fqdn + "/content/" + packageID + "/setup.msi"
	common := []string{"--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", root, "--connect-to", fqdn + ":443:" + w.front}
	curl := func(args ...string) []byte {
		return tool(t, "curl", slices.Concat(common, []string{"--header", "Authorization: Bearer " + token}, args, []string{url})...)
	}

	part := curl("--range", "1048570-3145739")
	if want := sent[1048570:3145740]; !bytes.Equal(part, want) {
		t.Errorf("curl got %d bytes that are not the %d asked for", len(part), len(want))
	}
	if whole := curl(); !bytes.Equal(whole, sent) {
		t.Errorf("curl got %d bytes that are not the file's %d", len(whole), len(sent))
	}
	head := string(curl("--head"))
	if !strings.Contains(strings.ToLower(head), "accept-ranges: bytes") {
		t.Errorf("HEAD answers\n%s", head)
	}
	if output, err := exec.CommandContext(t.Context(), "curl", slices.Concat(common, []string{url})...).CombinedOutput(); err == nil {
		t.Errorf("curl without a token got %d bytes", len(output))
	}
}

// TestOpenSSLOpensWhatIsKept reads the files of -keep with a tool nobody here wrote.
func TestOpenSSLOpensWhatIsKept(t *testing.T) {
	folder := t.TempDir()
	if code, stdout, stderr := quickstart(t, "-keep", folder); code != 0 {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	cer := filepath.Join(folder, "CloudDP.cer")
	text := string(tool(t, "openssl", "x509", "-inform", "der", "-in", cer, "-noout", "-subject", "-ext", "subjectAltName"))
	if !strings.Contains(text, "CN = "+fqdn) || !strings.Contains(text, "DNS:"+fqdn) {
		t.Errorf("openssl x509 shows\n%s", text)
	}
	pfx := filepath.Join(folder, "CloudDP.pfx")
	leaf := tool(t, "openssl", "pkcs12", "-in", pfx, "-passin", "file:"+pfx+".password", "-clcerts", "-nokeys")
	key := tool(t, "openssl", "pkcs12", "-in", pfx, "-passin", "file:"+pfx+".password", "-nocerts", "-nodes")
	der, err := os.ReadFile(cer)
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(leaf[bytes.Index(leaf, []byte("-----BEGIN")):]); !bytes.Equal(block.Bytes, der) {
		t.Error("the leaf of CloudDP.pfx is not CloudDP.cer")
	}
	if !bytes.Contains(key, []byte("PRIVATE KEY")) {
		t.Error("openssl finds no key in CloudDP.pfx")
	}
}

// tool runs a program and returns what it printed; a missing program fails the test.
func tool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), name, args...)
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	return output
}
