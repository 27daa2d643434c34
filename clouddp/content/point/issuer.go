package point

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clouddp/sdk/clouddp/content"
)

// Issuer signs tokens for clients. It belongs on the inside; the point needs its public key only. It is safe for
// concurrent use if Key is.
type Issuer struct {
	// Key is Ed25519 or ECDSA on P-256; it may live in a vault.
	Key crypto.Signer
	// Audience is the service FQDN of the point that is to accept the tokens.
	Audience string
	// Lifetime is how long a token is good; 0 means [DefaultLifetime], at most [MaxLifetime].
	Lifetime time.Duration
}

// Issue returns a token for the packages, of which there are 1 to 100; [AllPackages] stands for every one.
func (i *Issuer) Issue(packages ...string) (string, error) {
	method, err := i.check(packages)
	if err != nil {
		return "", err
	}
	now := time.Now()
	token := jwt.NewWithClaims(method, payload{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        rand.Text(),
			Audience:  jwt.ClaimStrings{i.Audience},
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(cmp.Or(i.Lifetime, DefaultLifetime))),
		},
		Packages: packages,
	})
	signed, err := token.SignedString(i.Key)
	if err != nil {
		return "", fmt.Errorf("point: sign token: %w", err)
	}
	return signed, nil
}

func (i *Issuer) check(packages []string) (*algorithm, error) {
	problems := &InvalidError{Subject: "point: issuer"}
	var method *algorithm
	if i.Key == nil {
		problems.Add("Key", "is nil")
	} else if method = algorithmOf(i.Key.Public()); method == nil {
		problems.Add("Key", "is %T, want Ed25519 or ECDSA on P-256", i.Key.Public())
	}
	if i.Audience == "" {
		problems.Add("Audience", "is empty: want the service FQDN")
	}
	if i.Lifetime < 0 || i.Lifetime > MaxLifetime {
		problems.Add("Lifetime", "is %v, want 0 to %v", i.Lifetime, MaxLifetime)
	}
	if len(packages) == 0 || len(packages) > maxPackages {
		problems.Add("packages", "are %d, want 1 to %d", len(packages), maxPackages)
	}
	for _, id := range packages {
		if id != AllPackages && content.CheckID(id) != nil {
			problems.Add("packages", "%.128q is no package id", id)
		}
	}
	return method, problems.Err()
}

// algorithm is the one way in which a kind of key is used.
type algorithm struct{ jwt.SigningMethod }

// algorithmOf returns the algorithm for a key, nil if there is none.
func algorithmOf(key crypto.PublicKey) *algorithm {
	switch key := key.(type) {
	case ed25519.PublicKey:
		if len(key) == ed25519.PublicKeySize {
			return &algorithm{jwt.SigningMethodEdDSA}
		}
	case *ecdsa.PublicKey:
		if key != nil && key.Curve == elliptic.P256() {
			return &algorithm{es256{jwt.SigningMethodES256}}
		}
	}
	return nil
}

// es256 signs with any crypto.Signer, not only with a key in memory.
type es256 struct{ *jwt.SigningMethodECDSA }

// Sign implements [jwt.SigningMethod].
func (m es256) Sign(text string, key any) ([]byte, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, jwt.ErrInvalidKeyType
	}
	hash := crypto.SHA256.New()
	hash.Write([]byte(text))
	der, err := signer.Sign(rand.Reader, hash.Sum(nil), crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var signature struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &signature); err != nil || len(rest) > 0 {
		return nil, errors.New("signer returns no ECDSA signature")
	}
	if !fits(signature.R) || !fits(signature.S) {
		return nil, errors.New("signer returns a signature of another curve")
	}
	out := make([]byte, 64)
	signature.R.FillBytes(out[:32])
	signature.S.FillBytes(out[32:])
	return out, nil
}

func fits(n *big.Int) bool { return n.Sign() > 0 && n.BitLen() <= 256 }
