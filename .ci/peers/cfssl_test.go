//go:build integration

package peers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/internal/testserver"
)

// unauthorised is the template whose requests are signed with a key that the authority does not know.
const unauthorised = "Unauthorised"

// cfssl is an [certs.Issuer] over the signing API of CloudFlare's PKI toolkit.
type cfssl struct {
	url    string
	client *http.Client
	key    []byte
}

// cfsslAnswer is what every call of the API answers.
type cfsslAnswer struct {
	Success bool
	Result  struct{ Certificate string }
	Errors  []struct {
		Code    int
		Message string
	}
}

// Issue implements [certs.Issuer].
func (c *cfssl) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	request, err := json.Marshal(map[string]string{"certificate_request": encodePEM(csr)})
	if err != nil {
		return nil, err
	}
	key := c.key
	if template == unauthorised {
		key = []byte("a guess")
	}
	token := hmac.New(sha256.New, key)
	token.Write(request)
	leaf, err := c.call(ctx, "/authsign", map[string][]byte{"token": token.Sum(nil), "request": request})
	if err != nil {
		return nil, err
	}
	issuer, err := c.call(ctx, "/info", map[string]string{"label": ""})
	if err != nil {
		return nil, fmt.Errorf("the chain: %w", err)
	}
	return []*x509.Certificate{leaf, issuer}, nil
}

func (c *cfssl) call(ctx context.Context, path string, request any) (*x509.Certificate, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	response, text, err := post(ctx, c.client, c.url+path, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return nil, err
	}
	var answer cfsslAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", response.Status, err, certs.ErrUnknown)
	}
	if !answer.Success {
		denied := &certs.DeniedError{Reason: response.Status}
		for _, e := range answer.Errors {
			denied.Reason += fmt.Sprintf("; %d %s", e.Code, e.Message)
		}
		return nil, denied
	}
	return decodePEM(answer.Result.Certificate)
}

func newCFSSL(t *testing.T) (*testserver.Authority, func() *cfssl) {
	t.Helper()
	key := []byte("a key of sixteen bytes or more")
	authority := testserver.CFSSL(t, hex.EncodeToString(key))
	return authority, func() *cfssl {
		wire := &line{RoundTripper: authority.Client.Transport}
		return &cfssl{url: authority.URL, client: &http.Client{Transport: wire}, key: key}
	}
}

func TestIssuerOverCFSSL(t *testing.T) {
	authority, newIssuer := newCFSSL(t)
	certstest.TestIssuer(t, func(*testing.T) certstest.IssuerHarness {
		issuer := newIssuer()
		wire := issuer.client.Transport.(*line)
		return certstest.IssuerHarness{
			Issuer: issuer, Refused: unauthorised,
			Fail: func() { wire.set(&wire.fail) }, LoseAnswer: func() { wire.set(&wire.lose) },
		}
	})
	t.Run("what it issues", func(t *testing.T) {
		if examine(t, newIssuer(), authority.Root) {
			t.Error("cfssl has learnt to keep the template: this test has lost its reason")
		}
	})
	t.Run("what a wrong token is called", func(t *testing.T) {
		_, err := certs.Enroll(t.Context(), newIssuer(), &certs.Request{
			CommonName: "clouddp.contoso.com", Template: unauthorised, Key: certstest.Key(),
		})
		if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Reason == "" {
			t.Errorf("got %v", err)
		}
	})
}
