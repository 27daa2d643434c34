//go:build integration

package peers

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	stepCA = "../cache/bin/step-ca" // .ci/run builds it

	keyName = "clouddp-key"
)

// stepIssuer is an [certs.Issuer] over the signing API of step-ca. It mints the one-time tokens that a site would get
// from its provisioner.
type stepIssuer struct {
	url    string
	client *http.Client
	key    *ecdsa.PrivateKey
}

// Issue implements [certs.Issuer].
func (s *stepIssuer) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	token, err := s.token(csr, template)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]string{"csr": encodePEM(csr), "ott": token})
	if err != nil {
		return nil, err
	}
	response, text, err := post(ctx, s.client, s.url+"/1.0/sign", http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Chain   []string `json:"certChain"`
		Message string
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", response.Status, err, certs.ErrUnknown)
	}
	if response.StatusCode != http.StatusCreated {
		return nil, &certs.DeniedError{Reason: response.Status + ": " + answer.Message}
	}
	var chain []*x509.Certificate
	for _, text := range answer.Chain {
		certificate, err := decodePEM(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", err, certs.ErrUnknown)
		}
		chain = append(chain, certificate)
	}
	return chain, nil
}

// token grants one certificate for the names of a request; a damaged request has none.
func (s *stepIssuer) token(csr []byte, template string) (string, error) {
	name, names := "nobody", []string{"nobody"}
	if parsed, err := x509.ParseCertificateRequest(csr); err == nil {
		name, names = parsed.Subject.CommonName, parsed.DNSNames
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": "clouddp", "aud": s.url + "/1.0/sign", "sub": name, "sans": names, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	token.Header["kid"] = keyName
	key := s.key
	if template == unauthorised {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return "", err
		}
	}
	return token.SignedString(key)
}

// webKey describes the public key as RFC 7517 wants it.
func webKey(t *testing.T, key *ecdsa.PrivateKey) map[string]string {
	t.Helper()
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]string{
		"use": "sig", "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": keyName,
		"x": encode(point[1:33]), "y": encode(point[33:]),
	}
}

func TestIssuerOverStepCA(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := testserver.StepCA(t, stepCA, webKey(t, key))
	newIssuer := func() (*stepIssuer, *line) {
		wire := &line{RoundTripper: authority.Client.Transport}
		return &stepIssuer{url: authority.URL, client: &http.Client{Transport: wire}, key: key}, wire
	}
	certstest.TestIssuer(t, func(*testing.T) certstest.IssuerHarness {
		issuer, wire := newIssuer()
		return certstest.IssuerHarness{
			Issuer: issuer, Refused: unauthorised,
			Fail: func() { wire.set(&wire.fail) }, LoseAnswer: func() { wire.set(&wire.lose) },
		}
	})
	t.Run("what it issues", func(t *testing.T) {
		issuer, _ := newIssuer()
		if !examine(t, issuer, authority.Root) {
			t.Error("the name of the template is lost")
		}
	})
}
