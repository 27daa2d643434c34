package clouddp

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// Spec describes one cloud distribution point. It is pure data: it holds no secret and encodes as JSON. Everything
// the library creates has a name derived from it, so the same Spec always converges on the same resources.
type Spec struct {
	// ServiceFQDN is the name clients use and the common name of the service certificate, for example
	// clouddp.contoso.com. Its first label names the cloud service and the storage account: 3 to 24 lower-case letters
	// and digits, a letter first. Required.
	ServiceFQDN string `json:"serviceFQDN"`
	// Subscription is the Azure subscription id, a GUID. Required.
	Subscription string `json:"subscription"`
	// Region is the Azure region as the cloud spells it, for example "West Europe". Required.
	Region string `json:"region"`
	// SiteCode is the three-character code of the primary site. Required.
	SiteCode string `json:"siteCode"`
	// Description is shown in the cloud, at most 1024 characters.
	Description string `json:"description,omitempty"`
	// Owner marks the resources as ours; empty means SiteCode/ServiceFQDN. At most 255 printable ASCII characters.
	Owner string `json:"owner,omitempty"`
	// Thumbprint is the service certificate wanted. Create sets it from [Client.Certificate] when it is zero.
	Thumbprint certs.Thumbprint `json:"thumbprint"`
	// Stopped is true for a service that exists but serves nobody.
	Stopped bool `json:"stopped,omitempty"`
	// Instances is the number of role instances, 1 to 16; 0 means 2, what Configuration Manager deploys.
	Instances int `json:"instances,omitempty"`
	// StorageAccount overrides the derived name of the storage account; same rules as the first label of ServiceFQDN.
	StorageAccount string `json:"storageAccount,omitempty"`
	// Alerts are the thresholds for [Client.Watch].
	Alerts Alerts `json:"alerts"`
	// Tags are further marks for the cloud, where it has room for them; at most 10, names of letters, digits and '_'.
	Tags map[string]string `json:"tags,omitempty"`
}

// Names are the names derived from a Spec.
type Names struct {
	// ServiceFQDN is the normalised alias: lower case, no trailing dot.
	ServiceFQDN string
	// Service is the name of the cloud service, without the cloud's suffix.
	Service string
	// StorageAccount is the name of the storage account.
	StorageAccount string
}

// Names returns the names derived from s, which need not be valid; nil has none.
func (s *Spec) Names() Names {
	if s == nil {
		return Names{}
	}
	fqdn := normalName(s.ServiceFQDN)
	service, _, _ := cutLabel(fqdn)
	account := s.StorageAccount
	if account == "" {
		account = service
	}
	return Names{ServiceFQDN: fqdn, Service: service, StorageAccount: account}
}

// OwnerMark returns Owner or its default; nil has none.
func (s *Spec) OwnerMark() string {
	if s == nil {
		return ""
	}
	if s.Owner != "" {
		return s.Owner
	}
	return s.SiteCode + "/" + s.Names().ServiceFQDN
}

// InstanceCount returns Instances or its default.
func (s *Spec) InstanceCount() int {
	if s == nil || s.Instances == 0 {
		return 2
	}
	return s.Instances
}

// Validate returns an [*InvalidError] listing everything wrong with s, or nil.
func (s *Spec) Validate() error {
	if s == nil {
		return errs.Invalid("clouddp: spec", "s", "is nil")
	}
	e := &errs.InvalidError{Subject: "clouddp: spec"}
	s.validateNames(e)
	if !guid.MatchString(s.Subscription) {
		e.Add("Subscription", "%q is not a GUID such as 00000000-0000-0000-0000-000000000000", s.Subscription)
	}
	if strings.TrimSpace(s.Region) == "" || len(s.Region) > 64 {
		e.Add("Region", "name the Azure region, for example \"West Europe\"")
	}
	if !siteCode.MatchString(s.SiteCode) {
		e.Add("SiteCode", "%q is not three letters or digits", s.SiteCode)
	}
	if len([]rune(s.Description)) > 1024 || hasControl(s.Description) {
		e.Add("Description", "use at most 1024 characters, none of them control characters")
	}
	if !ownerMark.MatchString(s.OwnerMark()) {
		e.Add("Owner", "use 1 to 255 printable ASCII characters")
	}
	if s.Instances < 0 || s.Instances > 16 {
		e.Add("Instances", "%d is not 1 to 16 (or 0 for the default of 2)", s.Instances)
	}
	s.validateTags(e)
	s.Alerts.validate(e)
	return e.Err()
}

func (s *Spec) validateNames(e *errs.InvalidError) {
	names := s.Names()
	if !fqdnForm.MatchString(names.ServiceFQDN) || len(names.ServiceFQDN) > 64 {
		e.Add("ServiceFQDN", "%q is not a host name of three labels or more, in ASCII and at most 64 characters", s.ServiceFQDN)
	}
	if !serviceLabel.MatchString(names.Service) {
		e.Add("ServiceFQDN", "first label %q must be 3 to 24 lower-case letters and digits, a letter first: it names the storage account", names.Service)
	}
	if s.StorageAccount != "" && !accountName.MatchString(s.StorageAccount) {
		e.Add("StorageAccount", "%q must be 3 to 24 lower-case letters and digits", s.StorageAccount)
	}
}

func (s *Spec) validateTags(e *errs.InvalidError) {
	if len(s.Tags) > 10 {
		e.Add("Tags", "%d tags; at most 10 fit every cloud", len(s.Tags))
	}
	for name, value := range s.Tags {
		if !tagName.MatchString(name) || len(value) > 255 || hasControl(value) {
			e.Add("Tags", "%q: names begin with a letter and hold up to 64 letters, digits and '_'; values hold up to 255 bytes", name)
		}
	}
}

// clone returns a copy that shares nothing with s.
func (s *Spec) clone() *Spec {
	c := *s
	c.Tags = maps.Clone(s.Tags)
	return &c
}

// normalised returns a copy with the service FQDN in its canonical form.
func (s *Spec) normalised() *Spec {
	c := s.clone()
	c.ServiceFQDN = c.Names().ServiceFQDN
	return c
}

// String returns s as JSON.
func (s *Spec) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "clouddp: spec: " + err.Error()
	}
	return string(text)
}

func normalName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// cutLabel splits the first label off a host name.
func cutLabel(name string) (label, rest string, found bool) {
	return strings.Cut(normalName(name), ".")
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' })
}

var (
	guid         = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	siteCode     = regexp.MustCompile(`^[0-9A-Za-z]{3}$`)
	fqdnForm     = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){2,}[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	serviceLabel = regexp.MustCompile(`^[a-z][a-z0-9]{2,23}$`)
	accountName  = regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	ownerMark    = regexp.MustCompile(`^[ -~]{1,255}$`)
	tagName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
)
