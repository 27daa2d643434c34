package classic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

// answering returns a subscription whose every request is answered alike, and counts them.
func answering(tb testing.TB, status int, body string) (*classic.Subscription, *int) {
	tb.Helper()
	sent := new(int)
	return talking(tb, func(r *http.Request) (*http.Response, error) {
		*sent++
		return newResponse(r, status, body), nil
	}), sent
}

func talking(tb testing.TB, f transport) *classic.Subscription {
	tb.Helper()
	return &classic.Subscription{ID: subscriptionID, Certificate: newMaterial(tb).management, Transport: f}
}

func newResponse(r *http.Request, status int, body string) *http.Response {
	header := http.Header{"X-Ms-Request-Id": {"0123"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func fault(code, message string) string {
	return `<Error xmlns="http://schemas.microsoft.com/windowsazure"><Code>` + code + `</Code><Message>` + message + `</Message></Error>`
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		status      int
		body        string
		read, write error
	}{
		"absent":            {404, fault("ResourceNotFound", "gone"), clouddp.ErrNotFound, clouddp.ErrNotFound},
		"forbidden":         {403, fault("ForbiddenError", "who are you"), clouddp.ErrDenied, clouddp.ErrDenied},
		"unauthorised":      {401, "", clouddp.ErrDenied, clouddp.ErrDenied},
		"exclusive access":  {409, fault("ConflictError", "performing an operation that requires exclusive access"), clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"lease":             {409, fault("ConflictError", "A lease conflict occurred with the blob"), clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"occupied":          {409, fault("ConflictError", "The specified deployment slot Production is occupied."), clouddp.ErrConflict, clouddp.ErrConflict},
		"taken, no xmlns":   {409, `<Error><Code>ConflictError</Code><Message>The name is taken</Message></Error>`, clouddp.ErrConflict, clouddp.ErrConflict},
		"quota":             {400, fault("BadRequest", "The subscription policy limit for resource type 'cores count' was exceeded."), clouddp.ErrLimit, clouddp.ErrLimit},
		"throttled":         {429, fault("TooManyRequests", "slow down"), clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"busy":              {503, fault("ServerBusy", "later"), clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"internal":          {500, fault("InternalError", "sorry"), clouddp.ErrUnavailable, clouddp.ErrUnknown},
		"proxy speaks HTML": {502, "<html><p>Bad Gateway", clouddp.ErrUnavailable, clouddp.ErrUnknown},
		"timed out":         {408, "", clouddp.ErrUnavailable, clouddp.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s, sent := answering(t, test.status, test.body)
			store := s.ManagementCertificates()
			for _, err := range store.Certificates(t.Context()) {
				expectRefusal(t, err, test.read, test.status)
			}
			expectRefusal(t, store.Remove(t.Context(), certs.Thumbprint{1}), test.write, test.status)
			if *sent != 2 {
				t.Errorf("2 calls sent %d requests", *sent)
			}
		})
	}
}

func expectRefusal(t *testing.T, err, want error, status int) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
	refused, ok := errors.AsType[*classic.ServiceError](err)
	if !ok || refused.StatusCode != status || refused.RequestID != "0123" {
		t.Errorf("%#v, want a ServiceError with status %d", err, status)
	}
	if response, ok := errors.AsType[*azcore.ResponseError](err); !ok || response.StatusCode != status || response.RawResponse == nil {
		t.Errorf("no ResponseError behind %v", err)
	}
}

func TestRefusalOfTheRequestItself(t *testing.T) {
	s, _ := answering(t, 400, fault("InvalidXmlRequest", "line\r\none\x7f"))
	err := s.ManagementCertificates().Remove(t.Context(), certs.Thumbprint{1})
	want := "classic: remove management certificate 0100000000000000000000000000000000000000: 400 InvalidXmlRequest: line one (request 0123)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, ok := errors.AsType[*clouddp.InvalidError](err); !ok {
		t.Errorf("%v is no InvalidError", err)
	}
	for _, category := range []error{clouddp.ErrUnavailable, clouddp.ErrUnknown, clouddp.ErrConflict, clouddp.ErrNotFound} {
		if errors.Is(err, category) {
			t.Errorf("%v matches %v", err, category)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, test := range map[string]struct{ cause, read, write error }{
		"connection refused": {refused, clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"no such host":       {&net.DNSError{Err: "no such host"}, clouddp.ErrUnavailable, clouddp.ErrUnavailable},
		"reset":              {&net.OpError{Op: "read", Err: errors.New("connection reset")}, clouddp.ErrUnavailable, clouddp.ErrUnknown},
		"end of file":        {io.ErrUnexpectedEOF, clouddp.ErrUnavailable, clouddp.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			sent := 0
			s := talking(t, func(*http.Request) (*http.Response, error) { sent++; return nil, test.cause })
			for _, err := range s.ManagementCertificates().Certificates(t.Context()) {
				if !errors.Is(err, test.read) || !errors.Is(err, test.cause) {
					t.Errorf("read: %v, want %v", err, test.read)
				}
			}
			if err := s.ManagementCertificates().Remove(t.Context(), certs.Thumbprint{1}); !errors.Is(err, test.write) {
				t.Errorf("write: %v, want %v", err, test.write)
			}
			if sent != 2 {
				t.Errorf("2 calls sent %d requests", sent)
			}
		})
	}
}

func TestSilenceEndsAfterAMinute(t *testing.T) {
	newMaterial(t)
	synctest.Test(t, func(t *testing.T) {
		s := talking(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		if err := s.ManagementCertificates().Remove(t.Context(), certs.Thumbprint{1}); !errors.Is(err, clouddp.ErrUnknown) {
			t.Errorf("a write without an answer: %v, want ErrUnknown", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("the administrator gave up")
		cancel(cause)
		if err := s.ManagementCertificates().Remove(ctx, certs.Thumbprint{1}); !errors.Is(err, cause) || errors.Is(err, clouddp.ErrUnknown) {
			t.Errorf("a cancelled write: %v, want the cause", err)
		}
	})
}

func TestUnreadableAnswers(t *testing.T) {
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	for name, body := range map[string]string{
		"empty":           "",
		"not XML":         "200 OK",
		"cut off":         "<SubscriptionCertificates><SubscriptionCertificate>",
		"document type":   `<!DOCTYPE a [<!ENTITY b "c">]><SubscriptionCertificates/>`,
		"too deep":        "<SubscriptionCertificates>" + deep + "</SubscriptionCertificates>",
		"not Base64":      "<L><SubscriptionCertificate><SubscriptionCertificateData>%</SubscriptionCertificateData></SubscriptionCertificate></L>",
		"foreign charset": `<?xml version="1.0" encoding="utf-16"?><L/>`,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := answering(t, 200, body)
			pairs := 0
			for _, err := range s.ManagementCertificates().Certificates(t.Context()) {
				pairs++
				if !errors.Is(err, clouddp.ErrUnavailable) {
					t.Errorf("%v, want ErrUnavailable", err)
				}
			}
			if pairs != 1 {
				t.Errorf("%d pairs, want one error", pairs)
			}
		})
	}
}

// endless is a body without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, bytes.Repeat([]byte{' '}, len(p))), nil
}

func TestAnswersAreBounded(t *testing.T) {
	body := &endless{}
	s := talking(t, func(r *http.Request) (*http.Response, error) {
		response := newResponse(r, 200, "")
		response.Body = io.NopCloser(body)
		return response, nil
	})
	for _, err := range s.ManagementCertificates().Certificates(t.Context()) {
		if _, ok := errors.AsType[*http.MaxBytesError](err); !ok || !errors.Is(err, clouddp.ErrUnavailable) {
			t.Errorf("%v, want a MaxBytesError", err)
		}
	}
	if body.read > 32<<20 {
		t.Errorf("read %d bytes of an endless answer", body.read)
	}
}

func TestAcceptedWithoutRequestID(t *testing.T) {
	m := newMaterial(t)
	s := talking(t, func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return newResponse(r, 404, ""), nil
		}
		response := newResponse(r, 202, "")
		response.Header = http.Header{}
		return response, nil
	})
	part := clouddp.Part{Kind: "storage account", Name: "clouddp"}
	if _, err := s.Apply(t.Context(), newSpec(m), part, nil); !errors.Is(err, clouddp.ErrUnknown) {
		t.Errorf("Apply: %v, want ErrUnknown", err)
	}
}

func TestOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want clouddp.State
	}{
		"in progress": {"<Operation><Status>InProgress</Status></Operation>", clouddp.StateWorking},
		"succeeded":   {"<Operation><Status>Succeeded</Status><HttpStatusCode>200</HttpStatusCode></Operation>", clouddp.StateReady},
		"a new word":  {"<Operation><Status>Postponed</Status></Operation>", clouddp.StateUnknown},
		"no word":     {"<Operation/>", clouddp.StateUnknown},
	} {
		s, _ := answering(t, 200, test.body)
		if state, err := s.Outcome(t.Context(), "0123"); state != test.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", name, state, err, test.want)
		}
	}
	s, sent := answering(t, 200, "<Operation/>")
	if state, err := s.Outcome(t.Context(), ""); state != clouddp.StateReady || err != nil {
		t.Errorf("the empty ticket: %s, %v", state, err)
	}
	for _, ticket := range []clouddp.Ticket{"..", ".", clouddp.Ticket(strings.Repeat("x", 300))} {
		if _, err := s.Outcome(t.Context(), ticket); !errors.Is(err, clouddp.ErrInvalid) {
			t.Errorf("ticket %q: %v, want ErrInvalid", ticket, err)
		}
	}
	if *sent != 0 {
		t.Errorf("%d requests for tickets that cannot be", *sent)
	}
}

