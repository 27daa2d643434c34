package certstest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

type (
	issue    = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error)
	retrieve = func(ctx context.Context, id string) ([]*x509.Certificate, error)
)

// badIssuer does not do what the authority behind it does.
type badIssuer struct {
	issue    issue
	retrieve retrieve
}

// Issue implements [certs.Issuer].
func (b *badIssuer) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	return b.issue(ctx, csr, template)
}

// Retrieve implements [certs.Retriever].
func (b *badIssuer) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	return b.retrieve(ctx, id)
}

// badIssuers are made of a good one, and break the clause of the suite that stands beside them.
var badIssuers = map[string]struct {
	clause string
	spoil  func(*badIssuer, *certstest.CA)
}{
	"sends after the end": {"stops when the context is done", func(b *badIssuer, ca *certstest.CA) {
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			chain, err := ca.Issue(context.WithoutCancel(ctx), csr, template)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return chain, err
		}
	}},
	"retrieves after the end": {"stops when the context is done", func(b *badIssuer, ca *certstest.CA) {
		b.retrieve = func(ctx context.Context, id string) ([]*x509.Certificate, error) {
			return ca.Retrieve(context.WithoutCancel(ctx), id)
		}
	}},
	"sends twice": {"issues for the key of the request", func(b *badIssuer, ca *certstest.CA) {
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			_, _ = ca.Issue(ctx, csr, template)
			return ca.Issue(ctx, csr, template)
		}
	}},
	"sends twice in a crowd": {"serves many at once", func(b *badIssuer, ca *certstest.CA) {
		var calls atomic.Int32
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			if calls.Add(1) == 3 {
				_, _ = ca.Issue(ctx, csr, template)
			}
			return ca.Issue(ctx, csr, template)
		}
	}},
	"gives everybody the first answer": {"serves many at once", func(b *badIssuer, ca *certstest.CA) {
		var mu sync.Mutex
		var first []*x509.Certificate
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			chain, err := ca.Issue(ctx, csr, template)
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = chain
			}
			if err != nil {
				return nil, err
			}
			return first, nil
		}
	}},
	"gives everybody the first serial number": {"serves many at once", signedAnew(func(c *x509.Certificate) {
		c.SerialNumber = big.NewInt(1)
	})},
	"gives everybody the same common name": {"serves many at once", signedAnew(func(c *x509.Certificate) {
		c.Subject.CommonName = "clouddp.contoso.com"
	})},
	"gives everybody the same DNS name": {"serves many at once", signedAnew(func(c *x509.Certificate) {
		c.DNSNames = []string{"clouddp.contoso.com"}
	})},
	"adds a name": {"issues for the key of the request", signedAnew(func(c *x509.Certificate) {
		c.DNSNames = append(c.DNSNames, "somebody.contoso.com")
	})},
	"retrieves what was decided last": {"keeps pending requests apart", func(b *badIssuer, ca *certstest.CA) {
		b.retrieve = func(ctx context.Context, id string) ([]*x509.Certificate, error) {
			if issued := ca.Issued(); len(issued) > 0 {
				return append(issued[len(issued)-1:], ca.Certificate()), nil
			}
			return ca.Retrieve(ctx, id)
		}
	}},
	"is generous with ids": {"knows no foreign id", func(b *badIssuer, ca *certstest.CA) {
		b.retrieve = func(ctx context.Context, id string) ([]*x509.Certificate, error) {
			return ca.Retrieve(ctx, strings.TrimSpace(id))
		}
	}},
	"sends again after a lost answer": {"says when the answer was lost", func(b *badIssuer, ca *certstest.CA) {
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			chain, err := ca.Issue(ctx, csr, template)
			if errors.Is(err, certs.ErrUnknown) {
				return ca.Issue(ctx, csr, template)
			}
			return chain, err
		}
	}},
	"hides the code": {"says why it refuses", func(b *badIssuer, ca *certstest.CA) {
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			chain, err := ca.Issue(ctx, csr, template)
			if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
				return nil, &certs.DeniedError{ID: denied.ID, Reason: "no"}
			}
			return chain, err
		}
	}},
}

// signedAnew signs every certificate of the authority once more, changed, with a key of its own.
func signedAnew(change func(*x509.Certificate)) func(*badIssuer, *certstest.CA) {
	return func(b *badIssuer, ca *certstest.CA) {
		key, issuer := selfMade()
		b.issue = func(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
			chain, err := ca.Issue(ctx, csr, template)
			if err != nil {
				return nil, err
			}
			leaf := *chain[0]
			leaf.RawSubject = nil // else it would win over Subject
			change(&leaf)
			der, err := x509.CreateCertificate(rand.Reader, &leaf, issuer, leaf.PublicKey, key)
			if err != nil {
				return nil, err
			}
			changed, err := x509.ParseCertificate(der)
			return []*x509.Certificate{changed, issuer}, err
		}
	}
}

func selfMade() (*ecdsa.PrivateKey, *x509.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Bad CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, self, self, key.Public(), key)
	if err != nil {
		panic(err)
	}
	issuer, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return key, issuer
}

// badIssuerVariable tells a child process which of badIssuers it runs the suite on.
const badIssuerVariable = "CERTSTEST_BAD_ISSUER"

// TestSuiteCatchesBadIssuers runs the clause on each bad issuer in a process of its own, where it must fail.
func TestSuiteCatchesBadIssuers(t *testing.T) {
	if name := os.Getenv(badIssuerVariable); name != "" {
		runSuiteOn(t, name)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range badIssuers {
		t.Run(name, func(t *testing.T) {
			clause := strings.ReplaceAll(bad.clause, " ", "_")
			child := exec.CommandContext(t.Context(), program, "-test.v", "-test.run=^TestSuiteCatchesBadIssuers$/^"+clause+"$")
			child.Env = append(os.Environ(), badIssuerVariable+"="+name)
			output, err := child.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); !failed || !strings.Contains(string(output), "--- FAIL: TestSuiteCatchesBadIssuers/"+clause) {
				t.Errorf("%q was not caught: %v\n%s", bad.clause, err, output)
			}
		})
	}
}

func runSuiteOn(t *testing.T, name string) {
	t.Helper()
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		t.Helper()
		ca := certstest.NewCA(authority)
		h := ca.Harness(t)
		b := &badIssuer{ca.Issue, ca.Retrieve}
		badIssuers[name].spoil(b, ca)
		h.Issuer = b
		return h
	})
}
