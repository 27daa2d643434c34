package template_test

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/clouddp/sdk/certs/template"
)

// Everything that a colleague needs who has the rights and no program of ours: a file for ldifde, or commands for
// a duplicate made in the console, and on the site server a file for certreq.
func Example_handOver() {
	const (
		domain           = "S-1-5-21-1004336348-1177238915-682003330" // the root domain of the forest
		siteServers      = domain + "-1104"
		enterpriseAdmins = domain + "-519"
		forest           = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201"
		config           = `CA01.contoso.com\Contoso Issuing CA`
	)
	desired := template.Desired{Template: template.CloudDP(siteServers), CA: "Contoso Issuing CA"}
	desired.Template.OID = desired.Template.DeriveOID(forest)

	records, err := desired.LDIF("CN=Configuration,DC=contoso,DC=com", enterpriseAdmins)
	if err != nil {
		fmt.Println(err)
		return
	}
	ldif, err := template.FormatLDIF(records)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("An enterprise administrator runs: ldifde -i -f clouddp.ldf\n\n%s", ldif)

	byHand := template.WebServer().Duplicate(desired.Template.DisplayName)
	commands, rest, err := desired.Certutil(byHand, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("Or: duplicate Web Server as %s, then\n\n", desired.Template.DisplayName)
	for _, command := range commands {
		fmt.Println(command)
	}
	for _, change := range rest {
		fmt.Println("by hand:", change)
	}

	inf, err := desired.Template.RequestINF("clouddp.contoso.com").Format()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("\nOn the site server, as administrator, with this clouddp.inf:\n\n%s\n", strings.ReplaceAll(string(inf), "\r\n", "\n"))
	fmt.Println("certreq -new clouddp.inf clouddp.req")
	fmt.Printf("certreq -submit -AdminForceMachine -config \"%s\" clouddp.req clouddp.cer\n", config)
	fmt.Println("certreq -accept clouddp.cer")
	fmt.Println(`Export-PfxCertificate -Cert Cert:\LocalMachine\My\THUMBPRINT -FilePath clouddp.pfx -Password (Read-Host -AsSecureString)`)
	// Output:
	// An enterprise administrator runs: ldifde -i -f clouddp.ldf
	//
	// dn: CN=89248965.B4FC51EE328C036F13729B24351D91BE,CN=OID,CN=Public Key Servic
	//  es,CN=Services,CN=Configuration,DC=contoso,DC=com
	// changetype: add
	// objectClass: top
	// objectClass: msPKI-Enterprise-Oid
	// displayName: Cloud DP Cert
	// flags: 1
	// msPKI-Cert-Template-OID: 1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.771023
	//  5.3308176.201.13226467.89248965
	//
	// dn: CN=CloudDPCert,CN=Certificate Templates,CN=Public Key Services,CN=Servic
	//  es,CN=Configuration,DC=contoso,DC=com
	// changetype: add
	// objectClass: top
	// objectClass: pKICertificateTemplate
	// displayName: Cloud DP Cert
	// flags: 131649
	// revision: 100
	// msPKI-Template-Minor-Revision: 0
	// msPKI-Template-Schema-Version: 2
	// msPKI-Cert-Template-OID: 1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.771023
	//  5.3308176.201.13226467.89248965
	// pKIDefaultKeySpec: 1
	// pKIKeyUsage:: oAA=
	// pKIMaxIssuingDepth: 0
	// pKICriticalExtensions: 2.5.29.15
	// pKIExpirationPeriod:: AIByDl3C/f8=
	// pKIOverlapPeriod:: AICmCv/e//8=
	// pKIExtendedKeyUsage: 1.3.6.1.5.5.7.3.1
	// pKIDefaultCSPs: 1,Microsoft RSA SChannel Cryptographic Provider
	// pKIDefaultCSPs: 2,Microsoft DH SChannel Cryptographic Provider
	// msPKI-RA-Signature: 0
	// msPKI-Certificate-Application-Policy: 1.3.6.1.5.5.7.3.1
	// msPKI-Minimal-Key-Size: 2048
	// msPKI-Enrollment-Flag: 0
	// msPKI-Private-Key-Flag: 16842768
	// msPKI-Certificate-Name-Flag: 1
	// nTSecurityDescriptor:: AQAEkAAAAAAAAAAAAAAAABQAAAAEAJwABAAAAAAAFACUAAIAAQEAA
	//  AAAAAULAAAAAAAkAJQAAgABBQAAAAAABRUAAADc9Nw7gz0rRoKLpihQBAAABQA4AAABAAABAAAA
	//  aMkQDvt40hGQ1ADAT3ncVQEFAAAAAAAFFQAAANz03DuDPStGgoumKFAEAAAAACQA/wAPAAEFAAA
	//  AAAAFFQAAANz03DuDPStGgoumKAcCAAA=
	//
	// dn: CN=Contoso Issuing CA,CN=Enrollment Services,CN=Public Key Services,CN=S
	//  ervices,CN=Configuration,DC=contoso,DC=com
	// changetype: modify
	// add: certificateTemplates
	// certificateTemplates: CloudDPCert
	// -
	//
	// Or: duplicate Web Server as Cloud DP Cert, then
	//
	// certutil -dsTemplate CloudDPCert msPKI-Private-Key-Flag +CTPRIVATEKEY_FLAG_EXPORTABLE_KEY
	// certutil -config "CA01.contoso.com\Contoso Issuing CA" -SetCATemplates +CloudDPCert
	// by hand: grant Read, Enroll on CloudDPCert to S-1-5-21-1004336348-1177238915-682003330-1104
	//
	// On the site server, as administrator, with this clouddp.inf:
	//
	// [Version]
	// Signature="$Windows NT$"
	// [NewRequest]
	// Subject="CN=clouddp.contoso.com"
	// Exportable=TRUE
	// KeyLength=2048
	// KeySpec=1
	// KeyUsage=0xA0
	// MachineKeySet=TRUE
	// ProviderName="Microsoft RSA SChannel Cryptographic Provider"
	// ProviderType=12
	// RequestType=PKCS10
	// HashAlgorithm=sha256
	// [EnhancedKeyUsageExtension]
	// OID=1.3.6.1.5.5.7.3.1
	// [Extensions]
	// 2.5.29.17="{text}"
	// _continue_="dns=clouddp.contoso.com&"
	// [RequestAttributes]
	// CertificateTemplate=CloudDPCert
	//
	// certreq -new clouddp.inf clouddp.req
	// certreq -submit -AdminForceMachine -config "CA01.contoso.com\Contoso Issuing CA" clouddp.req clouddp.cer
	// certreq -accept clouddp.cer
	// Export-PfxCertificate -Cert Cert:\LocalMachine\My\THUMBPRINT -FilePath clouddp.pfx -Password (Read-Host -AsSecureString)
}

// A template that somebody exported with ldifde or ldapsearch is checked without a directory.
func ExampleParseLDIF() {
	exported := "dn: CN=CloudDPCert,CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,DC=contoso,DC=com\n" +
		strings.ReplaceAll(strings.TrimSpace(cloudDPDump), "16842768", "16842752")
	records, err := template.ParseLDIF([]byte(exported))
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := records[0].Template()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, finding := range t.Check() {
		if finding.Severity == slog.LevelError {
			fmt.Println(finding.ID+":", finding.Evidence)
		}
	}
	// Output:
	// key.exportable: private key flags: server 2003|client XP
	// tpl.enroll: nobody has Enroll
}

func ExampleDesired_LDIF() {
	const siteServers = "S-1-5-21-1004336348-1177238915-682003330-1104"
	const domainAdmins = "S-1-5-21-1004336348-1177238915-682003330-512"
	desired := template.Desired{Template: template.CloudDP(siteServers), CA: "Contoso Issuing CA"}
	desired.Template.OID = desired.Template.DeriveOID("1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201")
	records, err := desired.LDIF("CN=Configuration,DC=contoso,DC=com", domainAdmins)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := template.FormatLDIF(records[2:]) // the publication; ldifde needs all three
	fmt.Printf("%s%v", text, err)
	// Output:
	// dn: CN=Contoso Issuing CA,CN=Enrollment Services,CN=Public Key Services,CN=S
	//  ervices,CN=Configuration,DC=contoso,DC=com
	// changetype: modify
	// add: certificateTemplates
	// certificateTemplates: CloudDPCert
	// -
	//
	// <nil>
}

func ExampleSecurityDescriptor() {
	const siteServers = "S-1-5-21-1004336348-1177238915-682003330-1104"
	descriptor, err := template.SecurityDescriptor{}.WithAccess(template.CloudDP(siteServers).Access)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, access := range descriptor.Access() {
		fmt.Println(access.SID, "has", access.Rights)
	}
	fmt.Println(descriptor)
	// Output:
	// S-1-5-11 has Read
	// S-1-5-21-1004336348-1177238915-682003330-1104 has Read, Enroll
	// D:P(A;;LCRPLORC;;;AU)(A;;LCRPLORC;;;S-1-5-21-1004336348-1177238915-682003330-1104)(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;S-1-5-21-1004336348-1177238915-682003330-1104)
}

func ExampleDesired_Certutil() {
	byHand := template.WebServer().Duplicate("Cloud DP Cert")
	desired := template.Desired{Template: template.CloudDP("S-1-5-21-1004336348-1177238915-682003330-1104"), CA: "Contoso Issuing CA"}
	commands, rest, err := desired.Certutil(byHand, `CA01\Contoso Issuing CA`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, command := range commands {
		fmt.Println(command)
	}
	for _, change := range rest {
		fmt.Println("by hand:", change)
	}
	// Output:
	// certutil -dsTemplate CloudDPCert msPKI-Private-Key-Flag +CTPRIVATEKEY_FLAG_EXPORTABLE_KEY
	// certutil -config "CA01\Contoso Issuing CA" -SetCATemplates +CloudDPCert
	// by hand: grant Read, Enroll on CloudDPCert to S-1-5-21-1004336348-1177238915-682003330-1104
}
