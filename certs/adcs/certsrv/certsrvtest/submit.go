package certsrvtest

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
)

const maxForm = 256 << 10

// form are the fields of a request, with the value that each must have; empty means any.
var form = map[string]string{
	"Mode": "newreq", "CertRequest": "", "CertAttrib": "", "FriendlyType": "", "TargetStoreFlags": "0", "SaveCert": "yes",
}

// submit answers certfnsh.asp.
func (x *exchange) submit() (*answer, error) {
	csr, template, refused := x.readForm()
	switch {
	case refused != "":
		return failure(http.StatusBadRequest, "%s", refused), nil
	case x.server.take(FaultNoAuthority):
		return page(x.failed(codeNotReached)), nil
	}
	chain, err := x.server.ca.Issue(context.WithoutCancel(x.request.Context()), csr, template)
	switch {
	case x.server.take(FaultLostAnswer), errors.Is(err, certs.ErrUnknown):
		return nil, errLost
	case x.server.take(FaultCallFailed):
		return page(x.failed(codeCallFailed)), nil
	case x.server.take(FaultOddPage):
		return page(x.html(x.words.withdrawn)), nil
	case errors.Is(err, certs.ErrUnavailable):
		return page(x.failed(codeNotReached)), nil
	}
	return page(x.outcome(chain, err)), nil
}

// outcome tells what the authority has said.
func (x *exchange) outcome(chain []*x509.Certificate, err error) string {
	pending, isPending := errors.AsType[*certs.PendingError](err)
	denied, isDenied := errors.AsType[*certs.DeniedError](err)
	switch {
	case err == nil:
		id := x.server.id(context.WithoutCancel(x.request.Context()), chain[0])
		link := func(file, encoding string) string {
			return fmt.Sprintf(`<a href="%s?ReqID=%s&amp;Enc=%s">%s</a>`, file, id, encoding, x.words.download)
		}
		return x.html(x.words.issued, link("certnew.cer", "bin"), link("certnew.cer", "b64"), link("certnew.p7b", "bin"))
	case isPending:
		return x.html(x.words.pending, fmt.Sprintf(x.words.number, pending.ID), x.words.again)
	case isDenied && denied.ID == "":
		return x.failed(denied.Code)
	case isDenied:
		message := cmp.Or(x.words.refusal, denied.Reason) + " " + denied.Code.String()
		return x.html(`<p id=locDenied>`+x.words.denied,
			fmt.Sprintf(x.words.number, denied.ID)+" "+fmt.Sprintf(x.words.message, html.EscapeString(message)))
	}
	return x.html(x.words.withdrawn)
}

// failed tells of a request that the authority has not taken in.
func (x *exchange) failed(code certs.HRESULT) string {
	return x.html(x.words.lost, fmt.Sprintf(x.words.message, x.words.lost+" "+code.String()))
}

// readForm returns the certificate request and the template, or what is wrong with the form.
func (x *exchange) readForm() (csr []byte, template, refused string) {
	media, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, "", "Content-Type must be application/x-www-form-urlencoded"
	}
	body, err := io.ReadAll(io.LimitReader(x.request.Body, maxForm+1))
	if err != nil || len(body) > maxForm {
		return nil, "", "the form cannot be read"
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, "", err.Error()
	}
	for name, want := range form {
		got := fields[name]
		if len(got) != 1 || want != "" && got[0] != want {
			return nil, "", fmt.Sprintf("%s is %q, want %q once", name, got, want)
		}
		delete(fields, name)
		switch name {
		case "CertRequest":
			csr = decode(got[0])
		case "CertAttrib":
			template, refused = readAttributes(got[0])
		}
	}
	for name := range fields {
		refused = "unknown field " + name
	}
	return csr, template, refused
}

// decode reads base64 with or without armour; nil if it is none. A plus sign that was not escaped arrives as a space.
func decode(text string) []byte {
	if strings.HasPrefix(text, "-----BEGIN ") {
		if block, _ := pem.Decode([]byte(text)); block != nil && slices.Contains([]string{"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}, block.Type) {
			return block.Bytes
		}
		return nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(text))
	if err != nil {
		return nil
	}
	return der
}

// readAttributes reads lines of a name and a value. Only the template is taken: a subject alternative name belongs into the
// request.
func readAttributes(text string) (template, refused string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || !strings.EqualFold(name, "CertificateTemplate") || template != "" {
			return "", "CertAttrib holds the line " + line
		}
		template = value
	}
	return template, ""
}
