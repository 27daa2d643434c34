package mgmtcerttest_test

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStoreConforms(t *testing.T) {
	mgmtcerttest.TestStore(t, synctest.Test, func(*testing.T) *mgmtcerttest.Harness {
		store := &mgmtcerttest.Store{}
		return &mgmtcerttest.Harness{Store: store, Inject: store.Inject, Limit: 100}
	})
}
