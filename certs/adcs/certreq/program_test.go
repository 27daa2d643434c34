package certreq_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certreq"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

const config = `ca1.contoso.com\Contoso Issuing CA`

// program plays certreq.exe in front of an authority, in words that nobody reads. It takes no argument that it does not know.
type program struct {
	t  testing.TB
	ca *certstest.CA
	// english makes it speak English; otherwise it speaks German.
	english bool
}

func (p *program) client() *certreq.Client { return &certreq.Client{Config: config, Run: p.run} }

func (p *program) run(ctx context.Context, _ string, arguments []string) (output []byte, exitCode int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	verb, arguments := arguments[0], arguments[1:]
	if !slices.Equal(arguments[:4], []string{"-q", "-binary", "-config", config}) {
		p.t.Errorf("arguments %q", arguments)
	}
	arguments = arguments[4:]
	name := ""
	if verb == "-submit" && arguments[0] == "-attrib" {
		name, arguments = strings.TrimPrefix(arguments[1], "CertificateTemplate:"), arguments[2:]
	}
	if len(arguments) != 3 || verb != "-submit" && verb != "-retrieve" {
		p.t.Errorf("%s with arguments %q", verb, arguments)
		return nil, 1, nil
	}
	chain, err := p.ask(ctx, verb, arguments[0], name)
	return p.tell(arguments, chain, err)
}

func (p *program) ask(ctx context.Context, verb, argument, name string) ([]*x509.Certificate, error) {
	if verb == "-retrieve" {
		return p.ca.Retrieve(ctx, argument)
	}
	info, err := os.Stat(argument)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		p.t.Errorf("the request file: %v, %v", info, err)
	}
	text, err := os.ReadFile(argument)
	if err != nil {
		p.t.Error(err)
	}
	block, _ := pem.Decode(text)
	return p.ca.Issue(ctx, block.Bytes, name)
}

// tell writes the files and says what a program says.
func (p *program) tell(arguments []string, chain []*x509.Certificate, err error) (output []byte, exitCode int, broken error) {
	pending, isPending := errors.AsType[*certs.PendingError](err)
	denied, isDenied := errors.AsType[*certs.DeniedError](err)
	switch {
	case err == nil:
		message, err := pkcs7.Encode(chain...)
		if err != nil {
			p.t.Error(err)
		}
		for path, content := range map[string][]byte{arguments[1]: chain[0].Raw, arguments[2]: message} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				p.t.Error(err)
			}
		}
		return p.say("4711", "Zertifikat abgerufen (Ausgestellt)", "Certificate retrieved(Issued) Issued"), 0, nil
	case isPending:
		return p.say(pending.ID, "Die Anforderung steht aus: zur Entscheidung angenommen (0)", "Certificate request is pending: Taken Under Submission (0)"), 0, nil
	case isDenied:
		return p.say(denied.ID, "Nicht ausgestellt (Abgelehnt) "+denied.Code.String(), "Certificate not issued (Denied) "+denied.Code.String()),
			exit(uint32(denied.Code)), nil
	case errors.Is(err, certs.ErrNotFound):
		return p.say("", "Falscher Parameter. 0x80070057 (WIN32: 87)", "The parameter is incorrect. 0x80070057 (WIN32: 87)"), exit(0x80070057), nil
	case errors.Is(err, certs.ErrUnavailable):
		return p.say("", "Der RPC-Server ist nicht da. 0x800706ba (WIN32: 1722)", "The RPC server is unavailable. 0x800706ba (WIN32: 1722)"), exit(0x800706BA), nil
	}
	return nil, 0, err // killed
}

func (p *program) say(id, german, english string) []byte {
	words, label := german, "Anforderungs-ID"
	if p.english {
		words, label = english, "RequestId"
	}
	if id == "" {
		return fmt.Appendf(nil, "%s\r\n", words)
	}
	return fmt.Appendf(nil, "%s: %s\r\nRequestId: \"%s\"\r\n%s\r\n", label, id, id, words)
}

// exit is a result code as an exit code, which Go has as an int.
func exit(code uint32) int { return int(code) }

func newProgram(t testing.TB) *program {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	ca.Harness(t) // for its templates
	return &program{t: t, ca: ca}
}

func newRequest(template string) *certs.Request {
	return &certs.Request{CommonName: "clouddp.contoso.com", Template: template, Key: certstest.Key()}
}
