package template

import "slices"

// Rights is a set of permissions on a template.
type Rights uint32

const (
	// Read lets a principal see the template. Authorities need it: they read as Authenticated Users.
	Read Rights = 1 << iota
	// Write lets a principal change the template, and so issue itself anything.
	Write
	// Enroll is the extended right 0e10c968-78fb-11d2-90d4-00c04f79dc55.
	Enroll
	// AutoEnroll is the extended right a05b8cc2-17bc-4802-a710-e7c15ab866a2.
	AutoEnroll
)

// enrollment are the rights by which a certificate is obtained.
const enrollment = Enroll | AutoEnroll

const allRights = Read | Write | Enroll | AutoEnroll

// String lists the rights by name: "Read, Enroll".
func (r Rights) String() string {
	return bitNames(uint32(r), []bitName{
		{uint32(Read), "Read"},
		{uint32(Write), "Write"},
		{uint32(Enroll), "Enroll"},
		{uint32(AutoEnroll), "AutoEnroll"},
	}, ", ")
}

// Access grants rights on a template to one principal.
type Access struct {
	// SID is the user, group or computer.
	SID SID
	// Rights are what it may do.
	Rights Rights
	// Name is that of the principal for a person, as changes print it; it is neither compared nor written, and empty in what
	// was read.
	Name string
}

// Granted returns the rights that t grants to any of sids, whoever else they belong to and whatever is denied to another
// of them: for a token see [SecurityDescriptor.AccessFor].
func (t Template) Granted(sids ...SID) Rights {
	var granted Rights
	for _, a := range t.Access {
		if slices.Contains(sids, a.SID) {
			granted |= a.Rights
		}
	}
	return granted
}
