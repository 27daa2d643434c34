// Package certsrv enrolls at Active Directory Certificate Services over HTTPS: at the web pages that Microsoft calls
// Certification Authority Web Enrollment.
//
//	ca := &certsrv.Client{
//		URL: "https://ca1.contoso.com/certsrv/",
//		Transport: &httpauth.Transport{
//			Credentials: []httpauth.Credential{&httpauth.Kerberos{
//				User:     "svc-clouddp",
//				Realm:    "CONTOSO.COM",
//				Password: password,
//				Config:   "[libdefaults]\ndns_lookup_kdc = true\n",
//			}},
//			Roots: roots,
//		},
//	}
//	defer ca.Close()
//	service, err := certs.Enroll(ctx, ca, &certs.Request{
//		CommonName: "clouddp.contoso.com",
//		Template:   "CloudDPCert",
//		Key:        key,
//	})
//
// A [Client] is a certs.Issuer and a certs.Retriever. The pages are made for people and come in the language of the
// server. No word on them is read: a refusal is known by the id of an HTML element and by result codes, a certificate by its
// link and its content type. Nothing marks the page of a request that waits: where a page names the authority, each number on
// it is asked about, and the one of a request that waits, with none after it, is that of the newest request, ours. On a
// busy authority somebody else's may come between; that is ErrUnknown with the number in its text. What the authority says is
// handed on as the Reason of an error and decides nothing.
//
// # Sign-in
//
// Any [http.RoundTripper] will do. That of package [httpauth] signs in with Kerberos, as the current user of Windows, with
// NTLM or with Basic authentication, the strongest first that the server offers; [Client.Schemes] lists its offer. Where
// Extended Protection for Authentication is set to Always, use Kerberos: it binds the sign-in to the TLS channel, which NTLM
// does not there.
//
// # Errors
//
// A refusal is a *certs.DeniedError with the authority's result code, a request that waits is a *certs.PendingError. A
// certificate that was issued but could not be fetched is a *certs.PendingError too: [Client.Retrieve] gets it by its id.
// Once a request is out it is never repeated: if the answer is lost, or is none that is understood, the error is
// [ErrUnknown], and a certificate manager knows what became of it. So are the result codes of a call that failed on the way,
// unless they say that it did not begin, which is [ErrUnavailable]. A sign-in that fails is the error of the Transport, an
// *httpauth.AuthError of package httpauth.
//
// Each request to the server has [Client.Timeout], two minutes unless set; the transport of package httpauth has 30 s for
// a connection within it, and 30 s for a ticket.
//
// # Testing
//
// Package github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest is such a server over the authority in memory of
// github.com/clouddp/sdk/certs/certstest. The sign-in is proven against Apache with MIT Kerberos and gss-ntlmssp, the pages
// against that double alone: its marks are those that open-source clients of the real pages rely on.
//
// [httpauth]: https://pkg.go.dev/github.com/clouddp/sdk/httpauth
package certsrv
