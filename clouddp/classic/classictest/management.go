package classictest

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/xml"
	"net/http"
	"slices"

	"github.com/clouddp/sdk/certs"
)

type managementCertificatesBody struct {
	XMLName      xml.Name                    `xml:"http://schemas.microsoft.com/windowsazure SubscriptionCertificates"`
	Certificates []managementCertificateBody `xml:"SubscriptionCertificate"`
}

type managementCertificateBody struct {
	XMLName    xml.Name `xml:"http://schemas.microsoft.com/windowsazure SubscriptionCertificate"`
	PublicKey  string   `xml:"SubscriptionCertificatePublicKey"`
	Thumbprint string   `xml:"SubscriptionCertificateThumbprint"`
	Data       string   `xml:"SubscriptionCertificateData"`
	Created    string   `xml:"Created"`
}

func (m managementCertificate) body() managementCertificateBody {
	body := managementCertificateBody{
		Thumbprint: certs.ThumbprintOf(m.certificate).String(),
		Data:       base64Text(m.certificate.Raw),
		Created:    timeText(m.created),
	}
	if public, ok := m.certificate.PublicKey.(*rsa.PublicKey); ok {
		body.PublicKey = base64Text(x509.MarshalPKCS1PublicKey(public))
	}
	return body
}

func listManagementCertificates(x *exchange) (int, any, *refusal) {
	body := &managementCertificatesBody{}
	for _, m := range x.management {
		body.Certificates = append(body.Certificates, m.body())
	}
	return http.StatusOK, body, nil
}

// find returns the index of the management certificate that the path names.
func (x *exchange) findManagement() (int, *refusal) {
	thumbprint, err := certs.ParseThumbprint(x.vars["thumbprint"])
	if err != nil {
		return 0, badRequest("The thumbprint is invalid.")
	}
	i := x.managementIndex(thumbprint)
	if i < 0 {
		return 0, notFound("management certificate")
	}
	return i, nil
}

func getManagementCertificate(x *exchange) (int, any, *refusal) {
	i, refused := x.findManagement()
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, x.management[i].body(), nil
}

func removeManagementCertificate(x *exchange) (int, any, *refusal) {
	i, refused := x.findManagement()
	if refused != nil {
		return 0, nil, refused
	}
	x.management = slices.Delete(x.management, i, i+1)
	return http.StatusOK, nil, nil
}

func addManagementCertificate(x *exchange) (int, any, *refusal) {
	certificate, refused := x.uploadedCertificate()
	switch {
	case refused != nil:
		return 0, nil, refused
	case x.managementIndex(certs.ThumbprintOf(certificate)) >= 0:
		return 0, nil, conflict("The management certificate with thumbprint %s already exists.", certs.ThumbprintOf(certificate))
	case len(x.management) >= x.maxManagement():
		return 0, nil, exceeded("management certificates count", x.maxManagement(), len(x.management), 1)
	}
	x.management = append(x.management, managementCertificate{certificate, x.now})
	return http.StatusOK, nil, nil
}

// uploadedCertificate returns the certificate of the request, whose three elements must agree.
func (x *exchange) uploadedCertificate() (*x509.Certificate, *refusal) {
	f, refused := x.contract("SubscriptionCertificate",
		required("SubscriptionCertificatePublicKey"),
		required("SubscriptionCertificateThumbprint"),
		required("SubscriptionCertificateData"))
	if refused != nil {
		return nil, refused
	}
	data, refused := f.decoded("SubscriptionCertificateData")
	if refused != nil {
		return nil, refused
	}
	key, refused := f.decoded("SubscriptionCertificatePublicKey")
	if refused != nil {
		return nil, refused
	}
	certificate, err := x509.ParseCertificate(data)
	if err != nil {
		return nil, badRequest("The certificate data is invalid.")
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || !bytes.Equal(key, x509.MarshalPKCS1PublicKey(public)) {
		return nil, badRequest("The public key is not the RSA key of the certificate.")
	}
	if f.text("SubscriptionCertificateThumbprint") != certs.ThumbprintOf(certificate).String() {
		return nil, badRequest("The thumbprint is not that of the certificate.")
	}
	return certificate, nil
}
