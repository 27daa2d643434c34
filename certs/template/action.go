package template

import (
	"fmt"
	"slices"

	"github.com/clouddp/sdk/internal/errs"
)

// Action is the kind of a [Change].
type Action int

const (
	// RegisterOID adds the object identifier of a template.
	RegisterOID Action = iota
	// RenameOID gives a registered object identifier the display name of its template.
	RenameOID
	// CreateTemplate adds a template; what it is made of follows, as SetAttribute and Grant.
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

var actionNames = [...]string{
	RegisterOID: "register-oid", RenameOID: "rename-oid", CreateTemplate: "create-template", SetAttribute: "set-attribute",
	Grant: "grant", Revoke: "revoke", PublishTemplate: "publish-template",
}

// String returns the name: "create-template". What has none is printed as a number.
func (a Action) String() string {
	if a < 0 || int(a) >= len(actionNames) {
		return fmt.Sprintf("Action(%d)", int(a))
	}
	return actionNames[a]
}

// MarshalText implements [encoding.TextMarshaler]. An action without a name is an [*InvalidError].
func (a Action) MarshalText() ([]byte, error) {
	if a < 0 || int(a) >= len(actionNames) {
		return nil, errs.Invalid("template: action", "Action", "%d has no name", int(a))
	}
	return []byte(a.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. What is not a name is an [*InvalidError].
func (a *Action) UnmarshalText(text []byte) error {
	i := slices.Index(actionNames[:], string(text))
	if i < 0 {
		return errs.Invalid("template: action", "text", "%.40q is not one of %q", text, actionNames)
	}
	*a = Action(i)
	return nil
}
