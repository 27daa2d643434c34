package adcs_test

import (
	"crypto/rand"
	"strconv"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// plant registers an object identifier once more, as another administrator.
func plant(t *testing.T, conn *ldap.Conn, services string, o template.ObjectIdentifier, kind int) {
	t.Helper()
	request := ldap.NewAddRequest("CN="+rand.Text()+",CN=OID,"+services, nil)
	for name, value := range map[string]string{
		"objectClass": "msPKI-Enterprise-Oid", "displayName": o.DisplayName, "flags": strconv.Itoa(kind),
		"msPKI-Cert-Template-OID": o.OID,
	} {
		request.Attribute(name, []string{value})
	}
	if err := conn.Add(request); err != nil {
		t.Fatalf("plant %v: %v", o, err)
	}
}

func TestDirectory(t *testing.T) {
	for name, server := range map[string]string{"LDAPS": "ldaps://" + adcstest.Host, "StartTLS": "ldap://" + adcstest.Host} {
		t.Run(name, func(t *testing.T) {
			certstest.TestDirectory(t, func(t *testing.T) certstest.DirectoryHarness {
				t.Helper()
				f := newForest(t)
				f.directory.Servers = []string{server}
				return certstest.DirectoryHarness{
					Directory:  f.directory,
					CA:         f.ca.Name(),
					Group:      "ConfigMgr Site Servers",
					Fail:       func() { f.server.Inject(adcstest.FaultUnavailable) },
					LoseAnswer: func() { f.server.Inject(adcstest.FaultLostAnswer) },
					Plant: func(t *testing.T, o template.ObjectIdentifier, kind int) {
						plant(t, f.client(t), publicKeyServices, o, kind)
					},
				}
			})
		})
	}
}
