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
// # Connections
//
// NTLM, and Negotiate with it, sign in a TCP connection rather than a request: whatever is sent over the connection later
// is answered as that user. A Transport therefore has a pool of connections for each of its credentials, shared with nobody,
// and never hands one to another. It speaks HTTP/1.1 alone, which they need, over TLS alone.
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
// [ErrUnavailable] if the request did not leave or changes nothing, and [ErrUnknown] if it may have been carried out. A Transport never sends such a request twice.
package httpauth
