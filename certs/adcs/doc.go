// Package adcs reaches Active Directory Certificate Services where they keep their templates: in the directory of the
// forest, over LDAP.
//
// A [Directory] is a [template.Directory]. What package template plans is planned and applied on it:
//
//	directory := &adcs.Directory{
//		Servers:  []string{"ldaps://dc1.contoso.com", "ldaps://dc2.contoso.com"},
//		User:     "pki-admin@contoso.com",
//		Password: readPassword, // func() ([]byte, error)
//	}
//	defer directory.Close()
//	group, err := directory.GroupSID(ctx, "ConfigMgr Site Servers")
//	if err != nil {
//		return err
//	}
//	desired := template.Desired{Template: template.CloudDP(group), CA: "Contoso Issuing CA"}
//	changes, err := template.Apply(ctx, directory, desired)
//	for _, change := range changes {
//		logger.Info(change.String())
//	}
//	return err
//
// Every connection is under TLS before it authenticates, by LDAPS or StartTLS, and the certificate of the domain
// controller is always verified; there is no field to turn that off. Package ldapgssapi binds with Kerberos.
//
// # Rights
//
// Every user of the forest may read, and so plan. To write takes what Enterprise Admins have, or the rights that
// somebody delegated: create children of CN=Certificate Templates and of CN=OID, full control of the template, and
// write certificateTemplates of the authority's object below CN=Enrollment Services. All of them are in the
// configuration of the forest, below CN=Public Key Services,CN=Services. A new template is administered by whoever may
// change its container, and nobody may enroll but those in its Access.
//
// # Replication and caches
//
// A write is seen at once on the domain controller that took it, and on others after replication, which takes seconds
// within a site and as long as its schedule says between sites. So a Directory stays with one that answers, passes over
// read-only ones, and does not go to another within 15 minutes of a write. An authority looks for changes every few minutes. It and the computers that enroll keep templates in
// a cache; one that was made again under the same name with another OID is refused until those are fresh (certutil
// -pulse, or a restart of the service).
//
// What another administrator has changed since a template was read is [ErrConflict] and stays; [Directory.PutTemplate]
// says what can be noticed and what cannot.
//
// Groups are looked up in the domain of the domain controller. A group of another domain needs a Directory there.
//
// # Errors
//
// An error matches one of the categories below with [errors.Is], and where the server said no, [errors.AsType] finds
// its [*ldap.Error] with the result code:
//
//	48, 49                   ErrDenied       wrong user or password
//	1, 7, 8, 13, 50, 53      ErrDenied       no right to do that, not logged in, not encrypted
//	32                       ErrNotFound     no such object
//	16, 20, 68               ErrConflict     somebody else was faster
//	17, 19, 21, 34, 64, 65   ErrInvalid      the schema does not take it
//	4, 11                    ErrLimit        too much for one answer
//	12                       ErrUnsupported  not a domain controller of Active Directory
//	10, 51, 52 and others    ErrUnavailable  try another time or server
//
// A write whose answer was lost is [ErrUnknown] and is not sent again: template.Apply decides by reading. Reads are
// repeated once the server has closed a connection that was kept. When ctx ends, a call cuts its connection and returns
// at once.
//
// # Testing
//
// Package adcstest is a domain controller in memory, as strict as a real one, with or without a socket.
//
// # Compatibility
//
// The suite of package certstest runs against a domain controller of Samba. Windows is as documented in [MS-ADTS] and
// [MS-CRTD].
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
package adcs
