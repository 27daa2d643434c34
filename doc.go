// Package sdk is the map of a module that puts Configuration Manager cloud distribution points into service and keeps
// them there. It holds no code: import the packages it points to.
//
// # The journey
//
// A cloud distribution point begins as a certificate template and ends as a client that downloads and verifies
// content. Each step has its package, and each package can be used without the others:
//
//  1. Duplicate the Web Server template, allow the key to be exported, publish it: [github.com/clouddp/sdk/certs/template].
//  2. Request the service certificate: [github.com/clouddp/sdk/certs].
//  3. Export it, as .cer without the key and as .pfx with it: [github.com/clouddp/sdk/certs].
//  4. Upload the management certificate of the subscription: [github.com/clouddp/sdk/clouddp/mgmtcert].
//  5. Describe the service, see what would go wrong, create it: [github.com/clouddp/sdk/clouddp].
//  6. Wait while it provisions, and read CloudMgr.log: [github.com/clouddp/sdk/statusmsg/cmlog].
//  7. Wait for status message 9409: [github.com/clouddp/sdk/statusmsg].
//  8. Point the alias at the service: [github.com/clouddp/sdk/dns].
//  9. Allow clients to use it: [github.com/clouddp/sdk/clientsettings].
//  10. Distribute content and fetch it: [github.com/clouddp/sdk/clouddp/content].
//  11. Watch usage and expiry, renew, stop, start, delete: [github.com/clouddp/sdk/clouddp].
//
// # The rooms
//
// Four packages each know one domain. They do not import one another, and link little beside the standard library:
//
//   - [github.com/clouddp/sdk/certs] and [github.com/clouddp/sdk/certs/template]: certificates and the templates they are issued by.
//   - [github.com/clouddp/sdk/dns]: aliases, set and read back.
//   - [github.com/clouddp/sdk/clientsettings]: what a device or user may do, and which policy says so.
//   - [github.com/clouddp/sdk/statusmsg] and [github.com/clouddp/sdk/statusmsg/cmlog]: status messages and logs.
//
// One package joins them, and a few stand beside it:
//
//   - [github.com/clouddp/sdk/clouddp]: the service itself, over any cloud that implements its Provider.
//   - [github.com/clouddp/sdk/clouddp/mgmtcert]: the management certificates of a subscription.
//   - [github.com/clouddp/sdk/clouddp/content] and [github.com/clouddp/sdk/clouddp/content/point]: content, encrypted at rest, and the server that hands it out.
//
// Drivers speak to services outside, and are imported only by programs that use them:
//
//   - [github.com/clouddp/sdk/certs/adcs]: the templates of an Active Directory forest, over LDAP.
//   - [github.com/clouddp/sdk/certs/adcs/icpr], [github.com/clouddp/sdk/certs/adcs/certsrv] and
//     [github.com/clouddp/sdk/certs/adcs/certreq]: its certification authorities, over RPC, over HTTPS and with Windows' own program.
//   - [github.com/clouddp/sdk/httpauth]: who signs in at them, and at any web server of a Windows domain.
//   - [github.com/clouddp/sdk/dns/rfc2136], [github.com/clouddp/sdk/dns/gsstsig], [github.com/clouddp/sdk/dns/libdnszone] and
//     [github.com/clouddp/sdk/dns/azuredns]: zones, by dynamic update, signed by Kerberos too, by any libdns provider, in Azure.
//   - [github.com/clouddp/sdk/clouddp/classic]: the classic Azure Service Management API, which Microsoft retired in 2024.
//   - [github.com/clouddp/sdk/clouddp/adminservice]: a Configuration Manager site, through its AdminService.
//
// # Testing
//
// Every interface has an in-memory implementation and a conformance suite, in a package named after it:
// [github.com/clouddp/sdk/certs/certstest], [github.com/clouddp/sdk/certs/adcs/adcstest],
// [github.com/clouddp/sdk/certs/adcs/icpr/icprtest], [github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest],
// [github.com/clouddp/sdk/dns/dnstest],
// [github.com/clouddp/sdk/clientsettings/clientsettingstest], [github.com/clouddp/sdk/statusmsg/statusmsgtest],
// [github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest], [github.com/clouddp/sdk/clouddp/content/contenttest],
// [github.com/clouddp/sdk/clouddp/clouddptest], [github.com/clouddp/sdk/clouddp/classic/classictest] and
// [github.com/clouddp/sdk/clouddp/adminservice/adminservicetest].
//
// The Lab of [github.com/clouddp/sdk/clouddp/clouddptest] wires them all. It opens no socket, so a test of half an hour's
// provisioning takes milliseconds in a bubble of [testing/synctest].
//
// # Errors
//
// The error categories, such as ErrNotFound and ErrConflict, are the same values in every package, and match their
// counterparts in the standard library where there is one. What a caller can act on has an error type of its own.
package sdk
