package classictest

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// deployment is what runs in one slot of a cloud service.
type deployment struct {
	name, slot, label string
	configuration     *configuration
	properties        []property
	created           time.Time
	// ready is when the instances have been provisioned.
	ready time.Time
	// started is false for one that is, or will be, Suspended.
	started bool
	// transition is the status while an operation lasts, such as Deploying.
	transition string
	// override replaces the status of every instance.
	override string
}

func (d *deployment) status() string {
	switch {
	case d.transition != "":
		return d.transition
	case d.started:
		return "Running"
	}
	return "Suspended"
}

// instanceStatus follows the clock from CreatingVM to ReadyRole.
func (d *deployment) instanceStatus(now time.Time) string {
	switch {
	case d.override != "":
		return d.override
	case d.transition == "Starting":
		return "StartingVM"
	case !d.started:
		return "StoppedVM"
	case now.Before(d.ready):
		steps := []string{"CreatingVM", "StartingVM", "BusyRole"}
		passed := float64(now.Sub(d.created)) / float64(d.ready.Sub(d.created))
		return steps[min(int(passed*float64(len(steps))), len(steps)-1)]
	case d.transition == "RunningTransitioning":
		return "BusyRole"
	}
	return "ReadyRole"
}

// SetInstanceStatus makes every instance of a cloud service's deployments show status, such as CyclingRole or
// FailedStartingRole, until it is set to the empty string. It reports whether there is a deployment.
func (s *Service) SetInstanceStatus(service, status string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	hosted := s.hosted(service)
	if hosted == nil {
		return false
	}
	for _, d := range hosted.deployments {
		d.override = status
	}
	return len(hosted.deployments) > 0
}

// index returns the place of the deployment that the path names, by slot or by name, or -1.
func (x *exchange) deploymentIndex(hosted *hostedService) int {
	return slices.IndexFunc(hosted.deployments, func(d *deployment) bool {
		if slot := x.vars["slot"]; slot != "" {
			return strings.EqualFold(d.slot, slot)
		}
		return d.name == x.vars["deployment"]
	})
}

func (x *exchange) findDeployment() (*hostedService, *deployment, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return nil, nil, refused
	}
	i := x.deploymentIndex(hosted)
	if i < 0 {
		return nil, nil, notFound("deployment")
	}
	return hosted, hosted.deployments[i], nil
}

type deploymentBody struct {
	XMLName       xml.Name           `xml:"http://schemas.microsoft.com/windowsazure Deployment"`
	Name          string             `xml:"Name"`
	Slot          string             `xml:"DeploymentSlot"`
	PrivateID     string             `xml:"PrivateID"`
	Status        string             `xml:"Status"`
	Label         string             `xml:"Label"`
	URL           string             `xml:"Url"`
	Configuration string             `xml:"Configuration"`
	Instances     []roleInstanceBody `xml:"RoleInstanceList>RoleInstance"`
	Created       string             `xml:"CreatedTime"`
	Extended      *extended          `xml:"ExtendedProperties,omitempty"`
}

type roleInstanceBody struct {
	RoleName       string
	InstanceName   string
	InstanceStatus string
	InstanceSize   string
}

func getDeployment(x *exchange) (int, any, *refusal) {
	hosted, d, refused := x.findDeployment()
	if refused != nil {
		return 0, nil, refused
	}
	body := &deploymentBody{
		Name:          d.name,
		Slot:          d.slot,
		PrivateID:     fmt.Sprintf("%032x", d.created.Unix()),
		Status:        d.status(),
		Label:         base64Text([]byte(d.label)),
		URL:           "http://" + hosted.name + ".cloudapp.net/",
		Configuration: base64Text(d.configuration.text),
		Created:       timeText(d.created),
		Extended:      newExtended(d.properties),
	}
	for _, role := range d.configuration.Roles {
		for i := range role.Instances.Count {
			name := fmt.Sprintf("%s_IN_%d", role.Name, i)
			body.Instances = append(body.Instances, roleInstanceBody{role.Name, name, d.instanceStatus(x.now), "ExtraSmall"})
		}
	}
	return http.StatusOK, body, nil
}

func postDeployment(x *exchange) (int, any, *refusal) {
	switch comp := x.request.URL.Query().Get("comp"); comp {
	case "":
		return createDeployment(x)
	case "config":
		return changeConfiguration(x)
	case "status":
		return updateStatus(x)
	}
	return 0, nil, &refusal{400, "MissingOrInvalidRequiredQueryParameter", "A required query parameter was not specified for this request or was specified incorrectly."}
}

