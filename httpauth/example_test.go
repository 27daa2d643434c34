package httpauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/httpauth"
)

// A service signs in with Kerberos where the server offers it, and with NTLM elsewhere.
func ExampleTransport() {
	password := func() ([]byte, error) { return []byte("from a secret store"), nil }
	transport := &httpauth.Transport{
		Credentials: []httpauth.Credential{
			&httpauth.Kerberos{
				User:     "svc-clouddp",
				Realm:    "CONTOSO.COM",
				Password: password,
				Config:   "[libdefaults]\n default_realm = CONTOSO.COM\n dns_lookup_kdc = true\n",
			},
			&httpauth.NTLM{User: `CONTOSO\svc-clouddp`, Password: password},
		},
	}
	defer func() { _ = transport.Close() }()

	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://ca1.contoso.com/certsrv/", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := transport.RoundTrip(request) // an http.Client does this
	if invalid, ok := errors.AsType[*httpauth.InvalidError](err); ok {
		for _, problem := range invalid.Problems {
			fmt.Println(problem.Field, problem.Reason)
		}
		return
	}
	fmt.Println(response.Status)
	_ = response.Body.Close()
	// Output: NTLM.User is "CONTOSO\\svc-clouddp"; give the bare account name, and the domain as Domain
}
