// Package nameserver starts real name servers for integration tests: Knot DNS, BIND and Unbound, on free ports of
// 127.0.0.1, with zones of the test's own. Everything but this comment has the build tag integration.
//
//	server := nameserver.Knot(t, nameserver.Config{
//		Zones: []nameserver.Zone{{Name: "contoso.com", Records: "www A 192.0.2.7"}},
//		Key:   nameserver.NewKey("update"),
//	})
//	recursive := nameserver.Unbound(t, nameserver.Stub{Zone: "contoso.com", Addr: server.Addr})
//
// For updates that are signed by Kerberos, [Kerberos] starts a realm that BIND can be told to trust, and [Samba] a domain
// of Active Directory.
//
//	realm := nameserver.Kerberos(t, "CONTOSO.COM")
//	realm.AddUser(t, "updater", password, true)
//	realm.AddService(t, "DNS/ns1.contoso.com")
//	server := nameserver.BIND(t, nameserver.Config{
//		Zones:        []nameserver.Zone{{Name: "contoso.com"}},
//		Options:      realm.Options(realm.Keytab(t, "DNS/ns1.contoso.com")),
//		UpdatePolicy: realm.Grant("updater"),
//		Env:          realm.Env,
//	})
//
// A server answers for its zones when the function returns, and it ends with the test, even if the test is killed. Its
// log is shown if the test fails. A missing program fails the test with the name of the Debian package.
package nameserver
