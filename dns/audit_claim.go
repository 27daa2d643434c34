package dns

import (
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// registry is a domain in which everybody can register names by creating a resource.
type registry struct {
	domain string
	// labels is how many stand before the domain: the name, and a region where there is one. Names that are longer carry a
	// hash of their owner, and nobody else can register them.
	labels int
	// unconfirmed says that the service was closed, and that it is not known whether its names can still be registered.
	unconfirmed bool
}

// registries are the domains of the resources that "Prevent dangling DNS entries and avoid subdomain takeover"
// (learn.microsoft.com, azure/security/fundamentals/subdomain-takeover) lists; those of other clouds are from the endpoint
// tables of the Azure developer guides for Azure Government and Azure China. Cloudapp.net belongs to classic cloud services,
// closed on 31 August 2024; azurecloudapp.de to a cloud closed in 2021.
var registries = []registry{
	{domain: "cloudapp.net", labels: 1, unconfirmed: true},
	{domain: "usgovcloudapp.net", labels: 1, unconfirmed: true},
	{domain: "chinacloudapp.cn", labels: 1, unconfirmed: true},
	{domain: "azurecloudapp.de", labels: 1, unconfirmed: true},
	{domain: "cloudapp.azure.com", labels: 2},
	{domain: "cloudapp.usgovcloudapi.net", labels: 2},
	{domain: "cloudapp.chinacloudapi.cn", labels: 2},
	{domain: "trafficmanager.net", labels: 1},
	{domain: "usgovtrafficmanager.net", labels: 1},
	{domain: "trafficmanager.cn", labels: 1},
	{domain: "azurewebsites.net", labels: 1},
	{domain: "azurewebsites.us", labels: 1},
	{domain: "chinacloudsites.cn", labels: 1},
	{domain: "blob.core.windows.net", labels: 1},
	{domain: "blob.core.usgovcloudapi.net", labels: 1},
	{domain: "blob.core.chinacloudapi.cn", labels: 1},
	{domain: "azureedge.net", labels: 1},
	{domain: "azurefd.net", labels: 1},
	{domain: "azure-api.net", labels: 1},
	{domain: "azurecontainer.io", labels: 2},
}

// reserved are top-level domains in which nobody registers names (RFC 2606, RFC 6761, RFC 6762, and the board of ICANN on
// 29 July 2024 for internal).
var reserved = []string{"arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"}

// dangling judges a name that an alias leads to and that does not exist.
func dangling(name string, a *answer) Problem {
	if detail := claimable(name); detail != "" {
		return Problem{Kind: ProblemClaimable, Name: name, Detail: detail}
	}
	if domain := unregistered(name, a); domain != "" {
		detail := "does not exist, nor does " + domain + ", which anybody may be able to register"
		return Problem{Kind: ProblemClaimable, Name: name, Detail: detail}
	}
	return Problem{Kind: ProblemDangling, Name: name, Detail: "does not exist"}
}

// claimable says why anybody can register a name that does not exist; empty if nothing is known to that effect.
func claimable(name string) string {
	for _, r := range registries {
		own, inside := strings.CutSuffix(name, "."+r.domain)
		switch {
		case !inside || strings.Count(own, ".") != r.labels-1:
			continue
		case r.unconfirmed:
			return "does not exist; whether such names can still be registered is unconfirmed"
		}
		return "does not exist, and anybody can register it"
	}
	return ""
}

// unregistered returns the domain of name that a top-level domain says not to exist; empty if it is not the one to say so.
func unregistered(name string, a *answer) string {
	for _, r := range a.authority {
		top := r.owner
		if r.kind != dnsmessage.TypeSOA || top == "" || strings.Contains(top, ".") || slices.Contains(reserved, top) {
			continue
		}
		if own, inside := strings.CutSuffix(name, "."+top); inside {
			return own[strings.LastIndexByte(own, '.')+1:] + "." + top
		}
	}
	return ""
}
