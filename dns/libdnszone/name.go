package libdnszone

import (
	"strings"

	"github.com/clouddp/sdk/dns"
)

// The helpers of package libdns are not used: RelativeName("notcontoso.com", "contoso.com.") is "not", and case makes a
// difference to it.

// absolute returns the canonical name of an owner as a provider writes it. libdns asks for names relative to the zone;
// providers also return absolute ones, with or without the trailing dot. A name that cannot be one of ours is not ok.
func absolute(owner, apex string) (name string, ok bool) {
	if owner == "" || owner == "@" {
		return apex, true
	}
	name, err := dns.CanonicalName(owner)
	if err != nil {
		return "", false
	}
	if strings.HasSuffix(owner, ".") || dns.Within(name, apex) {
		return name, true
	}
	name, err = dns.CanonicalName(name + "." + apex)
	return name, err == nil
}

// relative returns a canonical name inside the zone as libdns asks for it.
func relative(name, apex string) string {
	if name == apex {
		return "@"
	}
	return strings.TrimSuffix(name, "."+apex)
}
