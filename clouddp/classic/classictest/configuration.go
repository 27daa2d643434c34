package classictest

import (
	"encoding/xml"
	"slices"

	"github.com/clouddp/sdk/certs"
)

// configuration is the service configuration (.cscfg) of a deployment.
type configuration struct {
	XMLName     xml.Name `xml:"http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration ServiceConfiguration"`
	ServiceName string   `xml:"serviceName,attr"`
	Roles       []struct {
		Name      string `xml:"name,attr"`
		Instances struct {
			Count int `xml:"count,attr"`
		} `xml:"Instances"`
		Certificates []struct {
			Name       string `xml:"name,attr"`
			Thumbprint string `xml:"thumbprint,attr"`
			Algorithm  string `xml:"thumbprintAlgorithm,attr"`
		} `xml:"Certificates>Certificate"`
	} `xml:"Role"`

	text []byte
}

// readConfiguration reads the configuration of a request: it must have a role, and each role an instance.
func (f fields) readConfiguration() (*configuration, *refusal) {
	text, refused := f.decoded("Configuration")
	if refused != nil {
		return nil, refused
	}
	c := &configuration{text: text}
	if err := xml.Unmarshal(text, c); err != nil || c.ServiceName == "" || len(c.Roles) == 0 {
		return nil, badRequest("The configuration file is not a valid ServiceConfiguration.")
	}
	for _, role := range c.Roles {
		if role.Name == "" || role.Instances.Count < 1 {
			return nil, badRequest("The role %q has no instance.", role.Name)
		}
		for _, certificate := range role.Certificates {
			if _, err := certs.ParseThumbprint(certificate.Thumbprint); err != nil || certificate.Algorithm != "sha1" {
				return nil, badRequest("The certificate %q is not named by a sha1 thumbprint.", certificate.Name)
			}
		}
	}
	return c, nil
}

func (c *configuration) instances() int {
	total := 0
	for _, role := range c.Roles {
		total += role.Instances.Count
	}
	return total
}

func (c *configuration) thumbprints() []certs.Thumbprint {
	var list []certs.Thumbprint
	for _, role := range c.Roles {
		for _, certificate := range role.Certificates {
			if thumbprint, err := certs.ParseThumbprint(certificate.Thumbprint); err == nil {
				list = append(list, thumbprint)
			}
		}
	}
	return list
}

func (c *configuration) uses(thumbprint certs.Thumbprint) bool {
	return slices.Contains(c.thumbprints(), thumbprint)
}

// failureIn returns why a deployment with this configuration fails in a cloud service: a certificate it binds is not
// there, or has no key. The service finds out late.
func (c *configuration) failureIn(hosted *hostedService) *refusal {
	for _, thumbprint := range c.thumbprints() {
		certificate := hosted.certificate(thumbprint)
		switch {
		case certificate == nil:
			return badRequest("The certificate with thumbprint %s was not found.", thumbprint)
		case certificate.tls == nil:
			return badRequest("Certificate with thumbprint %s associated with HTTPS input endpoint does not contain private key.", thumbprint)
		}
	}
	return nil
}
