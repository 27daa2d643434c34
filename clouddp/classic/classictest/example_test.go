package classictest_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

func Example() {
	service := &classictest.Service{}
	if err := service.Plant(clouddp.Part{Kind: "cloud service", Name: "clouddp"}, "P01/clouddp.contoso.com"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Inventory())

	const address = "https://management.core.windows.net/11111111-2222-3333-4444-555555555555/locations"
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := service.RoundTripper(nil).RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	fmt.Println(response.StatusCode, "without a version header")
	// Output:
	// [cloud service clouddp]
	// 400 without a version header
}
