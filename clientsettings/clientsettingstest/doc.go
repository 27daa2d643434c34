// Package clientsettingstest holds in-memory sources of client settings and the conformance suite of package
// clientsettings.
//
//	site := clientsettingstest.NewSite()
//	if _, err := clientsettings.Check(t.Context(), site, laptop); err == nil {
//		t.Error("allowed by default")
//	}
//	err := site.Add(clientsettings.Policy{
//		ID: "16777217", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1,
//		CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
//	})
//	if err != nil {
//		t.Fatal(err)
//	}
//	if err := site.Deploy("16777217", laptop.Collections[0]); err != nil {
//		t.Fatal(err)
//	}
//
// [Policies] is the same as a literal, for a test that changes nothing.
//
// # Errors
//
// [Site] refuses what a site would refuse, with the errors of package clientsettings.
//
// # Testing
//
// [TestSource] proves an implementation of your own.
package clientsettingstest
