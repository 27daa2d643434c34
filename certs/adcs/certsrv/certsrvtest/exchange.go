package certsrvtest

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

// Result codes of winerror.h that are no refusals.
const (
	codeInvalidArgument certs.HRESULT = 0x80070057 // E_INVALIDARG
	codeNotReached      certs.HRESULT = 0x800706BA // RPC_S_SERVER_UNAVAILABLE
	codeCallFailed      certs.HRESULT = 0x800706BE // RPC_S_CALL_FAILED
)

// exchange is one request and its answer.
type exchange struct {
	server  *Server
	request *http.Request
	words   words
}

func (x *exchange) route(name string) (*answer, error) {
	if name == "certfnsh.asp" {
		if x.request.Method != http.MethodPost {
			return failure(http.StatusMethodNotAllowed, "Method Not Allowed"), nil
		}
		return x.submit()
	}
	if x.request.Method != http.MethodGet && x.request.Method != http.MethodHead {
		return failure(http.StatusMethodNotAllowed, "Method Not Allowed"), nil
	}
	if name != "" && name != "certcarc.asp" && x.server.take(FaultHTML) {
		return page(x.html(x.words.withdrawn)), nil
	}
	switch name {
	case "":
		return page(x.html("")), nil
	case "certcarc.asp":
		return page("<script>\nvar nRenewals=0;\n</script>\n" + x.html("")), nil
	case "certnew.cer":
		return x.certificate(), nil
	case "certnew.p7b":
		return x.chain(), nil
	case "certcrl.crl":
		return x.list(), nil
	}
	return failure(http.StatusNotFound, "Not Found"), nil
}

// html returns a page with paragraphs of HTML. Its heading names the authority, whose name may hold numbers.
func (x *exchange) html(paragraphs ...string) string {
	body := strings.Join(paragraphs, "\n<p>")
	return fmt.Sprintf("<html><head><title>%[1]s</title><script>var nItems=4711;</script></head><body>\n<h1>%[1]s -- %[2]s</h1>\n<p>%[3]s\n</body></html>\n",
		x.words.title, html.EscapeString(x.server.ca.Name()), body)
}

// certificate answers certnew.cer: that of a request or of the authority, or what has become of the request.
func (x *exchange) certificate() *answer {
	query := x.request.URL.Query()
	if query.Get("ReqID") == "CACert" {
		if a := x.renewal(); a != nil {
			return a
		}
		return x.encoded("CERTIFICATE", "application/pkix-cert", x.server.ca.Certificate().Raw)
	}
	chain, a := x.retrieve(query.Get("ReqID"))
	if a != nil {
		return a
	}
	return x.encoded("CERTIFICATE", "application/pkix-cert", chain[0].Raw)
}

// chain answers certnew.p7b.
func (x *exchange) chain() *answer {
	chain := []*x509.Certificate{x.server.ca.Certificate(), x.server.ca.Root()}
	if id := x.request.URL.Query().Get("ReqID"); id != "CACert" {
		var a *answer
		if chain, a = x.retrieve(id); a != nil {
			return a
		}
	}
	message, err := pkcs7.Encode(chain...)
	if err != nil {
		return failure(http.StatusInternalServerError, "%v", err)
	}
	return x.encoded("CERTIFICATE", "application/x-pkcs7-certificates", message)
}

// list answers certcrl.crl.
func (x *exchange) list() *answer {
	if a := x.renewal(); a != nil {
		return a
	}
	if x.request.URL.Query().Get("Type") != "base" {
		return failure(http.StatusBadRequest, "Type must be base")
	}
	return x.encoded("X509 CRL", "application/pkix-crl", x.server.ca.CRL())
}

// renewal refuses a key of the authority that there is not.
func (x *exchange) renewal() *answer {
	if x.request.URL.Query().Get("Renewal") != "0" {
		return page(x.status(x.words.lost, codeInvalidArgument))
	}
	return nil
}

// encoded answers with a file in the encoding that was asked for. To a browser that does not call itself Mozilla it is no
// file of its kind.
func (x *exchange) encoded(kind, media string, der []byte) *answer {
	if !strings.Contains(x.request.UserAgent(), "Mozilla") {
		media = "text/html"
	}
	switch x.request.URL.Query().Get("Enc") {
	case "bin":
		return &answer{status: http.StatusOK, media: media, body: der}
	case "b64":
		return &answer{status: http.StatusOK, media: media, body: pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})}
	}
	return failure(http.StatusBadRequest, "Enc must be bin or b64")
}

// retrieve returns the chain of a request that is issued, or else the answer.
func (x *exchange) retrieve(id string) ([]*x509.Certificate, *answer) {
	chain, err := x.server.ca.Retrieve(context.WithoutCancel(x.request.Context()), id)
	denied, isDenied := errors.AsType[*certs.DeniedError](err)
	switch {
	case err == nil:
		return chain, nil
	case errors.Is(err, certs.ErrPending):
		return nil, page(x.status(x.words.submission, 0))
	case isDenied:
		return nil, page(x.status(cmp.Or(x.words.refusal, denied.Reason), denied.Code))
	case errors.Is(err, certs.ErrNotFound):
		return nil, page(x.status(x.words.lost, codeInvalidArgument))
	}
	return nil, failure(http.StatusServiceUnavailable, "Service Unavailable")
}

// status is what stands in place of a certificate.
func (x *exchange) status(message string, code certs.HRESULT) string {
	last := x.words.success + " 0x0"
	if code != 0 {
		last = x.words.lost + " " + code.String()
	}
	return x.html(fmt.Sprintf("%s:\t\t%s<br>\n%s:\t\t%s", x.words.status, html.EscapeString(message), x.words.last, last))
}

// id finds the request that a certificate belongs to: the authority does not tell.
func (s *Server) id(ctx context.Context, leaf *x509.Certificate) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	serial := leaf.SerialNumber.String()
	for s.ids[serial] == "" {
		s.seen++
		id := strconv.Itoa(s.seen)
		chain, err := s.ca.Retrieve(ctx, id)
		if errors.Is(err, certs.ErrNotFound) {
			s.seen--
			return ""
		}
		if err == nil {
			s.ids[chain[0].SerialNumber.String()] = id
		}
	}
	return s.ids[serial]
}
