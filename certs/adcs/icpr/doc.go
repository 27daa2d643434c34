// Package icpr enrolls at an enterprise certification authority over RPC, as the Certificates console of Windows does
// under an Active Directory Enrollment Policy: the ICertPassage Remote Protocol, [MS-ICPR].
//
// An [Issuer] asks the endpoint mapper of the authority's computer for the port, logs in by Kerberos or by NTLM version
// 2, and makes one call, signed and encrypted:
//
//	issuer := &icpr.Issuer{
//		Host:      "ca1.contoso.com",
//		Authority: "Contoso Issuing CA",
//		User:      "SITESERVER$",
//		Realm:     "CONTOSO.COM",
//		Keytab:    "/etc/krb5.keytab",
//	}
//	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: key}
//	service, err := certs.Enroll(ctx, issuer, request)
//	if pending, ok := errors.AsType[*certs.PendingError](err); ok {
//		// A certificate manager has to approve: come back with pending.ID and key.
//		service, err = certs.Complete(ctx, issuer, pending.ID, key)
//	}
//
// # Errors
//
// A refusal is a certs.DeniedError with the authority's HRESULT, or, before anything was requested, a [*LoginError]
// with the reason of the KDC or of the server. [ErrUnavailable] says that nothing was requested. Once the request has
// been handed to the network, a lost, damaged or late answer is [ErrUnknown], and the request is never sent again. So is a
// fault that nobody has signed, whatever it promises; but for the refusal of a login by NTLM, which comes in no other way.
// A certificate whose chain is damaged is returned alone. No error, log line or fmt verb shows a password.
//
// # Testing
//
// Package github.com/clouddp/sdk/certs/adcs/icpr/icprtest is an authority that speaks this protocol in memory or over a
// socket. Its login is NTLM; Kerberos needs a KDC.
//
// # Compatibility
//
// The protocol is spoken over TCP; the named pipe \PIPE\cert is not used. An authority whose administrator has turned
// RPC enrollment off (IF_NORPCICERTREQUEST) refuses. Login, signature and encryption are proven against Samba, whose
// domain controller demands them but has no authority; the enrollment itself against package icprtest, not yet against
// Windows.
//
// [MS-ICPR]: https://learn.microsoft.com/openspecs/windows_protocols/ms-icpr
package icpr
