package point_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clouddp/sdk/clouddp/content/point"
)

// vault is a signer whose key is not in sight.
type vault struct{ crypto.Signer }

func (v vault) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return v.Signer.Sign(random, digest, opts)
}

func newECDSA(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func TestTokensOfBothKinds(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weierstrass := newECDSA(t, elliptic.P256())
	both := &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{weierstrass.Public(), edwards.Public()}}
	for name, key := range map[string]crypto.Signer{
		"EdDSA": edwards, "ES256": weierstrass, "EdDSA vault": vault{edwards}, "ES256 vault": vault{weierstrass},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // signatures have leading zeros now and then
				issuer := &point.Issuer{Key: key, Audience: fqdn, Lifetime: time.Hour}
				token, err := issuer.Issue("ABC00001", "ABC00002")
				if err != nil {
					t.Fatal(err)
				}
				claims, err := both.Verify(token)
				if err != nil {
					t.Fatal(err)
				}
				if !claims.Covers("ABC00002") || claims.Covers("ABC00003") || claims.Covers("") || claims.ID == "" {
					t.Errorf("claims are %+v", claims)
				}
				if left := time.Until(claims.Expires); left > time.Hour || left < 59*time.Minute {
					t.Errorf("expires in %v", left)
				}
			}
		})
	}
}

func TestLifetimeOfATokenIsEightHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newECDSA(t, elliptic.P256())
		token, err := (&point.Issuer{Key: key, Audience: fqdn}).Issue(point.AllPackages)
		if err != nil {
			t.Fatal(err)
		}
		verifier := &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{key.Public()}}
		time.Sleep(8 * time.Hour)
		if claims, err := verifier.Verify(token); err != nil || !claims.Covers("ANY00001") {
			t.Errorf("after 8 h: %v", err)
		}
		time.Sleep(2 * time.Minute)
		if _, err := verifier.Verify(token); !errors.Is(err, point.ErrDenied) || !strings.Contains(err.Error(), "expired") {
			t.Errorf("after 8 h and 2 min: %v", err)
		}
	})
}

// forge signs claims that an Issuer would not.
func forge(t *testing.T, method jwt.SigningMethod, key any, edit func(jwt.MapClaims)) string {
	t.Helper()
	now := time.Now().Unix()
	claims := jwt.MapClaims{"aud": fqdn, "iat": now, "exp": now + 3600, "packages": []string{"ABC00001"}}
	edit(claims)
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestForgedTokensAreRefused(t *testing.T) {
	key, other := newECDSA(t, elliptic.P256()), newECDSA(t, elliptic.P256())
	verifier := &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{key.Public()}}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	same := func(jwt.MapClaims) {}
	es256 := func(edit func(jwt.MapClaims)) string { return forge(t, jwt.SigningMethodES256, key, edit) }
	good := es256(same)
	if _, err := verifier.Verify(good); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	now := time.Now()
	parts := strings.Split(good, ".")
	tokens := map[string]string{
		"alg none":       forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same),
		"HMAC of public": forge(t, jwt.SigningMethodHS256, public, same),
		"another key":    forge(t, jwt.SigningMethodES256, other, same),
		"another curve":  forge(t, jwt.SigningMethodES384, newECDSA(t, elliptic.P384()), same),
		"audience":       es256(func(c jwt.MapClaims) { c["aud"] = "other.contoso.com" }),
		"no audience":    es256(func(c jwt.MapClaims) { delete(c, "aud") }),
		"no expiry":      es256(func(c jwt.MapClaims) { delete(c, "exp") }),
		"expired":        es256(func(c jwt.MapClaims) { c["exp"] = now.Add(-2 * time.Minute).Unix() }),
		"not yet":        es256(func(c jwt.MapClaims) { c["nbf"] = now.Add(time.Hour).Unix() }),
		"from tomorrow": es256(func(c jwt.MapClaims) {
			c["iat"] = now.Add(20 * time.Hour).Unix()
			c["exp"] = now.Add(21 * time.Hour).Unix()
		}),
		"no beginning": es256(func(c jwt.MapClaims) { delete(c, "iat") }),
		"for a week":   es256(func(c jwt.MapClaims) { c["exp"] = now.Add(7 * 24 * time.Hour).Unix() }),
		"odd packages": es256(func(c jwt.MapClaims) { c["packages"] = 7 }),
		"no signature": parts[0] + "." + parts[1] + ".",
		"edited":       parts[0] + "." + edited(t, parts[1]) + "." + parts[2],
		"empty":        "",
		"two parts":    parts[0] + "." + parts[1],
		"long":         strings.Repeat("a", 9000),
	}
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			_, err := verifier.Verify(token)
			if !errors.Is(err, point.ErrDenied) {
				t.Errorf("error is %v, want ErrDenied", err)
			}
			if err != nil && len(token) > 20 && strings.Contains(err.Error(), token[:20]) {
				t.Errorf("the token shows in %v", err)
			}
		})
	}
}

