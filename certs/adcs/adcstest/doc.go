// Package adcstest holds a domain controller in memory: the directory of a [certstest.CA] as LDAP shows it.
//
//	ca := certstest.NewCA("Contoso Issuing CA")
//	server, err := adcstest.NewServer(ca)
//	if err != nil {
//		return err
//	}
//	directory := &adcs.Directory{
//		Servers:  []string{"ldaps://" + adcstest.Host},
//		User:     adcstest.Administrator,
//		Password: certs.StaticPassword(adcstest.Password),
//		Roots:    server.Pool(),
//		Dial:     server.Dial, // no socket: it works inside a testing/synctest bubble
//	}
//
// A [Server] is as strict as Active Directory where package adcs meets it: who may read and write, the schema of Public
// Key Services with its classes, syntaxes and single values, exact values in changes, all of a change or nothing, the
// parts of a security descriptor that a request is about, and the result code of each refusal. A password is taken
// under TLS only. What is written is what the CA issues by, and attributes and descriptors come back byte for byte.
//
// Not there are SASL, substrings and comparisons in filters, paging, renaming, replication and the inheritance of
// access.
// [certstest.CA.Fail] and [certstest.CA.LoseAnswer] concern the methods of the CA; a Server has faults of its own.
//
// # Errors
//
// [Server.Inject] makes the server misbehave once, [Server.Delay] slowly. A client gets result codes of RFC 4511 with texts
// that begin as those of Windows do.
//
// # Testing
//
// The package is tested by running one table of careless requests against it and against a domain controller of Samba,
// in the tests of package adcs.
package adcstest
