package icpr

import (
	"errors"
	"fmt"

	"github.com/oiweiwei/gokrb5.fork/v9/client"
	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/credentials"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"
	"github.com/oiweiwei/gokrb5.fork/v9/types"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/kerberos"
)

// errNoCredentials says that there is nothing to log in with.
var errNoCredentials = errors.New("no credentials")

// tickets is how a Kerberos user logs in.
type tickets struct {
	user, realm string
	password    certs.Password
	keytab      string
	config      string // the text of a krb5.conf; empty means the system's
}

// login returns a client that can get a ticket for the service; destroy it.
func (t tickets) login(dial client.KDCDialer, service string) (_ *client.Client, err error) {
	conf, err := t.configuration()
	if err != nil {
		return nil, err
	}
	settings := []func(*client.Settings){client.DisablePAFXFAST(true), client.Dialer(dial)}
	var c *client.Client
	switch {
	case t.user == "":
		return fromCache(conf, settings, service)
	case t.keytab != "":
		keys, err := keytab.Load(t.keytab)
		if err != nil {
			return nil, fmt.Errorf("%w: read the keytab: %w", errNoCredentials, err)
		}
		c = client.NewWithKeytab(t.user, t.realm, keys, conf, settings...)
	default:
		password, err := secretOf(t.password)
		if err != nil {
			return nil, err
		}
		c = client.NewWithPassword(t.user, t.realm, password, conf, settings...)
	}
	if err := c.Login(); err != nil {
		c.Destroy()
		return nil, err
	}
	return c, nil
}

// fromCache uses the tickets of the process: one for the service, or the one that gets it.
func fromCache(conf *config.Config, settings []func(*client.Settings), service string) (*client.Client, error) {
	path, err := kerberos.CachePath("")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fmt.Errorf("%w: read the ticket cache: %w", errNoCredentials, err)
	}
	granting := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+cache.GetClientRealm())
	if !cache.Contains(granting) && !cache.Contains(types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, service)) {
		return nil, fmt.Errorf("%w: the ticket cache has no ticket for %s", errNoCredentials, service)
	}
	c, err := client.NewFromCCacheOptionalTGT(cache, conf, settings...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	return c, nil
}

func (t tickets) configuration() (*config.Config, error) {
	if t.config != "" {
		return config.NewFromString(t.config)
	}
	return config.Load(kerberos.ConfigPath())
}

// secretOf returns a password that is not empty.
func secretOf(password certs.Password) (string, error) {
	secret, err := password()
	if err != nil {
		return "", fmt.Errorf("%w: read the password: %w", errNoCredentials, err)
	}
	if len(secret) == 0 {
		return "", fmt.Errorf("%w: the password is empty", errNoCredentials)
	}
	return string(secret), nil
}
