package classictest

import (
	"net/http"
	"net/url"
	"strings"
)

// handler carries out a request and returns its status and reply, nil for none.
type handler func(x *exchange) (status int, reply any, refused *refusal)

// route is a method and a path; in braces stands what varies.
type route struct {
	method, path string
	handler      handler
}

func routes() []route {
	const (
		services = "{subscription}/services/hostedservices"
		accounts = "{subscription}/services/storageservices"
		slot     = services + "/{service}/deploymentslots/{slot}"
		named    = services + "/{service}/deployments/{deployment}"
	)
	return []route{
		{http.MethodGet, "{subscription}", getSubscription},
		{http.MethodGet, "{subscription}/locations", listLocations},
		{http.MethodGet, "{subscription}/operations/{operation}", getOperation},
		{http.MethodGet, "{subscription}/certificates", listManagementCertificates},
		{http.MethodPost, "{subscription}/certificates", addManagementCertificate},
		{http.MethodGet, "{subscription}/certificates/{thumbprint}", getManagementCertificate},
		{http.MethodDelete, "{subscription}/certificates/{thumbprint}", removeManagementCertificate},
		{http.MethodGet, accounts, listStorageAccounts},
		{http.MethodPost, accounts, createStorageAccount},
		{http.MethodGet, accounts + "/operations/isavailable/{name}", isStorageNameAvailable},
		{http.MethodGet, accounts + "/{account}", getStorageAccount},
		{http.MethodPut, accounts + "/{account}", updateStorageAccount},
		{http.MethodDelete, accounts + "/{account}", deleteStorageAccount},
		{http.MethodGet, services, listHostedServices},
		{http.MethodPost, services, createHostedService},
		{http.MethodGet, services + "/operations/isavailable/{name}", isServiceNameAvailable},
		{http.MethodGet, services + "/{service}", getHostedService},
		{http.MethodPut, services + "/{service}", updateHostedService},
		{http.MethodDelete, services + "/{service}", deleteHostedService},
		{http.MethodGet, services + "/{service}/certificates", listServiceCertificates},
		{http.MethodPost, services + "/{service}/certificates", addServiceCertificate},
		{http.MethodGet, services + "/{service}/certificates/{certificate}", getServiceCertificate},
		{http.MethodDelete, services + "/{service}/certificates/{certificate}", deleteServiceCertificate},
		{http.MethodGet, slot, getDeployment},
		{http.MethodPost, slot, postDeployment},
		{http.MethodDelete, slot, deleteDeployment},
		{http.MethodGet, named, getDeployment},
		{http.MethodPost, named, postDeployment},
		{http.MethodDelete, named, deleteDeployment},
	}
}

// route finds the handler of the request. A slash at the end of the path makes no difference.
func (x *exchange) route() (handler, *refusal) {
	path := strings.Split(strings.Trim(x.request.URL.EscapedPath(), "/"), "/")
	known := false
	for _, r := range routes() {
		vars, ok := match(strings.Split(r.path, "/"), path)
		if ok && r.method == x.request.Method {
			x.vars = vars
			return r.handler, nil
		}
		known = known || ok
	}
	if known {
		return nil, &refusal{400, "InvalidHttpVerb", "The HTTP verb specified was not recognized by the server."}
	}
	return nil, notFound("resource")
}

func match(pattern, path []string) (map[string]string, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	vars := map[string]string{}
	for i, want := range pattern {
		have, err := url.PathUnescape(path[i])
		if err != nil {
			return nil, false
		}
		if name, isVar := strings.CutPrefix(want, "{"); isVar {
			vars[strings.TrimSuffix(name, "}")] = have
		} else if !strings.EqualFold(want, have) {
			return nil, false
		}
	}
	return vars, true
}
