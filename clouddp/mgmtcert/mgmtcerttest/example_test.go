package mgmtcerttest_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest"
)

func Example() {
	ctx := context.Background()
	store := &mgmtcerttest.Store{Limit: 1}
	store.Inject(mgmtcerttest.FaultLostAnswer)

	added, err := mgmtcert.Ensure(ctx, store, &x509.Certificate{Raw: []byte("one")})
	fmt.Println(added, err)

	_, err = mgmtcert.Ensure(ctx, store, &x509.Certificate{Raw: []byte("two")})
	fmt.Println(errors.Is(err, mgmtcert.ErrLimit))
	// Output:
	// true <nil>
	// true
}
