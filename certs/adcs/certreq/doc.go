// Package certreq enrolls at Active Directory Certificate Services by running certreq.exe, which every Windows has. It uses
// the account of the process and the protocol of the system, and asks nobody anything.
//
//	ca := &certreq.Client{Config: `ca1.contoso.com\Contoso Issuing CA`}
//	service, err := certs.Enroll(ctx, ca, &certs.Request{
//		CommonName: "clouddp.contoso.com",
//		Template:   "CloudDPCert",
//		Key:        key,
//	})
//
// A [Client] is a certs.Issuer and a certs.Retriever. The private key stays in the process; only the request is written to a
// file, in a directory of its own that is gone when the call returns. The program speaks the language of the system, and no
// word of it is read: a certificate is known by the file that it wrote, a refusal by its result code, a request that waits by its
// number. Its output may be in UTF-8, in UTF-16 or, on Windows, in the code page of the console.
//
// It has never been run against the certreq.exe of a Windows: the arguments are those that Microsoft documents, the output is
// read as the public has shown it, and the tests play the program. Where Kerberos or NTLM will do,
// package github.com/clouddp/sdk/certs/adcs/certsrv needs no Windows and is proven further.
//
// # Errors
//
// A refusal is a *certs.DeniedError with the authority's result code, a request that waits is a *certs.PendingError. A
// program that was killed, that failed in another way, or whose output is not understood, is [ErrUnknown]: the request may have
// been issued, and is never sent again; its number is in the text if the program has named it. One that was not started, or
// did not reach the authority, is [ErrUnavailable]; without Windows and a Program it is [ErrUnsupported].
//
// # Testing
//
// [Client.Run] takes the place of the program on any system.
package certreq
