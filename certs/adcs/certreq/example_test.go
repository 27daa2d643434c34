package certreq_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certreq"
	"github.com/clouddp/sdk/certs/certstest"
)

// A certificate manager has to approve. The program says so in German, and is understood.
func ExampleClient() {
	ca := &certreq.Client{
		Config: `ca1.contoso.com\Contoso Issuing CA`,
		Run: func(context.Context, string, []string) ([]byte, int, error) { // in place of certreq.exe
			return []byte("Anforderungs-ID: 42\r\nRequestId: \"42\"\r\nZur Entscheidung angenommen (0)\r\n"), 0, nil
		},
	}
	_, err := certs.Enroll(context.Background(), ca, &certs.Request{
		CommonName: "clouddp.contoso.com",
		Template:   "CloudDPCert",
		Key:        certstest.Key(),
	})
	if pending, ok := errors.AsType[*certs.PendingError](err); ok {
		fmt.Println("come back with request", pending.ID)
	}
	// Output: come back with request 42
}
