package certsrvtest_test

import (
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

// Every answer has status 200: what it means is on the page.
func ExampleServer() {
	web := certsrvtest.New(certstest.NewCA("Contoso Issuing CA"))
	client := &http.Client{Transport: web}
	response, err := client.Get("https://ca1.contoso.com/certsrv/certnew.cer?ReqID=1&Enc=bin")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	fmt.Println(response.Status, response.Header.Get("Content-Type"))
	// Output: 200 OK text/html; charset=utf-8
}
