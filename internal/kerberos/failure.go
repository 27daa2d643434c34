package kerberos

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// ErrNoCredentials says that there is nothing to sign in with.
	ErrNoCredentials = errors.New("no credentials")
	// ErrMalformed says that what a peer sent, or what a file holds, is not what the protocol prescribes.
	ErrMalformed = errors.New("malformed authentication data")
)

// Guard makes an error of a panic in a library that does not check all that it parses.
func Guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrMalformed, p)
	}
}

// Secret returns a password that is not empty: servers and libraries take an empty one for no attempt at all.
func Secret(password func() ([]byte, error)) (string, error) {
	secret, err := password()
	if err != nil {
		return "", fmt.Errorf("%w: read the password: %w", ErrNoCredentials, err)
	}
	if len(secret) == 0 {
		return "", fmt.Errorf("%w: the password is empty", ErrNoCredentials)
	}
	return string(secret), nil
}

// code finds the name of an error of RFC 4120 in the text of gokrb5, which has it nowhere else.
var code = regexp.MustCompile(`\(\d+\) (K[A-Z]+_[A-Z_]+)`)

// Code returns the name of the error with which a key distribution centre (KDC) refused, such as
// "KDC_ERR_PREAUTH_FAILED" (RFC 4120, section 7.5.9), or "" if err tells of none.
func Code(err error) string {
	if found := code.FindStringSubmatch(err.Error()); found != nil {
		return found[1]
	}
	return ""
}

// noRefusals are errors of a KDC that say nothing about the credentials.
var noRefusals = []string{"KDC_ERR_SVC_UNAVAILABLE", "KRB_ERR_RESPONSE_TOO_BIG", "KRB_ERR_GENERIC"}

// Refused reports whether err says that the credentials are missing or wrong, rather than that no KDC was reached or was able to
// judge them.
func Refused(err error) bool {
	if errors.Is(err, ErrNoCredentials) {
		return true
	}
	if name := Code(err); name != "" {
		return !slices.Contains(noRefusals, name)
	}
	text := err.Error()
	return strings.Contains(text, "client password/keytab incorrect") || // cannot decrypt what the KDC sent
		strings.Contains(text, "no user credentials available") // the ticket in the cache has expired
}
