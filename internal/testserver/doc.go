// Package testserver starts real servers for integration tests, on free ports of 127.0.0.1. Name servers are Knot DNS, BIND
// and Unbound, with zones of the test's own. Everything but this comment has the build tag integration.
//
//	server := testserver.Knot(t, testserver.Config{
//		Zones: []testserver.Zone{{Name: "contoso.com", Records: "www A 192.0.2.7"}},
//		Key:   testserver.NewKey("update"),
//	})
//	recursive := testserver.Unbound(t, testserver.Stub{Zone: "contoso.com", Addr: server.Addr})
//
// For updates that are signed by Kerberos, [Kerberos] starts a realm that BIND can be told to trust, and [Samba] a domain
// of Active Directory.
//
//	realm := testserver.Kerberos(t, "CONTOSO.COM")
//	realm.AddUser(t, "updater", password, true)
//	realm.AddService(t, "DNS/ns1.contoso.com")
//	server := testserver.BIND(t, testserver.Config{
//		Zones:        []testserver.Zone{{Name: "contoso.com"}},
//		Options:      realm.Options(realm.Keytab(t, "DNS/ns1.contoso.com")),
//		UpdatePolicy: realm.Grant("updater"),
//		Env:          realm.Env,
//	})
//
// [CFSSL] and [StepCA] are certification authorities that nobody here wrote.
//
// [Apache] signs users in as the web servers of a Windows domain do, with Kerberos and NTLM, and passes their requests on to a
// server of the test's own.
//
//	web := testserver.Apache(t, testserver.ApacheConfig{
//		Host:    "ca1.contoso.com",
//		Backend: backend.Listener.Addr().String(),
//		Realm:   realm,
//		NTLM:    map[string]string{"CONTOSO:ben": password},
//	})
//
// A server answers for its zones when the function returns, and it ends with the test, even if the test is killed. Its
// log is shown if the test fails. A missing program fails the test with the name of the Debian package.
package testserver
