// Package httpauth signs in to the web servers of a Windows domain: with Kerberos, NTLM or Basic authentication, or as the
// account that the process runs as. It is for the drivers that take an [http.RoundTripper], and for clients of your own.
//
//	transport := &httpauth.Transport{
//		Credentials: []httpauth.Credential{
//			&httpauth.Kerberos{
//				User:     "svc-clouddp",
//				Realm:    "CONTOSO.COM",
//				Password: password, // func() ([]byte, error)
//				Config:   "[libdefaults]\ndns_lookup_kdc = true\n",
//			},
//			&httpauth.NTLM{User: "svc-clouddp@contoso.com", Password: password}, // where the server offers no Kerberos
//		},
//		Roots: pool,
//	}
//	defer transport.Close()
//	client := &http.Client{Transport: transport}
//
// # Who signs in
//
// The drivers of this module for a Windows domain name an account in the same fields:
//
//	                          User                        Realm, Domain       Password  Keytab  without a User
//	[Kerberos]                svc-clouddp, SITESERVER$    CONTOSO.COM         one of the two    the ticket cache
//	[NTLM]                    svc-clouddp                 CONTOSO             needed    -       -
//	                          svc-clouddp@contoso.com     -                   needed    -       -
//	[Basic]                   CONTOSO\svc-clouddp,        -                   needed    -       -
//	                          svc-clouddp@contoso.com
//	[CurrentUser]             -                           -                   -         -       the process's account
//	ldapgssapi, gsstsig       as Kerberos                 CONTOSO.COM         one of the two    the same, or the ticket cache
//	icpr                      as Kerberos; as NTLM        CONTOSO.COM         one of the two    the ticket cache
//	adcs.Directory            svc-clouddp@contoso.com,    -                   needed    -       -
//	                          CONTOSO\svc-clouddp or a DN
//
// A realm is the domain's DNS name in upper case. Where Kerberos is used, Config says how its key distribution centres (KDC)
// are found; on Windows it is required, because there is no file to take its place.
//
// # Connections
//
// NTLM, and Negotiate with it, sign in a TCP connection rather than a request: whatever is sent over the connection later
// is answered as that user. A Transport therefore has a pool of connections for each of its credentials, shared with nobody,
// and never hands one to another. It speaks HTTP/1.1 alone, which they need, over TLS alone.
//
// A connection may take 30 s and its TLS 15 s, an answer five minutes until it begins, and a Kerberos ticket 30 s. A context
// ends all of them earlier.
//
// # Extended Protection
//
// Windows can ask a client to name, in what it signs, the TLS channel that it uses (channel binding, RFC 5929). [Kerberos]
// does so, which MIT Kerberos confirms in the tests; nobody has run it against Windows. [NTLM] and [CurrentUser] do not, so
// that a server whose Extended Protection is set to Always refuses them, and one that has it set to Allow or Off takes them:
// the small library that makes the messages of NTLM cannot, and one that can (go-msrpc) weighs more than everything else here.
//
// # Errors
//
// A sign-in that fails is an [*AuthError] that names the schemes the server offers. What goes wrong on the way matches
// [ErrUnavailable] if the request did not leave or changes nothing, and [ErrUnknown] if it may have been carried out. A
// Transport never sends such a request twice. Whoever watches a request with package httptrace is told of that request alone,
// not of those by which the transport signs in.
package httpauth
