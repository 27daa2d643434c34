package adminservice

import (
	"context"
	"crypto/x509"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/roundtrip"
)

// Token is an [http.RoundTripper] that authenticates with a token of Microsoft Entra, for a cloud management gateway
// or, on premises, for the path /AdminService_TokenAuth. The token must be that of a user who is an administrator of
// the site. It is sent over https only.
//
// Set the fields before the first request; a Token must not be copied. It is then safe for concurrent use.
type Token struct {
	// Credential gives the tokens, such as one of package azidentity. Required.
	Credential azcore.TokenCredential
	// Scope is that of the site's server application: "api://<tenant>/<application>/.default". Required.
	Scope string
	// Roots are the authorities that the server's certificate must chain to; nil means the system's.
	Roots *x509.CertPool
	// Pins are the keys that the server's certificate may have; none means any. With pins and without Roots the certificate
	// needs no chain, no name and no validity.
	Pins []httpauth.Pin
	// Base carries the requests instead of a connection of its own, for tests; Roots and Pins then mean nothing.
	Base http.RoundTripper

	once     sync.Once
	invalid  error
	base     http.RoundTripper
	pipeline runtime.Pipeline
}

// RoundTrip implements [http.RoundTripper]. A credential that gives no token is [ErrDenied].
func (t *Token) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := t.connect(); err != nil {
		closeBody(request)
		return nil, err
	}
	defer closeBody(request)
	roundtrip.Begin(request.Context())
	authenticated, err := runtime.NewRequestFromRequest(request.Clone(request.Context()))
	if err != nil {
		return nil, err
	}
	runtime.SkipBodyDownload(authenticated)
	return t.pipeline.Do(authenticated)
}

// CloseIdleConnections closes connections that are kept for the next request.
func (t *Token) CloseIdleConnections() {
	if t.connect() != nil {
		return
	}
	if closer, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

func (t *Token) connect() error {
	t.once.Do(func() {
		if t.invalid = t.validate(); t.invalid != nil {
			return
		}
		if t.base = t.Base; t.base == nil {
			t.base = newConnection(t.Roots, t.Pins)
		}
		bearer := runtime.NewBearerTokenPolicy(credential{t.Credential}, []string{t.Scope}, nil)
		t.pipeline = runtime.NewPipeline("clouddp-adminservice", "v1", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}},
			&policy.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}, Transport: sender{t.base}})
	})
	return t.invalid
}

func (t *Token) validate() error {
	e := &errs.InvalidError{Subject: "adminservice: token"}
	if t.Credential == nil {
		e.Add("Credential", "is nil; give what gets tokens")
	}
	if t.Scope == "" {
		e.Add("Scope", "is empty; give that of the site's server application")
	}
	return e.Err()
}

func newConnection(roots *x509.CertPool, pins []httpauth.Pin) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSClientConfig:        httpauth.TLSConfig(roots, pins),
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    15 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}

// sender is the end of the pipeline.
type sender struct{ base http.RoundTripper }

// Do implements [policy.Transporter].
func (s sender) Do(request *http.Request) (*http.Response, error) {
	roundtrip.HandOn(request.Context())
	return s.base.RoundTrip(request)
}

// credential marks the errors of a credential, so that they are not taken for a lost answer.
type credential struct{ azcore.TokenCredential }

// GetToken implements [azcore.TokenCredential].
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(roundtrip.Unwatched(ctx), o) // its requests are not the site's
	if err != nil {
		return token, &credentialError{err}
	}
	return token, nil
}

// credentialError reports a credential that gave no token: nothing was sent.
type credentialError struct{ err error }

// Error implements error.
func (e *credentialError) Error() string { return "no token: " + printable(e.err.Error()) }

// Unwrap returns [ErrDenied] and the cause.
func (e *credentialError) Unwrap() []error { return []error{ErrDenied, e.err} }
