package classictest

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// serviceCertificate is a certificate of a cloud service. It has a key only if it was uploaded as .pfx.
type serviceCertificate struct {
	leaf *x509.Certificate
	tls  *tls.Certificate
}

func (c *serviceCertificate) thumbprint() certs.Thumbprint { return certs.ThumbprintOf(c.leaf) }

func (c *serviceCertificate) name() string { return "sha1-" + c.thumbprint().String() }

func (h *hostedService) certificate(thumbprint certs.Thumbprint) *serviceCertificate {
	i := slices.IndexFunc(h.certificates, func(c *serviceCertificate) bool { return c.thumbprint() == thumbprint })
	if i < 0 {
		return nil
	}
	return h.certificates[i]
}

type serviceCertificatesBody struct {
	XMLName      xml.Name                 `xml:"http://schemas.microsoft.com/windowsazure Certificates"`
	Certificates []serviceCertificateBody `xml:"Certificate"`
}

type serviceCertificateBody struct {
	XMLName    xml.Name `xml:"http://schemas.microsoft.com/windowsazure Certificate"`
	URL        string   `xml:"CertificateUrl,omitempty"`
	Thumbprint string   `xml:"Thumbprint,omitempty"`
	Algorithm  string   `xml:"ThumbprintAlgorithm,omitempty"`
	Data       string   `xml:"Data"`
}

func listServiceCertificates(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return 0, nil, refused
	}
	body := &serviceCertificatesBody{}
	for _, c := range hosted.certificates {
		body.Certificates = append(body.Certificates, serviceCertificateBody{
			URL:        "https://" + x.request.Host + x.request.URL.Path + "/" + c.name(),
			Thumbprint: c.thumbprint().String(),
			Algorithm:  "sha1",
			Data:       base64Text(c.leaf.Raw),
		})
	}
	return http.StatusOK, body, nil
}

// findCertificate returns the certificate that the path names by algorithm and thumbprint.
func (x *exchange) findCertificate() (*hostedService, *serviceCertificate, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return nil, nil, refused
	}
	algorithm, digits, _ := strings.Cut(x.vars["certificate"], "-")
	thumbprint, err := certs.ParseThumbprint(digits)
	if err != nil || algorithm != "sha1" {
		return nil, nil, badRequest("The certificate must be named by algorithm and thumbprint.")
	}
	certificate := hosted.certificate(thumbprint)
	if certificate == nil {
		return nil, nil, notFound("service certificate")
	}
	return hosted, certificate, nil
}

func getServiceCertificate(x *exchange) (int, any, *refusal) {
	_, certificate, refused := x.findCertificate()
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, &serviceCertificateBody{Data: base64Text(certificate.leaf.Raw)}, nil
}

func deleteServiceCertificate(x *exchange) (int, any, *refusal) {
	hosted, certificate, refused := x.findCertificate()
	if refused != nil {
		return 0, nil, refused
	}
	for _, d := range hosted.deployments {
		if d.configuration.uses(certificate.thumbprint()) {
			return 0, nil, conflict("The certificate with thumbprint %s is in use by deployment %s.", certificate.thumbprint(), d.name)
		}
	}
	remove := func() {
		hosted.certificates = slices.DeleteFunc(hosted.certificates, func(c *serviceCertificate) bool { return c == certificate })
	}
	hosted.pending = x.start(nil, remove, func() {})
	return http.StatusAccepted, nil, nil
}

func addServiceCertificate(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return 0, nil, refused
	}
	f, refused := x.contract("CertificateFile", required("Data"), required("CertificateFormat"), optional("Password"))
	if refused != nil {
		return 0, nil, refused
	}
	data, refused := f.decoded("Data")
	if refused != nil {
		return 0, nil, refused
	}
	certificate, refused := openCertificate(f.text("CertificateFormat"), data, f.text("Password"))
	if refused != nil {
		return 0, nil, refused
	}
	keep := func() {
		same := func(c *serviceCertificate) bool { return c.thumbprint() == certificate.thumbprint() }
		hosted.certificates = append(slices.DeleteFunc(hosted.certificates, same), certificate)
	}
	hosted.pending = x.start(nil, keep, func() {})
	return http.StatusAccepted, nil, nil
}

// openCertificate reads an uploaded file: a .cer, or a .pfx with its password and in the old encryption.
func openCertificate(format string, data []byte, password string) (*serviceCertificate, *refusal) {
	switch format {
	case "cer":
		leaf, err := certs.ParseCER(data)
		if err != nil {
			return nil, badRequest("The certificate data is invalid.")
		}
		return &serviceCertificate{leaf: leaf}, acceptable(leaf)
	case "pfx":
		bundle, err := certs.ParsePFX(data, certs.StaticPassword(password))
		if err != nil || modernEncryption(data) {
			return nil, badRequest("The certificate data is invalid or the password is incorrect.")
		}
		pair := bundle.TLS()
		return &serviceCertificate{bundle.Leaf, &pair}, acceptable(bundle.Leaf)
	}
	return nil, badRequest("The certificate format %q is not supported.", format)
}

// modernEncryption reports whether a .pfx is encrypted with PBES2, that is with AES, which the service cannot open. The
// bytes are the object identifier 1.2.840.113549.1.5.13.
func modernEncryption(pfx []byte) bool {
	return bytes.Contains(pfx, []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d})
}

// acceptable holds a certificate to the documented minimum: RSA of 2048 bits.
func acceptable(leaf *x509.Certificate) *refusal {
	if public, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || public.N.BitLen() < 2048 {
		return badRequest("The certificate must have an RSA key of at least 2048 bits.")
	}
	return nil
}
