package point

import (
	"crypto"
	"errors"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

// Verifier checks tokens with public keys. It is safe for concurrent use as long as its fields stay.
type Verifier struct {
	// Audience is the service FQDN for which tokens must have been issued.
	Audience string
	// Keys are the public keys of the issuer, Ed25519 or ECDSA on P-256: one, or two while one replaces the other.
	Keys []crypto.PublicKey
}

// Verify returns what a token says. A token that is malformed, signed otherwise, expired, not yet valid, for another
// audience, without expiry or good for more than [MaxLifetime] is [ErrDenied]; clocks may differ by a minute. A Verifier
// without Audience or usable Keys is [ErrInvalid].
func (v *Verifier) Verify(token string) (*Claims, error) {
	keys, methods, err := v.keys()
	if err != nil {
		return nil, err
	}
	if len(token) > maxToken {
		return nil, denied("longer than 8 KiB")
	}
	parser := jwt.NewParser(jwt.WithValidMethods(methods), jwt.WithAudience(v.Audience), jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithStrictDecoding())
	var said payload
	if _, err := parser.ParseWithClaims(token, &said, func(*jwt.Token) (any, error) { return keys, nil }); err != nil {
		return nil, denied(reason(err))
	}
	if said.IssuedAt == nil || said.ExpiresAt.Sub(said.IssuedAt.Time) > MaxLifetime {
		return nil, denied("good for more than 24 hours")
	}
	return &Claims{ID: said.ID, Packages: said.Packages, Expires: said.ExpiresAt.UTC()}, nil
}

// keys returns the usable keys, and the algorithms they are used for: a token cannot choose another.
func (v *Verifier) keys() (jwt.VerificationKeySet, []string, error) {
	problems := &InvalidError{Subject: "point: verifier"}
	if v == nil {
		problems.Add("Tokens", "is nil")
		return jwt.VerificationKeySet{}, nil, problems
	}
	if v.Audience == "" {
		problems.Add("Audience", "is empty: want the service FQDN")
	}
	if len(v.Keys) == 0 {
		problems.Add("Keys", "is empty: want the public key of the issuer")
	}
	var set jwt.VerificationKeySet
	var methods []string
	for _, key := range v.Keys {
		method := algorithmOf(key)
		if method == nil {
			problems.Add("Keys", "holds a %T, want Ed25519 or ECDSA on P-256", key)
			continue
		}
		set.Keys = append(set.Keys, key)
		if !slices.Contains(methods, method.Alg()) {
			methods = append(methods, method.Alg())
		}
	}
	return set, methods, problems.Err()
}

// reason says why a token is refused, in words of ours: a token's own never reach a log.
func reason(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return "expired"
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return "not valid yet"
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return "for another service"
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return "not signed by a key of the issuer"
	default:
		return "malformed"
	}
}
