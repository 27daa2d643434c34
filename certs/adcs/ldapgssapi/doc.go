// Package ldapgssapi binds to Active Directory with Kerberos (SASL GSSAPI, RFC 4752), for the directory of package
// adcs.
//
//	directory := &adcs.Directory{
//		Servers: []string{"ldaps://dc1.contoso.com"},
//		Bind: (&ldapgssapi.Login{
//			User:     "pki-admin",
//			Realm:    "CONTOSO.COM",
//			Password: readPassword, // func() ([]byte, error)
//		}).Bind,
//	}
//
// It is a package of its own so that programs which bind with a password link no Kerberos. TLS protects the connection;
// GSSAPI authenticates it, in both directions, and adds no layer. Channel bindings (RFC 5929) are not sent: a domain controller with
// LdapEnforceChannelBinding at 2, "always", refuses such a bind, and takes a simple bind still.
//
// # Errors
//
// A refusal of the key distribution centre (KDC) or of the directory is [ErrDenied]; of the latter the [*ldap.Error] is
// reachable. A KDC that does not answer, or a directory that answers otherwise, is [ErrUnavailable]. Wrong fields are an [*InvalidError] with every problem.
//
// # Testing
//
// A Login needs a KDC. Code that takes an adcs.Directory is tested with a simple bind against package adcstest.
package ldapgssapi