// An operation that failed has been found, and nobody needs to come back for it.
func TestFailedOperations(t *testing.T) {
	for name, test := range map[string]struct {
		status  string
		message string
		want    error
	}{
		"quota":     {"400", "The subscription policy limit was exceeded", clouddp.ErrLimit},
		"bad":       {"400", "The certificate was not found", clouddp.ErrInvalid},
		"conflict":  {"409", "The name is taken", clouddp.ErrConflict},
		"not found": {"404", "The package was not found", nil},
		"internal":  {"500", "Sorry", nil},
		"no status": {"0", "", nil},
	} {
		body := "<Operation><Status>Failed</Status><HttpStatusCode>" + test.status + "</HttpStatusCode><Error><Message>" + test.message + "</Message></Error></Operation>"
		s, _ := answering(t, 200, body)
		state, err := s.Outcome(t.Context(), "0123")
		if state != clouddp.StateFailed || err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %s, %v; want failed, %v", name, state, err, test.want)
		}
		for _, category := range []error{clouddp.ErrNotFound, clouddp.ErrUnavailable, clouddp.ErrUnknown} {
			if errors.Is(err, category) {
				t.Errorf("%s: %v matches %v", name, err, category)
			}
		}
	}
}

func TestRedirects(t *testing.T) {
	const home = "https://management.core.windows.net"
	for name, test := range map[string]struct {
		to     string
		times  int
		bearer bool
		want   error
	}{
		"once":                        {home, 1, false, nil},
		"five times":                  {home, 5, false, nil},
		"for ever":                    {home, 6, false, clouddp.ErrUnavailable},
		"to a sub-domain":             {"https://west.management.core.windows.net", 1, false, nil},
		"to a foreign host":           {"https://evil.example", 1, false, clouddp.ErrUnavailable},
		"to a customer's host":        {"https://evil.blob.core.windows.net", 1, false, clouddp.ErrUnavailable},
		"to a look-alike":             {"https://evilmanagement.core.windows.net", 1, false, clouddp.ErrUnavailable},
		"to plain http":               {"http://management.core.windows.net", 1, false, clouddp.ErrUnavailable},
		"bearer, once":                {home, 1, true, nil},
		"bearer, to a sub-domain":     {"https://west.management.core.windows.net", 1, true, clouddp.ErrUnavailable},
		"bearer, to a foreign host":   {"https://evil.example", 1, true, clouddp.ErrUnavailable},
		"to an unreadable location":   {"https://[", 1, false, clouddp.ErrUnavailable},
		"with credentials in the URL": {"https://user@management.core.windows.net", 1, false, clouddp.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMaterial(t)
			service := &classictest.Service{}
			service.AddManagementCertificate(m.management.Leaf)
			service.AddToken("secret")
			hosts := map[string]int{}
			inner := service.RoundTripper(m.management.Leaf)
			s := &classic.Subscription{ID: subscriptionID, Transport: transport(func(r *http.Request) (*http.Response, error) {
				hosts[r.URL.Host]++
				return inner.RoundTrip(r)
			})}
			if test.bearer {
				s.Credential = token("secret")
			} else {
				s.Certificate = m.management
			}
			service.Redirect(test.to, test.times)
			err := s.ManagementCertificates().Add(t.Context(), m.service.Leaf)
			if !errors.Is(err, test.want) || err != nil && errors.Is(err, clouddp.ErrUnknown) {
				t.Errorf("Add: %v, want %v", err, test.want)
			}
			if test.want != nil && len(hosts) != 1 {
				t.Errorf("requests went to %v", hosts)
			}
			if written := service.Writes() == 1; written != (test.want == nil) {
				t.Errorf("carried out: %t", written)
			}
		})
	}
}

