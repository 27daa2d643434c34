package certstest

import (
	"maps"
	"slices"

	"github.com/clouddp/sdk/certs/template"
)

// Forest is what the directory of a [CA] holds.
type Forest struct {
	// OID is the object identifier below which the forest makes its own. It does not change.
	OID string
	// Domain is the security identifier of the domain. It does not change.
	Domain template.SID
	// Templates are the templates by name, in lower case.
	Templates map[string]template.Template
	// OIDs are the registered object identifiers by their dotted form.
	OIDs map[string]template.ObjectIdentifier
	// Published are the names of the templates that the authority issues.
	Published []string
	// Groups are the groups of the domain by name, in lower case.
	Groups map[string]template.SID
}

// Edit changes the directory behind everybody's back, as another administrator does. The calls of others wait until edit
// returns, and see all of it; edit must not call the CA.
func (ca *CA) Edit(edit func(*Forest)) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	f := ca.forest()
	edit(&f)
	ca.templates, ca.oids, ca.published, ca.groups = f.Templates, f.OIDs, f.Published, f.Groups
}

// Forest returns a copy of what the directory holds.
func (ca *CA) Forest() Forest {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	return ca.forest()
}

func (ca *CA) forest() Forest {
	templates := maps.Clone(ca.templates)
	for name, t := range templates {
		templates[name] = t.Clone()
	}
	return Forest{
		OID: ca.base, Domain: template.SID(ca.domain), Templates: templates, OIDs: maps.Clone(ca.oids),
		Published: slices.Clone(ca.published), Groups: maps.Clone(ca.groups),
	}
}
