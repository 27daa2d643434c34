package adminservicetest_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"

	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
)

func clientConfig(server *adminservicetest.Server) *tls.Config {
	return &tls.Config{RootCAs: server.Pool(), MinVersion: tls.VersionTLS12}
}

func Example() {
	service := &adminservicetest.Service{}
	service.Plant(adminservicetest.Collection{CollectionID: "SMS00001", Name: "All Systems"})

	const address = "https://cm1.contoso.com/AdminService/wmi/SMS_Collection?$filter=Colour%20eq%20'red'"
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := service.RoundTripper().RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, string(body), err)
	// Output:
	// 400 {"error":{"code":"","message":"The query specified in the URI is not valid. could not find a property named 'Colour' on type 'AdminService.SMS_Collection'."}}
	//  <nil>
}
