package kerberos

import (
	"regexp"
	"strings"
)

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

// Refused reports whether err says that the credentials are wrong, rather than that no KDC was reached.
func Refused(err error) bool {
	text := err.Error()
	return code.MatchString(text) ||
		strings.Contains(text, "client password/keytab incorrect") || // cannot decrypt what the KDC sent
		strings.Contains(text, "no user credentials available") // the ticket in the cache has expired
}
