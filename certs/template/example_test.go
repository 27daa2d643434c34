package template_test

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/clouddp/sdk/certs/template"
)

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
