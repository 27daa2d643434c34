// Package icprtest is the computer that an enterprise certification authority runs on, as its clients see it over RPC:
// an endpoint mapper, and ICertPassage ([MS-ICPR]) over a certstest.CA.
//
// It is as strict as the real one: it takes no call that is not signed and encrypted after a login by NTLM version 2,
// no other name of the authority, no malformed attributes. What one face of the CA issues, the other shows:
//
//	ca := certstest.NewCA("Contoso Issuing CA")
//	server := icprtest.NewServer(ca)
//	server.AddAccount("SITESERVER$", password)
//	issuer := &icpr.Issuer{
//		Host: "ca1.contoso.com", Authority: ca.Name(), NTLM: true,
//		User: "SITESERVER$", Realm: "CONTOSO.COM", Password: certs.StaticPassword(password),
//		Dial: server.Dial,
//	}
//
// [Server.Dial] opens no socket, so that a Server works in a [testing/synctest] bubble; [Server.Serve] does.
//
// # Errors
//
// The server answers with the codes of the documents. It misbehaves after [Server.Inject], and as its CA does after
// certstest.CA.Fail and certstest.CA.LoseAnswer.
//
// # Testing
//
// [Server.Calls] tells whether anything was asked for, the CA what came of it.
//
// # Compatibility
//
// It knows no Kerberos, no SPNEGO, and no requests but PKCS #10. The id of a request that is issued at once is not
// told.
//
// [MS-ICPR]: https://learn.microsoft.com/openspecs/windows_protocols/ms-icpr
package icprtest
