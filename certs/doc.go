// Package certs obtains, exports and checks the certificates of a cloud distribution point.
//
// A private key is made here and never leaves unless it is asked for: [Enroll] sends a certificate signing request to
// an [Issuer], and the [Bundle] that comes back keeps the key sealed. It is written for Configuration Manager and Azure
// as a .cer file without key and a .pfx file with key and password:
//
//	key, err := certs.GenerateKey(2048)
//	if err != nil {
//		return err
//	}
//	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: key}
//	service, err := certs.Enroll(ctx, issuer, request)
//	if err != nil {
//		return err
//	}
//	for _, finding := range certs.CheckService(service, "clouddp.contoso.com", time.Now()) {
//		logger.Log(ctx, finding.Severity, finding.ID, "evidence", finding.Evidence, "remedy", finding.Remedy)
//	}
//	pfx, err := service.PFX(certs.StaticPassword(secret), nil)
//	if err != nil {
//		return err
//	}
//	if err := os.WriteFile("CloudDP.cer", service.CER(), 0o644); err != nil {
//		return err
//	}
//	file, err := os.OpenFile("CloudDP.pfx", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // over no key that is there
//	if err != nil {
//		return err
//	}
//	_, err = file.Write(pfx)
//	return errors.Join(err, file.Close())
//
// # Checks
//
// A check returns every [Finding] at once, each with an ID that is stable across releases. [CheckService] and
// [CheckManagement] need the bundle alone; a [Deployment] adds what is known about the site. [Bundle.Expiry] says how near
// the end is and when to look again, and [RevocationChecker] asks whether anybody has revoked the certificate, as a client on
// the internet would.
//
// # Errors
//
// An error matches one of the categories below with [errors.Is]. A request that waits for a certificate manager is a
// [*PendingError] whose ID goes to [Complete], a refusal is a [*DeniedError] with the authority's HRESULT and what to do about
// it, and bad input is an [*InvalidError] that lists every problem. After [ErrUnknown] the request may have been issued: it is
// never sent again by itself. No error, log line, fmt verb or encoder shows a key or a password.
//
// # Testing
//
// Package [github.com/clouddp/sdk/certs/certstest] holds an enterprise certification authority in memory and the
// suite that every [Issuer] passes. Time is the standard library's, so all of it runs in a [testing/synctest] bubble.
//
// # Compatibility
//
// A [Profile] is named after the importer it is for. [WindowsLegacy] opens everywhere; Azure cloud services and Windows
// Server 2016 answer anything newer with "wrong password". [InspectPFX] tells, without the password, what each [Importer]
// makes of a file, and [CheckPFX] what else will go wrong with it. [ParsePFX] reads the files of Windows, OpenSSL, Java,
// NSS, GnuTLS and go-pkcs12.
package certs
