package certstest

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

var (
	_ certs.Issuer       = (*CA)(nil)
	_ certs.Retriever    = (*CA)(nil)
	_ certs.Issuer       = (*Caller)(nil)
	_ certs.Retriever    = (*Caller)(nil)
	_ template.Directory = (*CA)(nil)
)

// CA is an enterprise root, an issuing authority below it, and the directory of their forest. A fresh one holds the
// built-in template WebServer, published. Requests come from a computer that is in no group until [CA.JoinGroup]; writes to
// the directory are those of an administrator. Make one with [NewCA]; it is safe for concurrent use.
type CA struct {
	name    string
	root    *x509.Certificate
	issuing *x509.Certificate
	signer  *ecdsa.PrivateKey
	rootKey *ecdsa.PrivateKey
	domain  string // the SID of the domain
	base    string // the object identifier of the forest

	mu        sync.Mutex
	templates map[string]*object // by lower-case name
	oids      []registration
	published []string
	groups    map[string]template.SID // by lower-case name
	joined    []template.SID
	requests  []*request // the request with id n is at n-1
	longest   time.Duration
	revoked   []x509.RevocationListEntry
	list      []byte // the revocation list as published
	listed    time.Time
	failure   error
	lost      bool
}

// NewCA returns an authority called name, its certificates valid from an hour ago for ten years. Outside that time it
// denies every request with [certs.CodeInvalidCA], so make the authority of a [testing/synctest] bubble in the bubble.
func NewCA(name string) *CA {
	ca := &CA{
		name:      usableName(name),
		longest:   defaultLongest,
		domain:    "S-1-5-21-1004336348-1177238915-682003330",
		base:      "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201",
		templates: map[string]*object{},
		groups:    map[string]template.SID{},
	}
	ca.makeHierarchy()
	ca.addBuiltIns()
	return ca
}

// usableName returns name as one that a [template.Desired] takes, at most 256 characters that print.
func usableName(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSpace(name), "?"))
	if runes := []rune(name); len(runes) > 256 {
		name = strings.TrimSpace(string(runes[:256]))
	}
	return cmp.Or(name, "Issuing CA")
}

// addBuiltIns fills the directory as the installation of an enterprise authority does.
func (ca *CA) addBuiltIns() {
	ca.groups["domain admins"] = template.SID(ca.domain + "-512")
	ca.groups["enterprise admins"] = template.SID(ca.domain + "-519")
	web := template.WebServer()
	web.OID = ca.base + ".1.16"
	const administer = template.Read | template.Write | template.Enroll
	ca.templates["webserver"] = &object{
		name:       web.Name,
		attributes: must(web.Attributes()),
		security: must(template.SecurityDescriptor{}.WithAccess(append(web.Access,
			template.Access{SID: ca.groups["domain admins"], Rights: administer},
			template.Access{SID: ca.groups["enterprise admins"], Rights: administer}))),
	}
	ca.oids = []registration{{template.ObjectIdentifier{OID: web.OID, DisplayName: web.DisplayName}, templateOID}}
	ca.published = []string{web.Name}
}

// Name returns the name under which the directory knows the issuing authority.
func (ca *CA) Name() string { return ca.name }

// Root returns the certificate that clients trust.
func (ca *CA) Root() *x509.Certificate { return ca.root }

// Certificate returns the certificate of the issuing authority.
func (ca *CA) Certificate() *x509.Certificate { return ca.issuing }

// Pool returns a new pool with the root alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.root)
	return pool
}

// AddGroup adds a group to the domain and returns its identifier; an existing one's if the name is taken.
func (ca *CA) AddGroup(name string) template.SID {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	key := strings.ToLower(name)
	if _, ok := ca.groups[key]; !ok {
		ca.groups[key] = template.SID(fmt.Sprintf("%s-%d", ca.domain, 1100+len(ca.groups)))
	}
	return ca.groups[key]
}

// JoinGroup makes the computer that calls [CA.Issue] a member of groups, as after a restart.
func (ca *CA) JoinGroup(groups ...template.SID) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.joined = append(ca.joined, groups...)
}

// Caller sends requests in the name of one principal. Make one with [CA.As].
type Caller struct {
	ca     *CA
	groups []template.SID
}

// As returns a caller that is in groups and in no other.
func (ca *CA) As(groups ...template.SID) *Caller { return &Caller{ca, slices.Clone(groups)} }

// Issue implements [certs.Issuer].
func (c *Caller) Issue(ctx context.Context, csr []byte, name string) ([]*x509.Certificate, error) {
	return c.ca.submit(ctx, csr, name, c.groups)
}

// Retrieve implements [certs.Retriever].
func (c *Caller) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	return c.ca.Retrieve(ctx, id)
}

// Issue implements [certs.Issuer].
func (ca *CA) Issue(ctx context.Context, csr []byte, name string) ([]*x509.Certificate, error) {
	ca.mu.Lock()
	joined := slices.Clone(ca.joined)
	ca.mu.Unlock()
	return ca.submit(ctx, csr, name, joined)
}

// Retrieve implements [certs.Retriever].
func (ca *CA) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	var answer []*x509.Certificate
	err := ca.read(ctx, func() error {
		r, err := ca.request(id)
		if err != nil {
			return err
		}
		answer, err = ca.answer(r)
		return err
	})
	return answer, err
}

// Approve lets a certificate manager issue the pending request id. One that does not exist is [certs.ErrNotFound], one
// that is not pending a [*certs.DeniedError] with [certs.CodeBadStatus].
func (ca *CA) Approve(id string) error {
	return ca.decide(id, func(r *request) { ca.issue(r) })
}

// Deny lets a certificate manager refuse the pending request id with an HRESULT, commonly [certs.CodeAdminDenied]. Errors are those of
// [CA.Approve].
func (ca *CA) Deny(id string, code certs.HRESULT) error {
	return ca.decide(id, func(r *request) {
		r.denied = &certs.DeniedError{ID: id, Code: code, Reason: "Denied by a certificate manager"}
	})
}

func (ca *CA) decide(id string, decision func(*request)) error {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	r, err := ca.request(id)
	if err != nil {
		return err
	}
	if !r.isPending() {
		return &certs.DeniedError{ID: id, Code: certs.CodeBadStatus, Reason: "The request is not pending"}
	}
	decision(r)
	return nil
}

// Requests returns how many requests the authority has recorded, whatever became of them.
func (ca *CA) Requests() int {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	return len(ca.requests)
}

// LimitValidity sets the longest life of an issued certificate, whatever its template says; a new authority issues for
// two years at most, the default of the real one's registry (ValidityPeriod).
func (ca *CA) LimitValidity(longest time.Duration) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.longest = longest
}

// Pending returns the ids of the requests that wait for a certificate manager, the oldest first: also of those whose
// answer was lost.
func (ca *CA) Pending() []string {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	var ids []string
	for _, r := range ca.requests {
		if r.isPending() {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// Issued returns every certificate issued so far, the oldest first.
func (ca *CA) Issued() []*x509.Certificate {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	var issued []*x509.Certificate
	for _, r := range ca.requests {
		if r.certificate != nil {
			issued = append(issued, r.certificate)
		}
	}
	return issued
}

func (ca *CA) request(id string) (*request, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(ca.requests) || strconv.Itoa(n) != id {
		return nil, fmt.Errorf("certstest: request %q: %w", id, certs.ErrNotFound)
	}
	return ca.requests[n-1], nil
}