// A service that repeats what it was sent must not make an error tell the password of the .pfx.
func TestEchoedSecrets(t *testing.T) {
	m := newMaterial(t)
	var password string
	s := talking(t, func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return newResponse(r, 404, ""), nil
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_, rest, _ := strings.Cut(string(body), "<Password>")
		password, _, _ = strings.Cut(rest, "</Password>")
		return newResponse(r, 400, fault("BadRequest", "cannot open with "+password)), nil
	})
	part := clouddp.Part{Kind: "service certificate", Name: "sha1-" + m.service.Thumbprint().String()}
	_, err := s.Apply(t.Context(), newSpec(m), part, m.service)
	if err == nil || password == "" {
		t.Fatalf("Apply: %v", err)
	}
	response, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		t.Fatalf("no ResponseError behind %v", err)
	}
	for _, text := range []string{err.Error(), response.Error(), fmt.Sprintf("%+v", err)} {
		if strings.Contains(text, password) {
			t.Errorf("the password shows in %s", text)
		}
	}
	if !strings.Contains(err.Error(), "[redacted]") {
		t.Errorf("%v does not show that something was left out", err)
	}
}

type brokenCredential struct{}

func (brokenCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("sign in again")
}

func TestCredentialWithoutToken(t *testing.T) {
	s := &classic.Subscription{ID: subscriptionID, Credential: brokenCredential{}, Transport: transport(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent without a token")
		return nil, io.EOF
	})}
	err := s.ManagementCertificates().Remove(t.Context(), certs.Thumbprint{1})
	if !errors.Is(err, clouddp.ErrDenied) || errors.Is(err, clouddp.ErrUnknown) || !strings.Contains(err.Error(), "sign in again") {
		t.Errorf("Remove: %v", err)
	}
}

