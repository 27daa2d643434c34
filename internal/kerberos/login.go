package kerberos

import (
	"context"
	"fmt"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/client"
	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/credentials"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// Login is how somebody gets tickets. It must have passed the checks of an [Account].
type Login struct {
	// User is the bare name of the account, Realm its domain in upper case. Without them a ticket cache is used.
	User, Realm string
	// Password returns the password of User.
	Password func() ([]byte, error)
	// Keytab is where the keys of User lie, instead of a Password.
	Keytab string
	// Cache is the path of a ticket cache; empty means that of the process.
	Cache string
	// Config is the text of a krb5.conf; empty means the file of the system.
	Config string
}

// Margin is how long before its end a ticket is no longer used: clocks differ.
const Margin = time.Minute

// Ticket gets a ticket to a service, such as "HTTP/ca1.contoso.com", or takes it from the cache. The library knows no context:
// the connections to the KDC are cut when ctx ends, and what is left behind, a question to DNS at the most, is thrown away.
func (l Login) Ticket(ctx context.Context, service string) (*Ticket, error) {
	type outcome struct {
		ticket *Ticket
		err    error
	}
	got := make(chan outcome, 1)
	go func() {
		t, err := l.get(ctx, service)
		got <- outcome{t, err}
	}()
	select {
	case o := <-got:
		if o.err != nil && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return o.ticket, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l Login) get(ctx context.Context, service string) (t *Ticket, err error) {
	defer Guard(&err)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conf, err := loadConfig(l.Config)
	if err != nil {
		return nil, fmt.Errorf("read the Kerberos configuration: %w", err)
	}
	// Active Directory sets the flag enc-pa-rep and does not announce FAST, which the library takes for an attack.
	settings := []func(*client.Settings){client.DisablePAFXFAST(true), client.Dialer(newDialer(ctx))}
	cl, t, err := l.login(conf, service, settings)
	if err != nil {
		return nil, err
	}
	defer cl.Destroy() // a referral leaves a goroutine behind that would renew it
	return t, t.tradeFor(cl, service)
}

// login returns a ticket-granting ticket, or the ticket to the service itself if the cache has it.
func (l Login) login(conf *config.Config, service string, settings []func(*client.Settings)) (*client.Client, *Ticket, error) {
	if l.User == "" {
		t, err := l.cached(service)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrNoCredentials, err)
		}
		return client.NewWithPassword(t.client.PrincipalNameString(), t.realm, "", conf, settings...), t, nil
	}
	var cl *client.Client
	if l.Keytab != "" {
		keys, err := loadKeytab(l.Keytab)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: read the keytab: %w", ErrNoCredentials, err)
		}
		cl = client.NewWithKeytab(l.User, l.Realm, keys, conf, settings...)
	} else {
		password, err := Secret(l.Password)
		if err != nil {
			return nil, nil, err
		}
		cl = client.NewWithPassword(l.User, l.Realm, password, conf, settings...)
	}
	t, err := firstTicket(cl)
	return cl, t, err
}

// firstTicket logs in.
func firstTicket(cl *client.Client) (*Ticket, error) {
	realm, name := cl.Credentials.Domain(), cl.Credentials.CName()
	request, err := messages.NewASReqForTGT(realm, cl.Config, name)
	if err != nil {
		return nil, err
	}
	reply, err := cl.ASExchange(realm, request, 0)
	if err != nil {
		return nil, err
	}
	return &Ticket{
		client: cl.Credentials.CName(), realm: realm,
		ticket: reply.Ticket, key: reply.DecryptedEncPart.Key, end: reply.DecryptedEncPart.EndTime,
	}, nil
}

// cached returns the ticket of the cache to the service, or else its ticket-granting ticket.
func (l Login) cached(service string) (*Ticket, error) {
	path, err := CachePath(l.Cache)
	if err != nil {
		return nil, err
	}
	cache, err := credentials.LoadCCache(path)
	if err != nil {
		return nil, fmt.Errorf("read the ticket cache: %w", err)
	}
	realm := cache.GetClientRealm()
	for _, name := range []string{service, "krbtgt/" + realm} {
		entry, found := cache.GetEntry(types.NewPrincipalName(nametype.KRB_NT_SRV_INST, name))
		if !found || time.Until(entry.EndTime) < Margin {
			continue
		}
		t := &Ticket{client: cache.GetClientPrincipalName(), realm: realm, key: entry.Key, end: entry.EndTime}
		return t, t.ticket.Unmarshal(entry.Ticket)
	}
	return nil, fmt.Errorf("the ticket cache of %s@%s holds no ticket for %s that is still valid",
		cache.GetClientPrincipalName().PrincipalNameString(), realm, service)
}
