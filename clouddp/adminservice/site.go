package adminservice

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// defaultPageSize is how many rows are asked for at a time.
	defaultPageSize = 1000
	// defaultTimeout bounds one request with its answer.
	defaultTimeout = time.Minute
	// defaultPatience is how long a message that was raised may take to appear.
	defaultPatience = 2 * time.Minute
)

// Site is a Configuration Manager site behind its AdminService. It implements statusmsg.Source, statusmsg.Sink and
// clientsettings.Source.
//
// Set the fields before the first call and leave them alone after it; a Site must not be copied. It is then safe for
// concurrent use. Together its calls send at most 200 requests a second, which is what the service takes from one
// address.
type Site struct {
	// URL is where the service answers, an https URL: "https://cm1.contoso.com/AdminService" with the full name of the
	// server that has the SMS Provider, or that of a cloud management gateway,
	// "https://gateway.contoso.com/CCM_Proxy_ServerAuth/<id>/AdminService". Required.
	URL string
	// Transport signs in and carries the requests: an *httpauth.Transport with Kerberos or other credentials, or a [*Token].
	// Required.
	Transport http.RoundTripper
	// PageSize is how many rows are asked for at a time; 0 means 1000.
	PageSize int
	// Timeout bounds one request with its answer; 0 means 1 minute.
	Timeout time.Duration
	// Patience is how long [Site.Report] waits for a message to appear at the site; 0 means 2 minutes.
	Patience time.Duration

	once      sync.Once
	invalid   error
	base      *url.URL
	limiter   limiter
	reporting chan struct{} // holds a token while nobody reports
}

// CloseIdleConnections closes connections that are kept for the next request.
func (s *Site) CloseIdleConnections() {
	if closer, ok := s.Transport.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// connect checks the fields, once.
func (s *Site) connect() error {
	s.once.Do(func() {
		s.invalid = s.validate()
		s.reporting = make(chan struct{}, 1)
		s.reporting <- struct{}{}
	})
	return s.invalid
}

func (s *Site) validate() error {
	e := &errs.InvalidError{Subject: "adminservice: site"}
	base, err := url.Parse(s.URL)
	switch {
	case err != nil || base.Scheme != "https" || base.Hostname() == "" || base.User != nil || base.RawQuery+base.Fragment != "":
		e.Add("URL", "is not a plain https URL such as https://cm1.contoso.com/AdminService")
	case strings.Trim(base.Path, "/") == "":
		e.Add("URL", "has no path; give that of the service too, such as /AdminService")
	default:
		s.base = base.JoinPath("wmi")
	}
	if s.Transport == nil {
		e.Add("Transport", "is nil; give what authenticates, such as a Transport with Kerberos")
	}
	if plain, ok := s.Transport.(*http.Transport); ok && blind(plain.TLSClientConfig) {
		e.Add("Transport", "does not verify the server; use a Transport or a Token with the site's certificate among its Roots")
	}
	if s.PageSize < 0 || s.PageSize > maxPageSize {
		e.Add("PageSize", "is %d; use 1 to %d, or 0 for %d", s.PageSize, maxPageSize, defaultPageSize)
	}
	if s.Timeout < 0 {
		e.Add("Timeout", "is %v; use 0 for %v or a positive duration", s.Timeout, defaultTimeout)
	}
	if s.Patience < 0 {
		e.Add("Patience", "is %v; use 0 for %v or a positive duration", s.Patience, defaultPatience)
	}
	return e.Err()
}

// blind reports whether a configuration accepts any server.
func blind(config *tls.Config) bool {
	return config != nil && config.InsecureSkipVerify && config.VerifyConnection == nil && config.VerifyPeerCertificate == nil
}

func (s *Site) pageSize() int { return orDefault(s.PageSize, defaultPageSize) }

func (s *Site) timeout() time.Duration { return orDefault(s.Timeout, defaultTimeout) }

func (s *Site) patience() time.Duration { return orDefault(s.Patience, defaultPatience) }

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
