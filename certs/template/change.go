package template

import "fmt"

// Action is the kind of a [Change].
type Action int

const (
	// RegisterOID adds the object identifier of a template.
	RegisterOID Action = iota
	// CreateTemplate adds a template.
	CreateTemplate
	// SetAttribute changes one attribute of a template.
	SetAttribute
	// Grant gives rights on a template to a principal.
	Grant
	// Revoke takes rights on a template from a principal.
	Revoke
	// PublishTemplate adds a template to those that an authority issues.
	PublishTemplate
)

// Change is one difference between what is desired and what a directory holds.
type Change struct {
	// Action is what kind of difference it is.
	Action Action
	// Template is the name of the template.
	Template string
	// Attribute is the LDAP name for SetAttribute, the security identifier for Grant and Revoke, else empty.
	Attribute string
	// From is the old value for SetAttribute, else empty.
	From string
	// To is the new value: an attribute's, the object identifier, the display name, the rights, or the authority.
	To string
}

// String returns the change as a person reads it: "publish CloudDPCert on Contoso Issuing CA".
func (c Change) String() string {
	switch c.Action {
	case RegisterOID:
		return fmt.Sprintf("register object identifier %s for %s", c.To, c.Template)
	case CreateTemplate:
		return fmt.Sprintf("create template %s (%q)", c.Template, c.To)
	case SetAttribute:
		return fmt.Sprintf("change %s of %s from %q to %q", c.Attribute, c.Template, c.From, c.To)
	case Grant:
		return fmt.Sprintf("grant %s on %s to %s", c.To, c.Template, c.Attribute)
	case Revoke:
		return fmt.Sprintf("revoke %s on %s from %s", c.To, c.Template, c.Attribute)
	case PublishTemplate:
		return fmt.Sprintf("publish %s on %s", c.Template, c.To)
	default:
		return fmt.Sprintf("Action(%d) on %s", int(c.Action), c.Template)
	}
}
