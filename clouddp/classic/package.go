package classic

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// Package is the cloud service package that the instances of a deployment run, and the names its service definition
// uses. The zero value is what classictest expects.
type Package struct {
	// URL returns where the .cspkg lies once the storage account exists: a blob of that account, or any https URL with a
	// shared access signature. The URL is a secret if it is signed. Nil means packages/clouddp.cspkg in the
	// blob service of the storage account.
	URL func(ctx context.Context, storageAccount string) (string, error)
	// Role is the name of the role; empty means CloudDistributionPoint.
	Role string
	// Certificate is the name of the service certificate in the role; empty means ServiceCertificate.
	Certificate string
	// Settings are configuration settings of the role. They are readable to everybody who may read the deployment.
	Settings map[string]string
}

func (p *Package) validate(e *errs.InvalidError) {
	for name, value := range p.Settings {
		if name == "" || strings.ContainsFunc(name+value, func(r rune) bool { return r < ' ' || r == '\ufffd' }) {
			e.Add("Package.Settings", "%q has no name or holds control characters", name)
		}
	}
}

func (p *Package) role() string        { return orDefault(p.Role, "CloudDistributionPoint") }
func (p *Package) certificate() string { return orDefault(p.Certificate, "ServiceCertificate") }

// configuration is the service configuration (.cscfg) of a deployment, as documented by Microsoft in "Azure Cloud
// Services Config Schema (classic)".
type configuration struct {
	XMLName     xml.Name            `xml:"http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration ServiceConfiguration"`
	ServiceName string              `xml:"serviceName,attr"`
	OSFamily    string              `xml:"osFamily,attr,omitempty"`
	OSVersion   string              `xml:"osVersion,attr,omitempty"`
	Roles       []roleConfiguration `xml:"Role"`
}

type roleConfiguration struct {
	Name         string             `xml:"name,attr"`
	Instances    instances          `xml:"Instances"`
	Settings     []setting          `xml:"ConfigurationSettings>Setting"`
	Certificates []boundCertificate `xml:"Certificates>Certificate"`
}

type instances struct {
	Count int `xml:"count,attr"`
}

type setting struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type boundCertificate struct {
	Name       string `xml:"name,attr"`
	Thumbprint string `xml:"thumbprint,attr"`
	Algorithm  string `xml:"thumbprintAlgorithm,attr"`
}

// configure returns the service configuration that spec asks for.
func (p *Package) configure(spec *clouddp.Spec) *configuration {
	role := roleConfiguration{
		Name:      p.role(),
		Instances: instances{Count: spec.InstanceCount()},
		Certificates: []boundCertificate{
			{Name: p.certificate(), Thumbprint: spec.Thumbprint.String(), Algorithm: "sha1"},
		},
	}
	for _, name := range slices.Sorted(maps.Keys(p.Settings)) {
		role.Settings = append(role.Settings, setting{Name: name, Value: p.Settings[name]})
	}
	return &configuration{
		ServiceName: spec.Names().Service,
		OSFamily:    "6",
		OSVersion:   "*",
		Roles:       []roleConfiguration{role},
	}
}

func (c *configuration) encode() (encoded, error) {
	text, err := xml.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("classic: service configuration: %w", err)
	}
	return append([]byte(xml.Header), text...), nil
}

// parseConfiguration returns what a deployment is configured with; what cannot be read is empty and so drifts.
func parseConfiguration(text encoded) *configuration {
	var c configuration
	if decode(text, &c) != nil {
		return &configuration{}
	}
	return &c
}

// uses reports whether any role binds the certificate.
func (c *configuration) uses(thumbprint certs.Thumbprint) bool {
	return slices.ContainsFunc(c.Roles, func(r roleConfiguration) bool {
		return slices.ContainsFunc(r.Certificates, func(b boundCertificate) bool { return b.names(thumbprint) })
	})
}

func (b boundCertificate) names(thumbprint certs.Thumbprint) bool {
	bound, err := certs.ParseThumbprint(b.Thumbprint)
	return err == nil && bound == thumbprint
}

func (c *configuration) role(name string) roleConfiguration {
	for _, r := range c.Roles {
		if r.Name == name {
			return r
		}
	}
	return roleConfiguration{}
}

// drift lists what differs from wanted in its one role.
func (c *configuration) drift(wanted *configuration, thumbprint certs.Thumbprint) []string {
	want := wanted.Roles[0]
	have := c.role(want.Name)
	var drift []string
	if have.Instances != want.Instances {
		drift = append(drift, fmt.Sprintf("%d instances, wanted %d", have.Instances.Count, want.Instances.Count))
	}
	bound := slices.ContainsFunc(have.Certificates, func(b boundCertificate) bool {
		return b.Name == want.Certificates[0].Name && b.names(thumbprint)
	})
	if !bound {
		drift = append(drift, "certificate "+thumbprint.String()+" is not bound")
	}
	if !slices.Equal(have.Settings, want.Settings) {
		drift = append(drift, "settings differ")
	}
	return drift
}
