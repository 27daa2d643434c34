// Package adminservicetest is a strict, stateful stand-in for the AdminService of a Configuration Manager site.
//
// It speaks the wire protocol: OData with $filter, $orderby, $top and $skip, pages with and without links, lazy
// properties that only a request by key gets, read-only properties, static methods, errors with a body, and times that
// mean "never". What is unknown to it, be it a class, a property, a parameter or an option, is refused.
//
//	service := &adminservicetest.Service{PageSize: 2}
//	service.Plant(adminservicetest.AzureService{AzureServiceID: 16777217, Name: "CLOUDDP", ServiceType: "CloudDistributionPoint"})
//	service.Inject(adminservicetest.FaultBusy)
//
//	site := &adminservice.Site{URL: "https://cm1.contoso.com/AdminService", Transport: service.RoundTripper()}
//
// The same over a socket:
//
//	server, err := service.Serve(ctx, nil)
//	if err != nil {
//		return err
//	}
//	defer server.Close()
//	site := &adminservice.Site{URL: server.URL, Transport: &httpauth.Transport{Roots: server.Pool()}}
//
// There is no timer and no goroutine, so that a Service works in a testing/synctest bubble.
//
// # Errors
//
// The service answers as the real one does, with an OData error. Methods of the fake itself return the errors of the
// packages whose values they take.
//
// # Testing
//
// What the site holds is planted as structs and read with [Service.Messages]; it misbehaves by [Service.Inject].
//
// # Compatibility
//
// Classes and properties are those that Microsoft documents for WMI. The wording of refusals, the limits of a query
// (those of ASP.NET by default), how the pages are linked, that PATCH answers 204, that the default client settings object
// has groups, and the component of a message that was raised are not documented for AdminService; they are this package's
// own.
package adminservicetest
