package adcs_test

import (
	"testing"

	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
)

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
				}
			})
		})
	}
}
