package template

import "context"

// Directory is the part of an Active Directory forest that holds certificate templates. Names of templates, authorities
// and groups are compared without regard to case. Implementations are safe for concurrent use and return soon after ctx
// is done. Besides what a method says, errors are [ErrDenied], [ErrUnavailable] and, from a method that writes,
// [ErrUnknown] when the answer was lost.
type Directory interface {
	// Template reads the template called name; [ErrNotFound] if there is none.
	Template(ctx context.Context, name string) (Template, error)
	// PutTemplate makes the template t.Name exactly t, and gives Access as [SecurityDescriptor.WithAccess] does:
	// administrators keep what they have, and have Read and Write of a new template, not Enroll. A template cannot change
	// its OID, nor take that of another: both are [ErrConflict]. Of a template of schema version 1 only Access can be
	// changed, anything else is [ErrDenied]. What [Template.Validate] refuses is an [*InvalidError].
	PutTemplate(ctx context.Context, t Template) error

	// ForestOID returns the object identifier under which the forest makes its own.
	ForestOID(ctx context.Context) (string, error)
	// OID reads the object that registers oid; [ErrNotFound] if there is none, [ErrConflict] if there are two or it is
	// registered for something other than a template.
	OID(ctx context.Context, oid string) (ObjectIdentifier, error)
	// PutOID registers an object identifier for a template. One that is registered for another display name is
	// [ErrConflict].
	PutOID(ctx context.Context, o ObjectIdentifier) error

	// Published lists the names of the templates that the authority called ca issues; [ErrNotFound] if there is no such
	// authority.
	Published(ctx context.Context, ca string) ([]string, error)
	// Publish adds the template called name to those that ca issues, and leaves the others alone. One that is published
	// already is no error; an unknown authority or template is [ErrNotFound].
	Publish(ctx context.Context, ca, name string) error

	// GroupSID returns the security identifier of the group called name; [ErrNotFound] if there is none.
	GroupSID(ctx context.Context, name string) (SID, error)
}
