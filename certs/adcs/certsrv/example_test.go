package certsrv_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

// The template WebServer is for administrators. The refusal is understood in whatever language it comes.
func ExampleClient() {
	web := certsrvtest.New(certstest.NewCA("Contoso Issuing CA"))
	web.Speak(certsrvtest.German)

	ca := &certsrv.Client{URL: "https://ca1.contoso.com/certsrv/", Transport: web}
	_, err := certs.Enroll(context.Background(), ca, &certs.Request{
		CommonName: "clouddp.contoso.com",
		Template:   "WebServer",
		Key:        certstest.Key(),
	})
	if denied, ok := errors.AsType[*certs.DeniedError](err); ok {
		fmt.Println(denied.Code == certs.CodeTemplateDenied, denied.Code)
	}
	// Output: true 0x80094012
}
