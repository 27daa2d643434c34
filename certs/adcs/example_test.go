package adcs_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

func Example() {
	ca := certstest.NewCA("Contoso Issuing CA")
	ca.AddGroup("ConfigMgr Site Servers")
	server, err := adcstest.NewServer(ca) // a domain controller without a socket
	if err != nil {
		fmt.Println(err)
		return
	}
	directory := &adcs.Directory{
		Servers:  []string{"ldaps://dc1.contoso.com"},
		User:     adcstest.Administrator,
		Password: certs.StaticPassword(adcstest.Password),
		Roots:    server.Pool(),
		Dial:     server.Dial,
	}
	defer func() { _ = directory.Close() }()

	ctx := context.Background()
	group, err := directory.GroupSID(ctx, "ConfigMgr Site Servers")
	if err != nil {
		fmt.Println(err)
		return
	}
	desired := template.Desired{Template: template.CloudDP(group), CA: "Contoso Issuing CA"}
	changes, err := template.Apply(ctx, directory, desired)
	for _, change := range changes {
		if change.Action == template.Grant || change.Action == template.PublishTemplate {
			fmt.Println(change)
		}
	}
	again, _ := template.Plan(ctx, directory, desired)
	fmt.Println(err, len(again))
	// Output:
	// grant Read on CloudDPCert to Authenticated Users (S-1-5-11)
	// grant Read, Enroll on CloudDPCert to S-1-5-21-1004336348-1177238915-682003330-1102
	// publish CloudDPCert on Contoso Issuing CA
	// <nil> 0
}

func ExampleDirectory_errors() {
	server, err := adcstest.NewServer(certstest.NewCA("Contoso Issuing CA"))
	if err != nil {
		fmt.Println(err)
		return
	}
	directory := &adcs.Directory{
		Servers: []string{"ldaps://dc1.contoso.com"}, User: adcstest.Administrator, Password: certs.StaticPassword("forgotten"),
		Roots: server.Pool(), Dial: server.Dial,
	}
	_, err = directory.Template(context.Background(), "WebServer")
	if answer, ok := errors.AsType[*ldap.Error](err); ok {
		fmt.Println(answer.ResultCode, errors.Is(err, adcs.ErrDenied))
	}
	// Output: 49 true
}
