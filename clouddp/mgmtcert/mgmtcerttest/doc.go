// Package mgmtcerttest is an in-memory list of management certificates and the conformance suite for others.
//
//	store := &mgmtcerttest.Store{Limit: 10}
//	store.Inject(mgmtcerttest.FaultLostAnswer)
//
//	added, err := mgmtcert.Ensure(ctx, store, certificate)
//	// added is true and err nil: Ensure has read back what became of its write.
//
// An implementation of [mgmtcert.Store] is held to the contract by [TestStore]:
//
//	func TestConformance(t *testing.T) {
//		mgmtcerttest.TestStore(t, synctest.Test, func(t *testing.T) *mgmtcerttest.Harness {
//			store := &mgmtcerttest.Store{}
//			return &mgmtcerttest.Harness{Store: store, Inject: store.Inject, Limit: 100}
//		})
//	}
//
// # Errors
//
// The Store returns the categories that [mgmtcert.Store] names.
//
// # Testing
//
// The Store opens no socket, starts no goroutine and works inside a testing/synctest bubble.
package mgmtcerttest
