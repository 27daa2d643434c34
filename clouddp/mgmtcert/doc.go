// Package mgmtcert keeps the management certificates of an Azure subscription: the certificates by which the classic
// Service Management API knows its callers.
//
// A [Store] is the list itself; [Ensure] and [Remove] bring it to a wanted state and read back what they did:
//
//	store := subscription.ManagementCertificates() // a classic.Subscription with a co-administrator's credential
//
//	management, err := certs.SelfSigned("CloudDP management", nil)
//	if err != nil {
//		return err
//	}
//	added, err := mgmtcert.Ensure(ctx, store, management.Leaf)
//	switch {
//	case errors.Is(err, mgmtcert.ErrLimit):
//		return fmt.Errorf("delete an old certificate first: %w", err)
//	case err != nil:
//		return err
//	}
//	fmt.Println("uploaded now:", added)
//
//	return mgmtcert.Remove(ctx, store, superseded)
//
// Only the certificate is uploaded, never its key. A certificate that somebody uploaded by hand is as good as one that
// Ensure added: its thumbprint is its identity.
//
// # Errors
//
// Errors of the store pass through and match the categories below. [ErrUnknown] is left only if reading back could not
// settle what became of a write.
//
// # Testing
//
// Package mgmtcerttest has an in-memory Store with faults and the conformance suite TestStore.
package mgmtcert
