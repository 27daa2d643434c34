package certstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
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
	if reason := ca.invalid(); reason != "" {
		r.denied = &certs.DeniedError{ID: r.id, Code: certs.CodeInvalidCA, Reason: reason}
		return
	}
	if code, reason := ca.selectTemplate(r, name); reason != "" {
		r.denied = &certs.DeniedError{ID: r.id, Code: code, Reason: reason}
		return
	}
	if code, reason := ca.policy(r, groups); reason != "" {
		r.denied = &certs.DeniedError{ID: r.id, Code: code, Reason: reason}
		return
	}
	if r.template.EnrollmentFlags&template.EnrollmentPendAllRequests == 0 {
		ca.issue(r)
	}
}

// selectTemplate finds the template that the request names: in its extensions by name or by object identifier, in the
// attribute beside it by name alone, [MS-WCCE] section 3.2.2.6.2.1.4.1.
//
// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
func (ca *CA) selectTemplate(r *request, attribute string) (code certs.HRESULT, reason string) {
	wanted, err := templateWanted(r.csr)
	if err != nil {
		return certs.CodeBadASN1, "The request names its template in a form that is not understood"
	}
	named := ca.nameOf(wanted.oid)
	candidates := slices.DeleteFunc([]string{wanted.name, named, attribute}, func(name string) bool { return name == "" })
	switch {
	case wanted.oid != "" && named == "":
		return certs.CodeNotPublished, "The requested certificate template is not supported by this CA"
	case len(candidates) == 0:
		return certs.CodeNoTemplate, "The request contains no certificate template information"
	case slices.ContainsFunc(candidates, func(name string) bool { return !strings.EqualFold(name, candidates[0]) }):
		return certs.CodeTemplateConflict, "The request names two certificate templates"
	}
	stored, ok := ca.templates[strings.ToLower(candidates[0])]
	if !ok || !ca.isPublished(candidates[0]) {
		return certs.CodeNotPublished, "The requested certificate template is not supported by this CA"
	}
	t := stored.template()
	if wanted.major > t.Revision || (wanted.major == t.Revision && wanted.minor > t.MinorRevision) {
		return certs.CodeTemplateVersion, "The request template version is newer than the supported template version"
	}
	r.template = t
	return 0, ""
}

// nameOf returns the name of the template with an object identifier, "" if there is none.
func (ca *CA) nameOf(oid string) string {
	if oid == "" {
		return ""
	}
	for _, stored := range ca.templates {
		if t := stored.template(); t.OID == oid {
			return t.Name
		}
	}
	return ""
}

// policy applies the rules of the template.
func (ca *CA) policy(r *request, groups []template.SID) (code certs.HRESULT, reason string) {
	t := r.template
	suppliesSubject := t.NameFlags&template.NameEnrolleeSuppliesSubject != 0
	switch {
	case t.Security.AccessFor(groups...)&template.Enroll == 0:
		return certs.CodeTemplateDenied, "The permissions on the certificate template do not allow the current user to enroll"
	case !isAllowed(r.csr.PublicKey, t.KeyProperties):
		return 0, "The public key is not of the algorithm that the template wants" // no document says with which code
	case keyBits(r.csr.PublicKey) < t.MinimalKeySize:
		return certs.CodeKeyLength, "The public key does not meet the minimum size required by the template"
	case t.PrivateKeyFlags&template.PrivateKeyRequireArchival != 0:
		return certs.CodeArchiveKey, "The request is missing a required private key for archival by the server"
	case suppliesSubject && r.csr.Subject.CommonName == "":
		return certs.CodeBadSubject, "The request subject name is invalid"
	case t.RASignatures > 0:
		// PKCS #10 has no place for another signature than the requester's own. A request that has some, but too few, would
		// be CodeSignatureCount; that takes CMC, which this authority does not read.
		return certs.CodeSignaturePolicy, "The request is missing a required signature"
	}
	return 0, ""
}

// isAllowed reports whether a template of the newer key providers takes a key of this algorithm.
func isAllowed(public any, properties []template.Property) bool {
	for _, p := range properties {
		if p.Name == template.PropertyAsymmetricAlgorithm {
			return algorithmOf(public) == strings.Replace(p.Value, "ECDH_", "ECDSA_", 1) // the key is of the same kind
		}
	}
	return true
}

// algorithmOf returns what templates call the algorithm of a key.
func algorithmOf(public any) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ECDSA_P%d", key.Params().BitSize)
	}
	return ""
}

// keyBits returns the length that the template limits; 0 for keys that Windows does not know.
func keyBits(public any) int {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Params().BitSize
	}
	return 0
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

// wantedTemplate is what the extensions of a request say about the template; empty where they say nothing.
type wantedTemplate struct {
	name, oid    string
	major, minor int
}

// templateWanted reads the two extensions that name a template.
func templateWanted(csr *x509.CertificateRequest) (wanted wantedTemplate, err error) {
	for _, extension := range csr.Extensions {
		switch extension.Id.String() {
		case "1.3.6.1.4.1.311.20.2":
			wanted.name, err = bmpString(extension.Value)
		case "1.3.6.1.4.1.311.21.7":
			var information struct {
				ID           asn1.ObjectIdentifier
				Major, Minor int `asn1:"optional"`
			}
			_, err = asn1.Unmarshal(extension.Value, &information)
			wanted.oid, wanted.major, wanted.minor = information.ID.String(), information.Major, information.Minor
		}
		if err != nil {
			return wanted, err
		}
	}
	return wanted, nil
}

func bmpString(der []byte) (string, error) {
	var text asn1.RawValue
	if _, err := asn1.Unmarshal(der, &text); err != nil {
		return "", err
	}
	if text.Tag != asn1.TagBMPString || len(text.Bytes)%2 != 0 {
		return "", errors.New("it is no BMPString")
	}
	var units []uint16
	for rest := text.Bytes; len(rest) > 0; rest = rest[2:] {
		units = append(units, binary.BigEndian.Uint16(rest))
	}
	return string(utf16.Decode(units)), nil
}
