// Package contenttest is an in-memory [content.Store] with faults, and the suite that holds every store to its contract.
//
//	store := contenttest.NewStore()
//	manifest, err := content.Distribute(ctx, store, key, pkg, nil)
//	…
//	store.FlipBit() // the next read returns one wrong bit
//	err = content.Fetch(ctx, store, key, pkg.ID, root, nil)
//	…
//	store.CrashAfter(3) // three more writes, then nothing works
//	_, err = content.Distribute(ctx, store, key, next, nil)
//	store.Restart()
//
// [Transport] lets an HTTP client talk to a handler in the same goroutine, without a socket: a point and its clients work
// inside a [testing/synctest] bubble.
//
// # Errors
//
// The Store returns the categories of package content, and refuses what a strict service refuses: names that
// [content.CheckName] does not take, blobs over 64 MiB, conditions that do not hold.
//
// # Testing
//
// [TestStore] is for every implementation of [content.Store], with or without faults to inject.
package contenttest
