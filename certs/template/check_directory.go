package template

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// Check reports on the template called name as it stands in directory: what [Template.Check] does, whether the
// authority called ca issues it, whether its object identifier is registered, and whether token may enroll. The token
// of a computer or user holds its own security identifier and those of its groups, and is taken to hold [Everyone] and
// [AuthenticatedUsers]. What an entry denies to one of token is heeded, as [SecurityDescriptor.AccessFor] says; without a
// token it is only asked whether anybody may enroll. Errors are those of [Directory]: [ErrNotFound] if there is no such
// template or authority; of authorities it lists those that there are.
func Check(ctx context.Context, directory Directory, ca, name string, token ...SID) ([]certs.Finding, error) {
	if directory == nil {
		return nil, errs.Invalid("template: check", "directory", "is nil")
	}
	findings, err := check(ctx, directory, ca, name, token)
	if err != nil {
		return nil, fmt.Errorf("template: check %s: %w", name, err)
	}
	return findings, nil
}

func check(ctx context.Context, directory Directory, ca, name string, token []SID) ([]certs.Finding, error) {
	t, err := directory.Template(ctx, name)
	if err != nil {
		return nil, err
	}
	names, err := published(ctx, directory, ca)
	if err != nil {
		return nil, err
	}
	c := &checker{subject: t.Name}
	t.check(c)
	t.checkToken(c, token)
	isThis := func(other string) bool { return strings.EqualFold(other, t.Name) }
	c.when(!slices.ContainsFunc(names, isThis), slog.LevelError, "tpl.published",
		fmt.Sprintf("%s issues %d templates, not this one", ca, len(names)), "publish it there; the authority takes some minutes to notice")
	return c.findings, t.checkOID(ctx, c, directory)
}

// checkToken wants Read and Enroll for the holder of token or, without one, Enroll for anybody.
func (t Template) checkToken(c *checker, token []SID) {
	if len(token) == 0 {
		mayEnroll := func(a Access) bool { return a.Rights&Enroll != 0 }
		c.when(!slices.ContainsFunc(t.Access, mayEnroll), slog.LevelError, "tpl.enroll", "nobody has Enroll", enrollRemedy)
		return
	}
	granted := t.grantedTo(token)
	c.when(granted&(Read|Enroll) != Read|Enroll, slog.LevelError, "tpl.enroll",
		fmt.Sprintf("%s has %s", Access{SID: token[0]}.principal(), granted), enrollRemedy)
}

// grantedTo returns what the holder of token may do. Without a security descriptor nothing is known of what is denied.
func (t Template) grantedTo(token []SID) Rights {
	if t.Security.isKnown() {
		return t.Security.AccessFor(token...)
	}
	return t.Granted(append(inEveryToken(), token...)...)
}

// checkOID wants one object, below that of the forest, which registers the object identifier for the template.
func (t Template) checkOID(ctx context.Context, c *checker, directory Directory) error {
	base, err := directory.ForestOID(ctx)
	if err != nil {
		return err
	}
	c.when(!strings.HasPrefix(t.OID, base+"."), slog.LevelError, "tpl.oid",
		fmt.Sprintf("object identifier %q is not below that of the forest, %s", t.OID, base),
		"duplicate the template in this forest instead of importing it")
	if t.OID == "" {
		return nil
	}
	o, err := directory.OID(ctx, t.OID)
	switch {
	case errors.Is(err, ErrNotFound):
		c.when(true, slog.LevelError, "tpl.oid", fmt.Sprintf("object identifier %q is not registered", t.OID),
			"apply the template again: that registers it")
	case errors.Is(err, ErrConflict):
		c.when(true, slog.LevelError, "tpl.oid", err.Error(), "remove the object that does not belong to the template")
	case err != nil:
		return err
	default:
		c.when(o.DisplayName != t.DisplayName, slog.LevelWarn, "tpl.oid",
			fmt.Sprintf("object identifier %s is registered for %q, the template is %q", t.OID, o.DisplayName, t.DisplayName),
			"apply the template again, unless two templates share it")
	}
	return nil
}
