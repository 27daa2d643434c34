package certreq

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

var (
	_ certs.Issuer    = (*Client)(nil)
	_ certs.Retriever = (*Client)(nil)
)

// Client enrolls at one authority. It is safe for concurrent use while its fields do not change.
type Client struct {
	// Config names the authority as certutil does: the host, a backslash and the name of the authority,
	// `ca1.contoso.com\Contoso Issuing CA`. Required.
	Config string
	// Program is the path of the program. Empty means certreq.exe in the system directory of Windows, whatever the PATH
	// says; on other systems there is none.
	Program string
	// Run runs the program with arguments, without input, until it ends or ctx does. It returns what the program wrote, to
	// either stream, and its exit code. An error says that it was not run to its end: one that matches
	// [ErrUnavailable] or [ErrUnsupported] that it was not started. Nil runs the program.
	Run func(ctx context.Context, program string, arguments []string) (output []byte, exitCode int, err error)
}

// Issue implements [certs.Issuer]. The template is the name (CN) of the certificate template; empty leaves it to the request.
// Besides the errors that [certs.Issuer] names they are an [*InvalidError] for a Client or an argument that the program
// cannot be given, and [ErrUnsupported] without a program.
func (c *Client) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	problems := &InvalidError{Subject: "certreq: request"}
	c.check(problems)
	answer.CheckCSR(problems, csr)
	answer.CheckTemplate(problems, template)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	chain, err := c.run(ctx, func(f files) (*call, error) {
		text := pem.EncodeToMemory(&pem.Block{Type: "NEW CERTIFICATE REQUEST", Bytes: csr})
		arguments := []string{"-submit", "-q", "-binary", "-config", c.Config}
		if template != "" {
			arguments = append(arguments, "-attrib", "CertificateTemplate:"+template)
		}
		return &call{writes: true, arguments: append(arguments, f.request, f.certificate, f.chain)}, os.WriteFile(f.request, text, 0o600)
	})
	if err != nil {
		return nil, fmt.Errorf("certreq: submit to %s: %w", c.Config, err)
	}
	return chain, nil
}

// Retrieve implements [certs.Retriever]. Errors are those of Issue but [ErrUnknown]: it only reads.
func (c *Client) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	problems := &InvalidError{Subject: "certreq: client"}
	c.check(problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if !answer.IsID(id) {
		return nil, fmt.Errorf("certreq: request %q: %w", id, certs.ErrNotFound)
	}
	chain, err := c.run(ctx, func(f files) (*call, error) {
		return &call{id: id, arguments: []string{"-retrieve", "-q", "-binary", "-config", c.Config, id, f.certificate, f.chain}}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("certreq: retrieve request %s from %s: %w", id, c.Config, err)
	}
	return chain, nil
}

func (c *Client) check(problems *InvalidError) {
	if c == nil {
		problems.Add("Client", "is nil")
		return
	}
	host, name, found := strings.Cut(c.Config, `\`)
	odd := func(r rune) bool { return r < ' ' || r == '\u007F' || strings.ContainsRune(`\"`, r) }
	switch {
	case !found, host == "", name == "", strings.TrimSpace(name) != name, strings.ContainsFunc(name, odd),
		strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "", host[0] == '-':
		problems.Add("Config", `is %q; use the host, a backslash and the name of the authority, such as ca1.contoso.com\Contoso Issuing CA`, c.Config)
	}
}

// files are the paths of what the program reads and writes.
type files struct{ request, certificate, chain string }

// call is one run of the program.
type call struct {
	// writes says that a request is made, the outcome of which can be unknown.
	writes bool
	// id is that of the request that is asked about.
	id        string
	arguments []string
}

// run runs the program once, in a directory that nobody else can look into.
func (c *Client) run(ctx context.Context, prepare func(files) (*call, error)) (chain []*x509.Certificate, err error) {
	dir, err := os.MkdirTemp("", "certreq")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", certs.ErrUnavailable, err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // nothing in it is secret
	f := files{filepath.Join(dir, "request.req"), filepath.Join(dir, "certificate.cer"), filepath.Join(dir, "chain.p7b")}
	what, err := prepare(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", certs.ErrUnavailable, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	output, exitCode, err := c.runner()(ctx, c.Program, what.arguments)
	if err != nil {
		return nil, what.broken(ctx, err)
	}
	leaf, err := readCertificate(f.certificate)
	if leaf == nil {
		return nil, what.outcome(decode(output), exitCode, err)
	}
	return append([]*x509.Certificate{leaf}, readChain(f.chain, leaf)...), nil
}

// readCertificate returns nil and the reason if there is none.
func readCertificate(path string) (*x509.Certificate, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(content)
}

// readChain returns the certificates beside the leaf. A chain is not required: the certificate is worth having alone.
func readChain(path string, leaf *x509.Certificate) []*x509.Certificate {
	content, err := readFile(path)
	if err != nil {
		return nil
	}
	chain, err := pkcs7.Certificates(content)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(chain, leaf.Equal)
}

// readFile returns a file without the armour that it may have.
func readFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path) //nolint:gosec // in a directory of our own
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(content); block != nil {
		return block.Bytes, nil
	}
	return content, nil
}
