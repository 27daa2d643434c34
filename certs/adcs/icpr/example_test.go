package icpr_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/certstest"
)

// An authority in memory takes the place of the real one. It does not let everybody use every template.
func ExampleIssuer() {
	ca := certstest.NewCA("Contoso Issuing CA")
	server := icprtest.NewServer(ca)
	server.AddAccount("SITESERVER$", "correct horse")

	issuer := &icpr.Issuer{
		Host: "ca1.contoso.com", Authority: "Contoso Issuing CA",
		User: "SITESERVER$", Realm: "CONTOSO.COM", Password: certs.StaticPassword("correct horse"), NTLM: true,
		Dial: server.Dial, // leave it out for a real authority
	}
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "WebServer", Key: certstest.Key()}
	_, err := certs.Enroll(context.Background(), issuer, request)
	if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
		fmt.Println(denied.Code, denied.Reason)
	}
	ca.JoinGroup("S-1-5-21-1004336348-1177238915-682003330-519") // Enterprise Admins may
	service, err := certs.Enroll(context.Background(), issuer, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Leaf.Subject, "issued by", service.Chain[0].Subject)
	// Output:
	// 0x80094012 The permissions on the certificate template do not allow the current user to enroll
	// CN=clouddp.contoso.com issued by CN=Contoso Issuing CA
}
