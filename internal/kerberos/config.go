package kerberos

import (
	"errors"
	"os"
	"strings"

	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"

	"github.com/clouddp/sdk/internal/errs"
)

var errNoConfig = errors.New("there is no such file on Windows; give the text of a krb5.conf")

// loadConfig reads the text of a krb5.conf, or the system's file if it is empty.
func loadConfig(text string) (c *config.Config, err error) {
	defer Guard(&err)
	if text != "" {
		return config.NewFromString(text)
	}
	path := ConfigPath()
	if path == "" {
		return nil, errNoConfig
	}
	return config.Load(path)
}

func loadKeytab(path string) (keys *keytab.Keytab, err error) {
	defer Guard(&err)
	content, err := os.ReadFile(path) //nolint:gosec // the caller's own path
	if err != nil {
		return nil, err
	}
	keys = keytab.New()
	return keys, keys.Unmarshal(content)
}

// checkRealm adds what keeps a configuration from leading to a KDC of the realm. Who is asked for one in vain would
// otherwise be told to try again.
func checkRealm(problems *errs.InvalidError, prefix string, conf *config.Config, realm string) {
	for _, r := range conf.Realms {
		if r.Realm == realm && len(r.KDC) > 0 {
			return
		}
	}
	upper := strings.ToUpper(realm)
	switch {
	case !conf.LibDefaults.DNSLookupKDC:
		problems.Add(prefix+"Config", "knows no KDC for %s; realms are upper case; or set dns_lookup_kdc = true", realm)
	case realm != upper: // found in DNS, it would answer under another name
		problems.Add(prefix+"Realm", "is %q; realms are upper case: %s", realm, upper)
	}
}
