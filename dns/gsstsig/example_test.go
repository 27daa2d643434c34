package gsstsig_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/dns/gsstsig"
)

// What cannot work is told before anybody is asked, all of it at once.
func ExampleSigner() {
	signer := &gsstsig.Signer{
		User:   "svc-clouddp@contoso.com",
		Config: "[libdefaults]\ndefault_realm = CONTOSO.COM\ndns_lookup_kdc = true\n",
	}
	_, err := signer.Session(context.Background(), "192.0.2.53:53")
	if invalid, ok := errors.AsType[*gsstsig.InvalidError](err); ok {
		for _, problem := range invalid.Problems {
			fmt.Println(problem.Field, problem.Reason)
		}
	}
	// Output:
	// User is "svc-clouddp@contoso.com"; give the bare account name, and the domain as Realm
	// Realm is empty; give the realm of User, such as CONTOSO.COM
	// Password give either a Password or a Keytab for User
	// server is the address 192.0.2.53; name the server in Host as Kerberos knows it
}
