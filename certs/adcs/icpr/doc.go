// Package icpr enrolls at an enterprise certification authority over RPC, as the Certificates console of Windows does when it
// uses the Active Directory Enrollment Policy: the ICertPassage Remote Protocol, [MS-ICPR].
package icpr
