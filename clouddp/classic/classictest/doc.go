// Package classictest is a strict, stateful stand-in for the classic Azure Service Management service.
//
// It speaks the wire protocol: XML with the order of elements that Microsoft's own serializer insists on, a mandatory
// version header, mutual TLS with a management certificate, operations that are accepted now and carried out later,
// quotas, names that are taken, and conflicts. A client that it serves well has a fair chance with the real one.
//
//	service := &classictest.Service{ProvisionTime: 28 * time.Minute, OperationTime: 30 * time.Second}
//	service.AddManagementCertificate(management.Leaf)
//	service.Inject(classictest.FaultLostAnswer)
//
//	subscription := &classic.Subscription{
//		ID:          "00000000-0000-0000-0000-000000000001",
//		Certificate: management,
//		Transport:   service.RoundTripper(management.Leaf),
//	}
//
// The same over a socket, with real mutual TLS:
//
//	server, err := service.Serve(ctx, nil)
//	if err != nil {
//		return err
//	}
//	defer server.Close()
//	subscription := &classic.Subscription{ID: id, Certificate: management, Endpoint: server.URL, Roots: server.Pool()}
//
// Time passes by the clock alone: a deployment walks through CreatingVM, StartingVM and BusyRole to ReadyRole during
// ProvisionTime. There is no timer and no goroutine, so that a Service works in a testing/synctest bubble.
//
// # Errors
//
// The service answers as the real one does, with an Error element. Methods of the fake itself return the categories of
// package clouddp.
//
// # Testing
//
// What the cloud holds is read with [Service.Inventory], [Service.Empty], [Service.Workload] and
// [Service.StorageAccount]; it misbehaves by [Service.Inject].
//
// # Compatibility
//
// The real front end asks for the client certificate by renegotiating; this one asks during the handshake, because Go's
// server cannot renegotiate. Exact wording and statuses of refusals that Microsoft does not document are this package's
// own.
package classictest
