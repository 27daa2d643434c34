// Package adminservice speaks to a Configuration Manager site through its AdminService: status messages, client settings,
// cloud services, site systems and content status, without the console and from any system.
//
//	transport := &httpauth.Transport{
//		Credentials: []httpauth.Credential{&httpauth.Kerberos{
//			User: "svc-clouddp", Realm: "CONTOSO.COM", Password: password,
//		}},
//		Roots: siteCertificates,
//	}
//	defer transport.Close()
//	site := &adminservice.Site{URL: "https://cm1.contoso.com/AdminService", Transport: transport}
//
//	ready := statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}, Component: statusmsg.CloudServicesManager}
//	if _, err := statusmsg.Wait(ctx, site, ready, nil); err != nil {
//		return err
//	}
//	for verdict, err := range clientsettings.Evaluate(ctx, site, site.Targets(ctx, nil)) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(verdict.Target.Name, verdict.Allowed())
//	}
//
// The caller must be an administrative user of the site, and sees what its role and scopes let it see.
//
// # Signing in
//
// Kerberos is what current sites want, by package [github.com/clouddp/sdk/httpauth]: they refuse NTLM since version 2509, and
// have no Basic authentication. Its CurrentUser signs in as the account that a process on Windows runs as. A [Token] of Microsoft Entra goes through a cloud management gateway, at
// https://<gateway>/CCM_Proxy_ServerAuth/<id>/AdminService, and on premises to https://<server>/AdminService_TokenAuth. What
// authenticates is an [http.RoundTripper], so that others can take its place.
//
// A site makes its own certificates, which no system trusts: export the one named "SMS Issuing" into Roots, or pin the key
// of the server. There is no way to trust blindly, and plain http is refused.
//
// # Reading and writing
//
// Listings stream page by page, with the links of the service where it gives them and by counting on where it does not.
// Filters are left to the site as far as that is safe, and checked again here. A reading is repeated when the service is
// busy; a write is sent once. What Microsoft does not document is handed on raw. A [UserMessages] lets a clouddp.Client
// report to the site.
//
// # Errors
//
// A refusal of the service is a [*StatusError], which matches a category such as [ErrDenied]. An answer that contradicts
// the documentation is [ErrIntegrity]. After a write whose answer was lost the error is [ErrUnknown], unless reading
// tells what became of it. A sign-in that fails is an *httpauth.AuthError.
//
// # Testing
//
// Package [github.com/clouddp/sdk/clouddp/adminservice/adminservicetest] is a strict stand-in for the service, without a
// socket or over TLS on loopback.
//
// # Compatibility
//
// The routes are those of Microsoft's "What is the administration service", the classes those of its WMI reference. Not
// documented, and so not proven against a site, are: $orderby, $top and $skip on the WMI route, how pages are linked, that
// the methods of SMS_AzureService and SMS_StatusMessage are offered there, and [Site.SetAllowCloudDP].
package adminservice