func createDeployment(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return 0, nil, refused
	}
	f, refused := x.contract("CreateDeployment",
		required("Name"), required("PackageUrl"), required("Label"), required("Configuration"), optional("StartDeployment"),
		optional("TreatWarningsAsError"), optional("ExtendedProperties"), optional("ExtensionConfiguration"))
	if refused != nil {
		return 0, nil, refused
	}
	d, refused := x.newDeployment(f)
	switch {
	case refused != nil:
		return 0, nil, refused
	case x.deploymentIndex(hosted) >= 0:
		return 0, nil, conflict("The specified deployment slot %s is occupied.", d.slot)
	case x.cores()+d.configuration.instances() > x.maxCores():
		return 0, nil, exceeded("cores count", x.maxCores(), x.cores(), d.configuration.instances())
	}
	hosted.deployments = append(hosted.deployments, d)
	hosted.pending = x.start(d.configuration.failureIn(hosted), func() { d.transition = "" }, func() { hosted.drop(d) })
	return http.StatusAccepted, nil, nil
}

func (x *exchange) newDeployment(f fields) (*deployment, *refusal) {
	slot, refused := x.slot()
	if refused != nil {
		return nil, refused
	}
	if refused := x.checkPackage(f.text("PackageUrl")); refused != nil {
		return nil, refused
	}
	configuration, refused := f.readConfiguration()
	if refused != nil {
		return nil, refused
	}
	label, refused := f.decoded("Label")
	if refused != nil {
		return nil, refused
	}
	properties, refused := f.properties(25)
	if refused != nil {
		return nil, refused
	}
	return &deployment{
		name: f.text("Name"), slot: slot, label: string(label), configuration: configuration, properties: properties,
		created: x.now, ready: x.now.Add(x.ProvisionTime), started: f.text("StartDeployment") == "true", transition: "Deploying",
	}, nil
}

func (x *exchange) slot() (string, *refusal) {
	for _, slot := range []string{"Production", "Staging"} {
		if strings.EqualFold(slot, x.vars["slot"]) {
			return slot, nil
		}
	}
	return "", badRequest("The deployment slot must be production or staging.")
}

// checkPackage accepts a blob of an account of the subscription, or a signed URL of any.
func (x *exchange) checkPackage(location string) *refusal {
	address, err := url.Parse(location)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return badRequest("The package URL is invalid.")
	}
	account, _, _ := strings.Cut(address.Host, ".")
	if own := x.account(account); (own == nil || own.status != statusCreated) && !address.Query().Has("sig") {
		return badRequest("The package cannot be accessed.")
	}
	return nil
}

func changeConfiguration(x *exchange) (int, any, *refusal) {
	hosted, d, refused := x.findDeployment()
	if refused != nil {
		return 0, nil, refused
	}
	f, refused := x.contract("ChangeConfiguration",
		required("Configuration"), optional("TreatWarningsAsError"), optional("Mode"), optional("ExtendedProperties"), optional("ExtensionConfiguration"))
	if refused != nil {
		return 0, nil, refused
	}
	configuration, refused := f.readConfiguration()
	if refused != nil {
		return 0, nil, refused
	}
	properties, refused := f.properties(25)
	if refused != nil {
		return 0, nil, refused
	}
	if more := configuration.instances() - d.configuration.instances(); x.cores()+more > x.maxCores() {
		return 0, nil, exceeded("cores count", x.maxCores(), x.cores(), more)
	}
	d.transition = "SuspendedTransitioning"
	if d.started {
		d.transition = "RunningTransitioning"
	}
	change := func() { d.configuration, d.properties, d.transition = configuration, properties, "" }
	hosted.pending = x.start(configuration.failureIn(hosted), change, func() { d.transition = "" })
	return http.StatusAccepted, nil, nil
}

func updateStatus(x *exchange) (int, any, *refusal) {
	hosted, d, refused := x.findDeployment()
	if refused != nil {
		return 0, nil, refused
	}
	f, refused := x.contract("UpdateDeploymentStatus", required("Status"))
	if refused != nil {
		return 0, nil, refused
	}
	wanted := f.text("Status")
	switch wanted {
	case "Running":
		d.transition = "Starting"
	case "Suspended":
		d.transition = "Suspending"
	default:
		return 0, nil, badRequest("The status must be Running or Suspended.")
	}
	change := func() { d.started, d.transition = wanted == "Running", "" }
	hosted.pending = x.start(nil, change, func() { d.transition = "" })
	return http.StatusAccepted, nil, nil
}

func deleteDeployment(x *exchange) (int, any, *refusal) {
	hosted, d, refused := x.findDeployment()
	if refused != nil {
		return 0, nil, refused
	}
	d.transition = "Deleting"
	hosted.pending = x.start(nil, func() { hosted.drop(d) }, func() { d.transition = "" })
	return http.StatusAccepted, nil, nil
}

func (h *hostedService) drop(gone *deployment) {
	h.deployments = slices.DeleteFunc(h.deployments, func(d *deployment) bool { return d == gone })
}
