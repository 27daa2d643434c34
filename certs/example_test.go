package certs_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// managedCA returns an authority whose certificate manager approves what is asked of CloudDPCert.
func managedCA(ctx context.Context) (*certstest.CA, error) {
	ca := certstest.NewEnterprise("Contoso Issuing CA")
	wanted, err := ca.Template(ctx, "CloudDPCert")
	if err != nil {
		return nil, err
	}
	wanted.EnrollmentFlags |= template.EnrollmentPendAllRequests // "CA certificate manager approval"
	_, err = template.Apply(ctx, ca, template.Desired{Template: wanted, CA: ca.Name()})
	return ca, err
}

func ExampleEnroll() {
	ctx := context.Background()
	ca := certstest.NewEnterprise("Contoso Issuing CA")
	key, err := certs.GenerateKey(2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := certs.Enroll(ctx, ca, &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	pfx, err := service.PFX(certs.StaticPassword("a long password"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := certs.ParsePFX(pfx, certs.StaticPassword("a long password"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(opened.Leaf.Subject, opened.Leaf.DNSNames)
	fmt.Println("same certificate:", opened.Thumbprint() == service.Thumbprint())
	fmt.Println("findings:", len(certs.CheckService(opened, "clouddp.contoso.com", time.Now())))
	// Output:
	// CN=clouddp.contoso.com [clouddp.contoso.com]
	// same certificate: true
	// findings: 0
}

func ExampleComplete() {
	ctx := context.Background()
	ca, err := managedCA(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()}
	_, err = certs.Enroll(ctx, ca, request)
	fmt.Println(err)

	pending, ok := errors.AsType[*certs.PendingError](err)
	if !ok {
		return
	}
	if err := ca.Approve(pending.ID); err != nil { // by a certificate manager, perhaps days later
		fmt.Println(err)
		return
	}
	service, err := certs.Complete(ctx, ca, pending.ID, request.Key)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Leaf.Subject)
	// Output:
	// certs: enroll clouddp.contoso.com: request 1 is pending: Taken Under Submission
	// CN=clouddp.contoso.com
}

// A request may wait for days, and the program that made it ends. Its key is kept in a .pfx file, with a certificate that
// nobody uses.
func ExampleComplete_anotherProcess() {
	ctx := context.Background()
	ca, err := managedCA(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	const name = "clouddp.contoso.com"
	password := certs.StaticPassword("a long password")

	ask := func() (file []byte, id string, err error) {
		draft, err := certs.SelfSigned(name, nil) // with a new key
		if err != nil {
			return nil, "", err
		}
		if file, err = draft.PFX(password, nil); err != nil { // saved before anybody is asked
			return nil, "", err
		}
		_, err = certs.Enroll(ctx, ca, &certs.Request{CommonName: name, Template: "CloudDPCert", Key: draft.PrivateKey()})
		if pending, ok := errors.AsType[*certs.PendingError](err); ok {
			return file, pending.ID, nil
		}
		return nil, "", err
	}
	file, id, err := ask()
	if err != nil {
		fmt.Println(err)
		return
	}

	comeBack := func() error {
		draft, err := certs.ParsePFX(file, password)
		if err != nil {
			return err
		}
		service, err := certs.Complete(ctx, ca, id, draft.PrivateKey())
		if _, waits := errors.AsType[*certs.PendingError](err); waits {
			fmt.Println("still waiting")
			return nil
		}
		if err == nil {
			fmt.Println(service.Leaf.Subject, "by", service.Leaf.Issuer)
		}
		return err
	}
	for _, decide := range []func(string) error{func(string) error { return nil }, ca.Approve} {
		if err := errors.Join(decide(id), comeBack()); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// still waiting
	// CN=clouddp.contoso.com by CN=Contoso Issuing CA
}

func ExampleCheckService() {
	management, err := certs.SelfSigned("cloud-dp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range certs.CheckService(management, "cloud-dp.contoso.com", time.Now()) {
		fmt.Println(f.Severity, f.ID, f.Evidence)
	}
	// Output:
	// ERROR cert.name.prefix first label "cloud-dp"
	// ERROR cert.ca.flag an authority's own or a self-signed certificate
}

func ExampleRevocationChecker() {
	ctx := context.Background()
	ca := certstest.NewEnterprise("Contoso Issuing CA")
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()}
	service, err := certs.Enroll(ctx, ca, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	checker := &certs.RevocationChecker{Transport: ca} // in earnest the zero value
	for _, revoke := range []bool{false, true} {
		if revoke {
			if err := ca.Revoke(service.Leaf, 1); err != nil {
				fmt.Println(err)
				return
			}
			ca.PublishCRL()
		}
		answers, err := checker.Check(ctx, service, time.Now())
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, a := range answers {
			fmt.Println(a.Certificate.Subject, "is", a.Status)
		}
	}
	// Output:
	// CN=clouddp.contoso.com is good
	// CN=Contoso Issuing CA is good
	// CN=clouddp.contoso.com is revoked
	// CN=Contoso Issuing CA is good
}

func ExampleLocalCA() {
	root, err := certs.SelfSigned("Contoso Lab Root", &certs.SelfSignedOptions{Authority: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	lab := &certs.LocalCA{Authority: root, Validity: 90 * 24 * time.Hour}
	request := &certs.Request{CommonName: "clouddp.contoso.com", Key: certstest.Key()}
	service, err := certs.Enroll(context.Background(), lab, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Leaf.Subject, "issued by", service.Leaf.Issuer)
	fmt.Println(service.Expiry(time.Now()).Stage)
	// Output:
	// CN=clouddp.contoso.com issued by CN=Contoso Lab Root
	// plan
}

func ExampleDeniedError_Remedy() {
	ctx := context.Background()
	ca := certstest.NewCA("Contoso Issuing CA")
	request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "WebServer", Key: certstest.Key()}
	_, err := certs.Enroll(ctx, ca, request)
	if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
		fmt.Println(denied.Code)
		fmt.Println(denied.Remedy())
		fmt.Println("may pass later:", denied.MayPass())
	}
	// Output:
	// 0x80094012
	// grant Read and Enroll on the template to the group of the site servers, then restart the site server: only then does its logon token hold the group
	// may pass later: true
}
