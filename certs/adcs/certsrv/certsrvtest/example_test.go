package certsrvtest_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

// Every answer has status 200: what it means is on the page.
func ExampleServer() {
	web := certsrvtest.New(certstest.NewCA("Contoso Issuing CA"))
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet,
		"https://ca1.contoso.com/certsrv/certnew.cer?ReqID=1&Enc=bin", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := web.RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	fmt.Println(response.Status, response.Header.Get("Content-Type"))
	// Output: 200 OK text/html; charset=utf-8
}
