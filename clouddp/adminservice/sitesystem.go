package adminservice

import (
	"context"
	"iter"
	"strings"
)

// RoleDistributionPoint is the role of distribution points.
const RoleDistributionPoint = "SMS Distribution Point"

// SiteSystem is a role that a server or service plays for a site (SMS_SCI_SysResUse): what the site is configured to
// have.
type SiteSystem struct {
	// Role is the role, such as [RoleDistributionPoint].
	Role string
	// SiteCode is the site.
	SiteCode string
	// NALPath is how the site addresses the system, NALType what kind of one it is.
	NALPath, NALType string
	// NetworkPath is the server, such as \\CM1.contoso.com.
	NetworkPath string
	// Properties configure the role, by name.
	Properties map[string]Property
	// Raw are all properties of the class as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// Property is one embedded property of a [SiteSystem]; which of the values counts depends on its name.
type Property struct {
	// Value is a number, Value1 and Value2 are text.
	Value          uint32
	Value1, Value2 string
}

// SiteSystems yields the systems that play a role, or all if role is empty; an error is the last pair.
func (s *Site) SiteSystems(ctx context.Context, role string) iter.Seq2[SiteSystem, error] {
	l := listing{
		class: "SMS_SCI_SysResUse", keys: []string{"ItemName", "ItemType", "FileType", "SiteCode"},
		filter: equalText("RoleName", role),
	}
	return read(ctx, s, l, func(r *row) SiteSystem {
		return SiteSystem{
			Role: r.text("RoleName"), SiteCode: r.text("SiteCode"), NALPath: r.text("NALPath"), NALType: r.text("NALType"),
			NetworkPath: r.text("NetworkOSPath"), Properties: propertiesOf(r), Raw: r.raw,
		}
	}, func(system SiteSystem) bool { return role == "" || strings.EqualFold(system.Role, role) })
}

func propertiesOf(r *row) map[string]Property {
	properties := map[string]Property{}
	for _, embedded := range r.rows("Props") {
		name := embedded.text("PropertyName")
		properties[name] = Property{embedded.bits("Value"), embedded.text("Value1"), embedded.text("Value2")}
		if embedded.err != nil && r.err == nil {
			r.err = embedded.err
		}
	}
	return properties
}
