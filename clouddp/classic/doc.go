// Package classic provisions cloud distribution points through the classic Azure Service Management API, with a
// management certificate, as the administrator's guide of Configuration Manager describes.
//
//	bootstrap := &classic.Subscription{ID: id, Credential: coAdministrator}
//	if _, err := mgmtcert.Ensure(ctx, bootstrap.ManagementCertificates(), management.Leaf); err != nil {
//		return err
//	}
//
//	subscription := &classic.Subscription{ID: id, Certificate: management}
//	client := &clouddp.Client{
//		Provider:               subscription,
//		ManagementCertificates: subscription.ManagementCertificates(),
//		Certificate:            serviceCertificate,
//	}
//	operation, err := client.Create(ctx, &clouddp.Spec{
//		ServiceFQDN:  "clouddp.contoso.com",
//		Subscription: id,
//		Region:       "West Europe",
//		SiteCode:     "P01",
//	})
//	if err != nil {
//		return err
//	}
//	_, err = operation.Wait(ctx)
//	return err
//
// A Subscription holds primitives and never sends a request twice; order, repetition and waiting are the business of
// clouddp.Client. What it creates bears the Spec's owner mark as extended property "Owner"; the
// service certificate, which has no room for one, is known by its thumbprint.
//
// # Errors
//
// An answer of the service is a [*ServiceError], which matches the categories of package clouddp and unwraps to an
// [*azcore.ResponseError]. A write without an answer is clouddp.ErrUnknown: reading tells what became of it.
//
// # Testing
//
// Package classictest is a strict stand-in for the service: over TLS on loopback, or without a socket by way of
// [Subscription.Transport].
//
// # Compatibility
//
// Microsoft retired the classic API on 31 August 2024; it cannot be called any more. This package follows Microsoft's
// "Service Management REST API Reference", version 2014-10-01, and is proven against classictest.
package classic
