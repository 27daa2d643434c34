// Package certsrvtest is the web enrolment of Active Directory Certificate Services over an authority in memory: the wire
// face of certstest.CA.
//
//	ca := certstest.NewCA("Contoso Issuing CA 2")
//	web := certsrvtest.New(ca)
//	client := &certsrv.Client{URL: "https://ca1.contoso.com/certsrv/", Transport: web}
//
// It is an [http.Handler] and an [http.RoundTripper], opens no socket by itself and works inside a testing/synctest
// bubble. What a driver may rely on is as at the real one: the paths, the form fields, the links, the id of a refusal, the
// result codes, the tabs in front of a status, and that everything is answered with 200. The words are our own, in
// several languages, and numbers stand where a careless reader would take them for that of the request. It is stricter where
// a mistake would not be noticed otherwise: an unknown form field or a second attribute is 400.
//
// # Testing
//
// [Server.Inject] makes it misbehave once, [Server.RequireBasic] makes it ask for a password. The state is that of the
// authority: approve, deny and publish there.
package certsrvtest
