// Package gsstsig signs dynamic updates with Kerberos (GSS-TSIG, RFC 3645), as DNS zones integrated with Active
// Directory ask for.
//
//	zone := &rfc2136.Zone{
//		Server: "dc1.contoso.com:53",
//		Signer: &gsstsig.Signer{
//			User:     "svc-clouddp",
//			Realm:    "CONTOSO.COM",
//			Password: readPassword, // func() ([]byte, error)
//		},
//	}
//	change, err := dns.Ensure(ctx, zone, resolver, alias, nil)
//	if refused, ok := errors.AsType[*gsstsig.NegotiationError](err); ok {
//		log.Printf("%s: %s", refused.Service, refused.Code) // DNS/dc1.contoso.com: KDC_ERR_PREAUTH_FAILED
//	}
//
// A [Signer] gets a ticket for the principal DNS/host of the server from the realm's key distribution centre (KDC) and
// agrees on a key with the server. Every session has a key of its own, so that one that the server has forgotten is
// never used again.
//
// Some servers sign replies so that nobody can verify them: Samba's internal DNS all of them and, for some zones and types,
// Windows, which sends back the signature of the request. Package rfc2136 reports such a reply as dns.ErrUnknown, and
// dns.Ensure decides by reading.
//
// The library that gets the tickets takes neither a context nor a limit: a question to a KDC runs on for some seconds after
// a context has ended, and a KDC, or whoever answers in its place, can make it ask for as much memory as four octets say.
// Let the network lead to the domain controllers alone.
//
// # Errors
//
// A negotiation that fails is a [*NegotiationError] with the code that the KDC or the server gave. It matches [ErrDenied]
// where one of them refused, [ErrUnavailable] where one of them did not answer or not sensibly, and [ErrUnsupported] where
// the server does not know GSS-TSIG. Wrong fields are an [*InvalidError] with every problem.
//
// # Testing
//
// A Signer needs a KDC. Code that uses one takes an rfc2136.Signer or a dns.Zone, and its tests give it another: package
// dnstest has zones that need no Kerberos.
//
// # Compatibility
//
// A user with a password or keytab works the same on every system. The process's own credentials are those of SSPI on
// Windows and of a FILE ticket cache elsewhere.
package gsstsig
