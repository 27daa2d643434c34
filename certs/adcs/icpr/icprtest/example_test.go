package icprtest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// The answer is lost, the certificate issued: whoever asked again would have two.
func ExampleServer_Inject() {
	ca := certstest.NewCA("Contoso Issuing CA")
	ca.JoinGroup(template.SID("S-1-5-21-1004336348-1177238915-682003330-519")) // Enterprise Admins
	server := icprtest.NewServer(ca)
	server.AddAccount("SITESERVER$", "correct horse")
	server.Inject(icprtest.FaultLostAnswer)

	issuer := &icpr.Issuer{
		Host: "ca1.contoso.com", Authority: ca.Name(), Dial: server.Dial, NTLM: true,
		User: "SITESERVER$", Realm: "CONTOSO.COM", Password: certs.StaticPassword("correct horse"),
	}
	_, err := certs.Enroll(context.Background(), issuer, &certs.Request{
		CommonName: "clouddp.contoso.com", Template: "WebServer", Key: certstest.Key(),
	})
	fmt.Println(errors.Is(err, icpr.ErrUnknown), len(ca.Issued()))
	// Output:
	// true 1
}
