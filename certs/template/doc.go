// Package template plans and makes the certificate template of a cloud distribution point in an Active Directory forest.
//
// A [Template] is plain data. [CloudDP] is the one that Microsoft's guide makes by hand; [Plan] shows what a
// [Directory] lacks of it, and [Apply] adds that in the safe order: object identifier, template, publication on one
// authority. Applying again changes nothing:
//
//	group, err := directory.GroupSID(ctx, "ConfigMgr Site Servers")
//	if err != nil {
//		return err
//	}
//	desired := template.Desired{Template: template.CloudDP(group), CA: "Contoso Issuing CA"}
//	changes, err := template.Plan(ctx, directory, desired)
//	if err != nil {
//		return err
//	}
//	for _, change := range changes {
//		logger.Info("would " + change.String())
//	}
//	_, err = template.Apply(ctx, directory, desired)
//	return err
//
// A directory has other administrators. What they have changed since it was read is never overwritten, but looked at
// again; a template that somebody else made is taken over with [Desired.Adopt] alone, Windows' own never; and [Desired]
// says which access is revoked and which is left. In front of a person, put names into [Access].
//
// After Apply the site server must be restarted before it enrolls: only then does its logon token hold the group.
//
// [Check] looks for what would keep a template from serving, and what makes it dangerous; [Template.Check] does so for
// one that was exported to a file.
//
// # Formats
//
// Each is written and read back byte for byte: LDAP attributes ([Template.Attributes], [ParseAttributes]) with a
// [SecurityDescriptor] beside them; for people without a program that speaks LDAP, LDIF ([Desired.LDIF]) and
// certutil ([Desired.Certutil]); for a request on the site server itself, certreq ([Template.RequestINF]). Flags without
// a name and properties of no use here survive. The first example shows all that a colleague needs.
//
// # Errors
//
// An error matches one of the categories below with [errors.Is]. A template that a directory could not hold is an
// [*InvalidError] listing every problem; one of Windows' own, or of somebody else's, is [ErrForeign]. Files and attributes are untrusted: what is
// malformed is an [*InvalidError] naming the line or the attribute, what is too large is [ErrLimit].
//
// # Testing
//
// Package [github.com/clouddp/sdk/certs/certstest] holds a Directory in memory, and the suite that every Directory
// passes. The real one is that of package [github.com/clouddp/sdk/certs/adcs].
package template
