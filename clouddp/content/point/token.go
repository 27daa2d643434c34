package point

import (
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// DefaultLifetime of a token: 8 hours, documented by Microsoft in "Cryptographic controls technical reference" for
	// the access token to a cloud distribution point.
	DefaultLifetime = 8 * time.Hour
	// MaxLifetime of a token: 24 hours, documented by Microsoft in "Use a cloud distribution point".
	MaxLifetime = 24 * time.Hour
	// AllPackages in a token covers every package.
	AllPackages = "*"

	maxToken    = 8 << 10
	maxPackages = 100
	leeway      = time.Minute
)

// Claims is what a verified token says.
type Claims struct {
	// ID is unique to the token; it is no secret and may be logged.
	ID string
	// Packages lists the packages it covers, or [AllPackages].
	Packages []string
	// Expires is when it ends, UTC.
	Expires time.Time
}

// Covers reports whether the token is good for the package id.
func (c *Claims) Covers(id string) bool {
	return slices.Contains(c.Packages, id) || slices.Contains(c.Packages, AllPackages)
}

// payload is the JSON inside a token.
type payload struct {
	jwt.RegisteredClaims
	Packages []string `json:"packages"`
}
