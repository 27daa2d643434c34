package classictest

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// hostedService is a cloud service with what is in it.
type hostedService struct {
	description
	name, location, reverseDNS string
	created, modified          time.Time
	certificates               []*serviceCertificate
	deployments                []*deployment
	// pending is the operation that requires exclusive access.
	pending *operation
}

var serviceName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

type hostedServicesBody struct {
	XMLName  xml.Name            `xml:"http://schemas.microsoft.com/windowsazure HostedServices"`
	Services []hostedServiceBody `xml:"HostedService"`
}

type hostedServiceBody struct {
	XMLName    xml.Name             `xml:"http://schemas.microsoft.com/windowsazure HostedService"`
	URL        string               `xml:"Url"`
	Name       string               `xml:"ServiceName"`
	Properties hostedPropertiesBody `xml:"HostedServiceProperties"`
}

type hostedPropertiesBody struct {
	Description      string
	Location         string
	Label            string
	Status           string
	DateCreated      string
	DateLastModified string
	Extended         *extended `xml:"ExtendedProperties,omitempty"`
	ReverseDNS       string    `xml:"ReverseDnsFqdn,omitempty"`
}

func (h *hostedService) body(x *exchange) hostedServiceBody {
	return hostedServiceBody{
		URL:  "https://" + x.request.Host + "/" + x.vars["subscription"] + "/services/hostedservices/" + h.name,
		Name: h.name,
		Properties: hostedPropertiesBody{
			Description:      h.text,
			Location:         h.location,
			Label:            base64Text([]byte(h.label)),
			Status:           statusCreated,
			DateCreated:      timeText(h.created),
			DateLastModified: timeText(h.modified),
			Extended:         newExtended(h.properties),
			ReverseDNS:       h.reverseDNS,
		},
	}
}

// findHosted returns the cloud service that the path names; for a write it must not be busy.
func (x *exchange) findHosted() (*hostedService, *refusal) {
	hosted := x.hosted(x.vars["service"])
	switch {
	case hosted == nil:
		return nil, notFound("hosted service")
	case x.writes() && hosted.pending != nil && !hosted.pending.ended:
		return nil, exclusive(hosted.pending.id)
	}
	return hosted, nil
}

func listHostedServices(x *exchange) (int, any, *refusal) {
	body := &hostedServicesBody{}
	for _, h := range x.services {
		body.Services = append(body.Services, h.body(x))
	}
	return http.StatusOK, body, nil
}

func getHostedService(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, hosted.body(x), nil
}

func isServiceNameAvailable(x *exchange) (int, any, *refusal) {
	return http.StatusOK, available(x.serviceNameProblem(x.vars["name"])), nil
}

func (x *exchange) serviceNameProblem(name string) string {
	switch {
	case !serviceName.MatchString(name):
		return "The hosted service name is invalid."
	case x.hosted(name) != nil || x.isTaken(name):
		return "The specified DNS name is already taken."
	}
	return ""
}

func createHostedService(x *exchange) (int, any, *refusal) {
	f, refused := x.contract("CreateHostedService",
		required("ServiceName"), required("Label"), optional("Description"), optional("Location"), optional("AffinityGroup"),
		optional("ExtendedProperties"), optional("ReverseDnsFqdn"))
	if refused != nil {
		return 0, nil, refused
	}
	description, refused := f.description()
	if refused != nil {
		return 0, nil, refused
	}
	location, refused := x.place(f)
	if refused != nil {
		return 0, nil, refused
	}
	name := f.text("ServiceName")
	if problem := x.serviceNameProblem(name); problem != "" {
		return 0, nil, conflict("%s", problem)
	}
	if len(x.services) >= x.maxHostedServices() {
		return 0, nil, exceeded("hosted services count", x.maxHostedServices(), len(x.services), 1)
	}
	x.services = append(x.services, &hostedService{
		description: description, name: name, location: location,
		reverseDNS: f.text("ReverseDnsFqdn"), created: x.now, modified: x.now,
	})
	x.publish(name, true)
	return http.StatusCreated, nil, nil
}

// updateHostedService replaces everything that can change: what the request omits is gone.
func updateHostedService(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	if refused != nil {
		return 0, nil, refused
	}
	f, refused := x.contract("UpdateHostedService",
		optional("Label"), optional("Description"), optional("ReverseDnsFqdn"), optional("ExtendedProperties"))
	if refused != nil {
		return 0, nil, refused
	}
	description, refused := f.description()
	if refused != nil {
		return 0, nil, refused
	}
	hosted.description, hosted.reverseDNS, hosted.modified = description, f.text("ReverseDnsFqdn"), x.now
	return http.StatusOK, nil, nil
}

// deleteHostedService takes the certificates along; a deployment must have gone before.
func deleteHostedService(x *exchange) (int, any, *refusal) {
	hosted, refused := x.findHosted()
	switch {
	case refused != nil:
		return 0, nil, refused
	case len(hosted.deployments) > 0:
		return 0, nil, conflict("The hosted service %s contains deployments.", hosted.name)
	}
	x.services = slices.DeleteFunc(x.services, func(h *hostedService) bool { return h == hosted })
	x.publish(hosted.name, false)
	return http.StatusOK, nil, nil
}
