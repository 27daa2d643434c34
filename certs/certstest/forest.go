package certstest

import (
	"maps"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs/template"
)

// Forest is what the directory of a [CA] holds.
type Forest struct {
	// OID is the object identifier below which the forest makes its own. It does not change.
	OID string
	// Domain is the security identifier of the domain. It does not change.
	Domain template.SID
	// Templates are the templates, by name in ascending order.
	Templates []StoredTemplate
	// OIDs are the object identifiers registered for templates, in ascending order.
	OIDs []template.ObjectIdentifier
	// Published are the names of the templates that the authority issues.
	Published []string
	// Groups are the groups of the domain by name, in lower case. They do not change.
	Groups map[string]template.SID
}

// StoredTemplate is a template as the directory stores it.
type StoredTemplate struct {
	// Name is the common name.
	Name string
	// Attributes are those of [template.Template.Attributes]. They must be ones that [template.ParseAttributes] reads.
	Attributes []template.Attribute
	// Security says who may do what.
	Security template.SecurityDescriptor
}

// Forest returns a copy of what the directory holds.
func (ca *CA) Forest() Forest {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	f := Forest{
		OID: ca.base, Domain: template.SID(ca.domain), Published: slices.Clone(ca.published), Groups: maps.Clone(ca.groups),
		OIDs: ca.templateOIDs(),
	}
	for _, name := range slices.Sorted(maps.Keys(ca.templates)) {
		o := ca.templates[name]
		f.Templates = append(f.Templates, StoredTemplate{o.name, cloneAttributes(o.attributes), o.security})
	}
	return f
}

// SetForest replaces templates, object identifiers and the list of what is published, behind everybody's back and
// without the checks of a directory, as a domain controller does that has replicated.
func (ca *CA) SetForest(f Forest) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	clear(ca.templates)
	for _, t := range f.Templates {
		ca.templates[strings.ToLower(t.Name)] = &object{t.Name, cloneAttributes(t.Attributes), t.Security}
	}
	ca.setTemplateOIDs(f.OIDs)
	ca.published = slices.Clone(f.Published)
}

func cloneAttributes(list []template.Attribute) []template.Attribute {
	clone := slices.Clone(list)
	for i := range clone {
		clone[i].Values = slices.Clone(clone[i].Values)
	}
	return clone
}
