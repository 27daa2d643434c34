package certstest

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// request is a row in the authority's database: issued, denied, or else pending.
type request struct {
	id          string
	csr         *x509.CertificateRequest
	template    template.Template
	certificate *x509.Certificate
	denied      *certs.DeniedError
}

func (r *request) isPending() bool { return r.certificate == nil && r.denied == nil }

// submit takes in a request and answers it.
func (ca *CA) submit(ctx context.Context, csr []byte, name string, groups []template.SID) ([]*x509.Certificate, error) {
	var answer []*x509.Certificate
	err := ca.write(ctx, func() error {
		parsed, err := x509.ParseCertificateRequest(csr)
		if err != nil || parsed.CheckSignature() != nil {
			return &certs.DeniedError{Code: certs.CodeBadASN1, Reason: "The request is damaged"}
		}
		r := &request{id: strconv.Itoa(len(ca.requests) + 1), csr: parsed}
		ca.requests = append(ca.requests, r)
		ca.judge(r, name, groups)
		answer, err = ca.answer(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// judge issues or denies r, or leaves it pending.
func (ca *CA) judge(r *request, name string, groups []template.SID) {
	if code, reason := ca.selectTemplate(r, name); code != 0 {
		r.denied = &certs.DeniedError{ID: r.id, Code: code, Reason: reason}
		return
	}
	if code, reason := ca.policy(r, groups); code != 0 {
		r.denied = &certs.DeniedError{ID: r.id, Code: code, Reason: reason}
		return
	}
	if r.template.EnrollmentFlags&template.EnrollmentPendAllRequests == 0 {
		ca.issue(r)
	}
}

// selectTemplate finds the template that the request or its attribute names.
func (ca *CA) selectTemplate(r *request, attribute string) (code certs.HRESULT, reason string) {
	name := templateName(r.csr)
	switch {
	case name == "":
		name = attribute
	case attribute != "" && !strings.EqualFold(name, attribute):
		return certs.CodeTemplateConflict, "The request names two certificate templates"
	}
	if name == "" {
		return certs.CodeNoTemplate, "The request contains no certificate template information"
	}
	stored, ok := ca.templates[strings.ToLower(name)]
	if !ok || !ca.isPublished(name) {
		return certs.CodeNotPublished, "The requested certificate template is not supported by this CA"
	}
	r.template = stored.template()
	return 0, ""
}

// policy applies the rules of the template.
func (ca *CA) policy(r *request, groups []template.SID) (code certs.HRESULT, reason string) {
	t := r.template
	token := append([]template.SID{template.Everyone, template.AuthenticatedUsers}, groups...)
	public, isRSA := r.csr.PublicKey.(*rsa.PublicKey)
	suppliesSubject := t.NameFlags&template.NameEnrolleeSuppliesSubject != 0
	switch {
	case t.Granted(token...)&template.Enroll == 0:
		return certs.CodeTemplateDenied, "The permissions on the certificate template do not allow the current user to enroll"
	case !isRSA || public.N.BitLen() < t.MinimalKeySize:
		return certs.CodeKeyLength, "The public key does not meet the minimum size required by the template"
	case suppliesSubject && r.csr.Subject.CommonName == "":
		return certs.CodeBadSubject, "The request subject name is invalid"
	case t.RASignatures > 0:
		return certs.CodeSignatureCount, "The request is missing required signature policies"
	}
	return 0, ""
}

// answer returns what the database says of r.
func (ca *CA) answer(r *request) ([]*x509.Certificate, error) {
	switch {
	case r.denied != nil:
		denied := *r.denied
		return nil, &denied
	case r.certificate == nil:
		return nil, &certs.PendingError{ID: r.id, Reason: "Taken Under Submission"}
	}
	return []*x509.Certificate{r.certificate, ca.issuing, ca.root}, nil
}

// templateName reads the certificate template name extension, or returns "".
func templateName(csr *x509.CertificateRequest) string {
	oidTemplateName := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}
	for _, extension := range csr.Extensions {
		var name asn1.RawValue
		if !extension.Id.Equal(oidTemplateName) {
			continue
		}
		if _, err := asn1.Unmarshal(extension.Value, &name); err != nil || name.Tag != asn1.TagBMPString {
			continue
		}
		var units []uint16
		for rest := name.Bytes; len(rest) > 1; rest = rest[2:] {
			units = append(units, binary.BigEndian.Uint16(rest))
		}
		return string(utf16.Decode(units))
	}
	return ""
}