// Over a real socket: who is not on the list is denied, and who does not trust the server never reaches it.
func TestMutualTLS(t *testing.T) {
	c := newServedCloud(t)
	endpoint, roots := c.subscription.Endpoint, c.subscription.Roots
	part := c.part("cloud service")

	stranger := &classic.Subscription{ID: subscriptionID, Certificate: c.renewed, Endpoint: endpoint, Roots: roots}
	defer stranger.CloseIdleConnections()
	if _, err := stranger.Read(t.Context(), c.spec, part); !errors.Is(err, clouddp.ErrDenied) {
		t.Errorf("Read by a stranger: %v, want ErrDenied", err)
	}
	distrustful := &classic.Subscription{ID: subscriptionID, Certificate: c.management, Endpoint: endpoint}
	defer distrustful.CloseIdleConnections()
	err := distrustful.ManagementCertificates().Add(t.Context(), c.renewed.Leaf)
	if !errors.Is(err, clouddp.ErrUnavailable) || errors.Is(err, clouddp.ErrUnknown) {
		t.Errorf("Add to a server that is not trusted: %v, want ErrUnavailable", err)
	}
	c.service.AddToken("co-administrator")
	bearer := &classic.Subscription{ID: subscriptionID, Credential: token("co-administrator"), Endpoint: endpoint, Roots: roots}
	defer bearer.CloseIdleConnections()
	if err := bearer.ManagementCertificates().Add(t.Context(), c.renewed.Leaf); err != nil {
		t.Errorf("Add by a co-administrator: %v", err)
	}
	if _, err := stranger.Read(t.Context(), c.spec, part); err != nil {
		t.Errorf("Read by one who is no stranger any more: %v", err)
	}
}
