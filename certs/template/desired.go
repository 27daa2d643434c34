package template

import (
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Desired is a template as it should be and the one authority that should issue it.
//
// Of access, this much is compared and, where it is too much, revoked: of a principal listed in Template.Access, every
// right that is not beside it; of one that is not listed, Enroll and AutoEnroll; of one that is not listed and stands for
// everybody ([SID.IsBroad]), Write too. Administrators and others who are not listed keep Read and Write; nobody loses
// Read without being listed; entries that deny stay, and so does the owner. An owner limited by an entry for Owner Rights
// (S-1-3-4) stays limited: where nothing of it would be left, it still lets the owner read who may do what.
type Desired struct {
	// Template is as [CloudDP] returns it. Its OID may be empty: it is allotted. If it is given, it is below that of the
	// forest. Built-in templates cannot be desired. Revision and MinorRevision count in a new template only: each change
	// of an existing one adds 1 to the MinorRevision that it has or, where that ends at 2147483647, to the Revision, upon
	// which clients that enroll by themselves do so again.
	//
	// What registers the OID is renamed with the template, if it is the template's own; if not, it is [ErrConflict]. From a
	// directory that can tell whose an OID is ([Directory]) it is its own if no other template has the OID, and this one
	// has it or it is allotted to the name, as when an Apply was interrupted before the display name changed. Elsewhere
	// names decide: an existing template owns what has the display name that it has now, or an OID allotted to its name. A
	// new one owns what has its own display name; an OID allotted to it under another is left behind, and the next taken.
	Template Template
	// CA is the name of the authority. Required.
	CA string
	// Adopt takes over a template that has the name already and was made by somebody else: its OID is neither that in
	// Template nor one that Plan allots for the name. Without Adopt that is [ErrForeign]. A template that has no OID at all
	// is taken for one that is half made, and gets one.
	Adopt bool
}

// Validate returns an [*InvalidError] listing everything wrong with d, or nil.
func (d Desired) Validate() error {
	e := &errs.InvalidError{Subject: "template: desired", Problems: d.problems()}
	return e.Err()
}

func (d Desired) problems() []errs.Problem {
	e := &errs.InvalidError{Problems: d.Template.problems()}
	if d.Template.isDefault() {
		e.Add("Template", "is a built-in template, which cannot be edited; use Duplicate")
	}
	if !isName(d.CA, 256) {
		e.Add("CA", "%.300q is not the name of the one authority that should issue the template", d.CA)
	}
	return e.Problems
}

// checkOID returns an InvalidError if oid is not below that of the forest; an empty one is to be allotted.
func checkOID(oid, forest string) error {
	if oid == "" || strings.HasPrefix(oid, forest+".") {
		return nil
	}
	return errs.Invalid("template: desired", "Template", "object identifier %s is not below that of the forest, %s: no forest registers that of another", oid, forest)
}

// checkExisting returns why existing must not become what is desired, or nil.
func (d Desired) checkExisting(existing Template, forest string) error {
	given, wanted := d.Template.OID, d.Template.SchemaVersion
	isOurs := existing.OID == "" || existing.OID == given || existing.isDerived(existing.OID, forest)
	switch {
	case existing.isDefault():
		return fmt.Errorf("%q is Windows' own template; choose another name: %w", existing.Name, ErrForeign)
	case !isOurs && !d.Adopt:
		return fmt.Errorf("%q exists with object identifier %s, made by somebody else; choose another name, or adopt it: %w",
			existing.Name, existing.OID, ErrForeign)
	case given != "" && existing.OID != "" && existing.OID != given:
		return fmt.Errorf("it exists with object identifier %s, which cannot change to %s: %w", existing.OID, given, ErrConflict)
	case existing.SchemaVersion > wanted:
		return fmt.Errorf("it exists with schema version %d, and going back to %d loses what the newer one says; desire version %d: %w",
			existing.SchemaVersion, wanted, existing.SchemaVersion, ErrConflict)
	}
	return checkOID(existing.OID, forest)
}