// edited gives the payload of a token other packages.
func edited(t *testing.T, payload string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	claims["packages"] = []string{point.AllPackages}
	raw, err = json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestTokenWithoutPackagesCoversNothing(t *testing.T) {
	key := newECDSA(t, elliptic.P256())
	verifier := &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{key.Public()}}
	claims, err := verifier.Verify(forge(t, jwt.SigningMethodES256, key, func(c jwt.MapClaims) { delete(c, "packages") }))
	if err != nil || claims.Covers("ABC00001") || claims.Covers("") {
		t.Errorf("claims %+v, %v", claims, err)
	}
}

func TestIssuerAndVerifierCheckThemselves(t *testing.T) {
	key := newECDSA(t, elliptic.P256())
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var noKey *ecdsa.PublicKey
	_, none := (&point.Issuer{}).Issue()
	calls := map[string]struct {
		err   error
		count int
	}{
		"empty issuer":   {none, 3},
		"RSA":            {issue(point.Issuer{Key: rsaKey, Audience: fqdn}, "A"), 1},
		"P-384":          {issue(point.Issuer{Key: newECDSA(t, elliptic.P384()), Audience: fqdn}, "A"), 1},
		"a week":         {issue(point.Issuer{Key: key, Audience: fqdn, Lifetime: 168 * time.Hour}, "A"), 1},
		"negative":       {issue(point.Issuer{Key: key, Audience: fqdn, Lifetime: -1}, "A"), 1},
		"bad package":    {issue(point.Issuer{Key: key, Audience: fqdn}, "../A"), 1},
		"too many":       {issue(point.Issuer{Key: key, Audience: fqdn}, strings.Split(strings.Repeat("A ", 101), " ")[:101]...), 1},
		"empty verifier": {verify(&point.Verifier{}), 2},
		"RSA verifier":   {verify(&point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{rsaKey.Public(), nil, noKey}}), 3},
		"nil verifier":   {verify(nil), 1},
	}
	for name, call := range calls {
		problem, ok := errors.AsType[*point.InvalidError](call.err)
		if !ok || len(problem.Problems) != call.count {
			t.Errorf("%s: %v, want %d problems", name, call.err, call.count)
		}
	}
}

func issue(issuer point.Issuer, packages ...string) error {
	_, err := issuer.Issue(packages...)
	return err
}

func verify(v *point.Verifier) error {
	_, err := v.Verify("token")
	return err
}

func FuzzVerify(f *testing.F) {
	key := newECDSA(f, elliptic.P256())
	token, err := (&point.Issuer{Key: newECDSA(f, elliptic.P256()), Audience: fqdn}).Issue("ABC00001")
	if err != nil {
		f.Fatal(err)
	}
	verifier := &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{key.Public()}}
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add(token)
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := verifier.Verify(text); !errors.Is(err, point.ErrDenied) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
