package template

import "context"

// Directory is the part of an Active Directory forest that holds certificate templates. Package
// [github.com/clouddp/sdk/certs/adcs] has the real one, over LDAP, and package
// [github.com/clouddp/sdk/certs/certstest] one in memory. Names of templates, authorities and groups are compared without
// regard to case. Implementations are safe for concurrent use and return soon after ctx is done; one that is done
// already writes nothing. Besides what a method says, errors are [ErrDenied], [ErrUnavailable] when nothing was written
// and, from a method that writes, [ErrUnknown] when the answer was lost.
//
// A Directory that can tell which authorities there are has a method Authorities(ctx) ([][Authority], error) too, which
// [Plan] and [Check] use to say what an unknown authority could have been. One that can tell which templates have an
// object identifier has a method Holders(ctx, oid string) ([]string, error), which returns their names, none if there are
// none; [Plan] asks it whose a registered object identifier is ([Desired.Template]).
type Directory interface {
	// Template reads the template called name, its Access and Security included; [ErrNotFound] if there is none.
	Template(ctx context.Context, name string) (Template, error)
	// PutTemplate replaces old by t if, and only if, the directory still holds old as [Template.Equal] has it; nil means
	// that there is no such template. Anything else is [ErrConflict], and nothing has changed: of two calls with the same
	// old, one wins. The names are the same, or it is an [*InvalidError], as what [Template.Validate] refuses and a t
	// without an OID. Access is given as [SecurityDescriptor.WithAccess] does: administrators keep what they have, and
	// have Read and Write of a new template, not Enroll. A template cannot change the OID that it has, nor take that of
	// another: both are [ErrConflict]. Of a template of schema version 1 only Access can be changed, anything else is
	// [ErrDenied].
	PutTemplate(ctx context.Context, old *Template, t Template) error

	// ForestOID returns the object identifier under which the forest makes its own.
	ForestOID(ctx context.Context) (string, error)
	// OID reads the object that registers oid; [ErrNotFound] if there is none, [ErrConflict] if there are two or it is
	// registered for something other than a template.
	OID(ctx context.Context, oid string) (ObjectIdentifier, error)
	// PutOID registers o for a template in the place of old, which has the same OID; nil means that it is not registered.
	// What is registered otherwise is [ErrConflict], but for o itself: then there is nothing to do. An OID that is not
	// below that of the forest, with a dot and at least one number more, is an [*InvalidError].
	PutOID(ctx context.Context, old *ObjectIdentifier, o ObjectIdentifier) error

	// Published lists the names of the templates that the authority called ca issues; [ErrNotFound] if there is no such
	// authority.
	Published(ctx context.Context, ca string) ([]string, error)
	// Publish adds the template called name to those that ca issues, and leaves the others alone, whoever adds them at the
	// same time. One that is published already is no error; an unknown authority or template is [ErrNotFound].
	Publish(ctx context.Context, ca, name string) error

	// GroupSID returns the security identifier of the group called name; [ErrNotFound] if there is none.
	GroupSID(ctx context.Context, name string) (SID, error)
}
