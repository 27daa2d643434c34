package classic

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const (
	// answerLimit bounds the body of an answer.
	answerLimit = 8 << 20
	// callTimeout bounds one request with its answer.
	callTimeout = time.Minute
)

// newPipeline never sends a request twice: the caller polls, and a write whose answer is lost is settled by reading.
func (s *Subscription) newPipeline() runtime.Pipeline {
	options := runtime.PipelineOptions{
		APIVersion: runtime.APIVersionOptions{Location: runtime.APIVersionLocationHeader, Name: "x-ms-version"},
	}
	if s.Credential != nil {
		scope := strings.TrimSuffix(s.endpoint(), "/") + "//.default" // the resource name itself ends in a slash
		options.PerRetry = append(options.PerRetry, runtime.NewBearerTokenPolicy(credential{s.Credential}, []string{scope}, nil))
	}
	return runtime.NewPipeline("clouddp-classic", "v1", options, &policy.ClientOptions{
		APIVersion: s.version(),
		Retry:      policy.RetryOptions{MaxRetries: -1, TryTimeout: callTimeout},
		Transport:  sender{s.transport},
	})
}

// newTransport speaks TLS 1.2 and HTTP/1.1: the front end asks for the client certificate by renegotiation, which later
// protocols do not have. The certificate is presented unasked for an issuer, because a self-signed one is never among
// the authorities that the front end lists.
func (s *Subscription) newTransport() *http.Transport {
	config := &tls.Config{ //nolint:gosec // G402: later versions cannot renegotiate
		MinVersion:    tls.VersionTLS12,
		MaxVersion:    tls.VersionTLS12,
		Renegotiation: tls.RenegotiateOnceAsClient,
		RootCAs:       s.Roots,
	}
	if s.Certificate != nil {
		certificate := s.Certificate.TLS()
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     config,
		Protocols:           &protocols,
		TLSHandshakeTimeout: 15 * time.Second,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
	}
}

// sender is the end of the pipeline: one request, one answer of bounded size. It follows no redirect by itself.
type sender struct{ transport http.RoundTripper }

// Do implements [policy.Transporter].
func (s sender) Do(request *http.Request) (*http.Response, error) {
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = http.MaxBytesReader(nil, response.Body, answerLimit)
	return response, nil
}

// credential marks the errors of a credential, so that they are not taken for a lost answer.
type credential struct{ azcore.TokenCredential }

// GetToken implements [azcore.TokenCredential].
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, o)
	if err != nil {
		return token, &credentialError{err}
	}
	return token, nil
}
