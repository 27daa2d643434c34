// Package point is the internet-facing side of a cloud distribution point: an [http.Handler] that serves the packages
// of a content store to clients with a token.
//
//	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // stays with the issuer
//	…
//	issuer := &point.Issuer{Key: key, Audience: "clouddp.contoso.com"}
//	token, err := issuer.Issue("ABC00001")
//	…
//	server := &http.Server{
//		Addr: ":443", ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
//		Handler: &point.Point{
//			Content: store,
//			Key:     pointKey,
//			Tokens:  &point.Verifier{Audience: "clouddp.contoso.com", Keys: []crypto.PublicKey{key.Public()}},
//		},
//	}
//	err = server.ListenAndServeTLS("CloudDP.crt", "CloudDP.key")
//
// # Requests
//
// Every request needs "Authorization: Bearer <token>". GET and HEAD are answered; no body is read.
//
//	/content/<package>/<path>  the plain bytes of a file, for any HTTP client. The ETag is the file's SHA-256.
//	/v1/packages/<package>     the grant for a package: JSON of [content.GrantReply], for [content.Remote].
//	/v1/blobs/<name>           the stored, encrypted bytes of a blob; or 307 to a short-lived location, if the store is a
//	                           [content.Linker]. A client does not send its token there.
//
// Bytes come with Content-Length, ETag and Accept-Ranges; one Range at a time is answered (206, 416), with If-Range,
// If-Match and If-None-Match as in RFC 9110; a request for several ranges gets the whole, as it does from Azure storage.
// This is what BITS asks of a server, documented by Microsoft in "HTTP Requirements for BITS Downloads".
//
// A blob is served for any valid token: its name cannot be guessed and its bytes are of no use without the grant. A
// package is served only if the token covers it.
//
// # Bounds
//
// A request ends after [Point.MaxDuration]; beyond [Point.MaxRequests] at a time the answer is 503. One request for a
// file takes at most 24 MiB of memory, one for a blob none to speak of; the 16 manifests used last are kept. Time-outs for
// headers and idle connections are the http.Server's.
//
// # Errors
//
// 400 for a name that cannot be, 401 without a valid token, 403 if it does not cover the package, 404, 405, 416, 500 for
// content that is damaged, 503 when busy or when storage cannot be reached. A body that turns out damaged after the first
// bytes were sent ends short of its Content-Length, never with wrong bytes.
//
// # Testing
//
// contenttest.Transport calls a Point without a socket.
package point
