package httpauth

import (
	"context"
	"crypto/x509"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// margin is how long before its end a ticket is no longer used: clocks differ.
const margin = time.Minute

// ticket lets its client talk to one server.
type ticket struct {
	client types.PrincipalName
	realm  string
	ticket messages.Ticket
	key    types.EncryptionKey
	end    time.Time
}

// tickets are the tokens of Kerberos. A ticket is kept for later requests; the password that it was got with is not.
type tickets struct {
	credential *Kerberos
	service    string
	turn       chan struct{}
	kept       atomic.Pointer[ticket]
}

func newTickets(k *Kerberos, service string) *tickets {
	return &tickets{credential: k, service: service, turn: make(chan struct{}, 1)}
}

// token implements tokens.
func (t *tickets) token(ctx context.Context, certificate *x509.Certificate) (token []byte, kept bool, err error) {
	tkt := t.current()
	kept = tkt != nil
	if tkt == nil {
		if tkt, err = t.fetch(ctx); err != nil {
			return nil, false, err
		}
	}
	token, err = tkt.token(channelBinding(certificate))
	return token, kept, err
}

// forget implements tokens.
func (t *tickets) forget() { t.kept.Store(nil) }

func (t *tickets) current() *ticket {
	tkt := t.kept.Load()
	if tkt == nil || time.Until(tkt.end) < margin {
		return nil
	}
	return tkt
}

// fetch gets a ticket, one caller at a time. No Kerberos library takes a context: one that is asking a KDC when ctx ends is
// left to its own time-out of 5 s, and keeps the turn until then.
func (t *tickets) fetch(ctx context.Context) (*ticket, error) {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if tkt := t.current(); tkt != nil {
		<-t.turn
		return tkt, nil
	}
	type outcome struct {
		ticket *ticket
		err    error
	}
	fetched := make(chan outcome, 1)
	go func() {
		defer func() { <-t.turn }()
		tkt, err := t.credential.ticket(t.service)
		if err == nil {
			t.kept.Store(tkt)
		}
		fetched <- outcome{tkt, err}
	}()
	select {
	case o := <-fetched:
		return o.ticket, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ticket asks the KDC for a ticket, or takes it from the cache.
func (k *Kerberos) ticket(service string) (tkt *ticket, err error) {
	defer guard(&err)
	cl, tgt, err := k.login(service)
	if err != nil {
		return nil, err
	}
	defer cl.Destroy() // a referral leaves a goroutine behind that would renew it
	if tgt.isFor(service) {
		return tgt, nil
	}
	principal := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, service)
	if realm := cl.Config.ResolveRealm(hostOf(principal)); realm != "" && realm != tgt.realm {
		if err := tgt.exchange(cl, types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+realm), tgt.realm); err != nil {
			return nil, err
		}
		return tgt, tgt.exchange(cl, principal, realm)
	}
	return tgt, tgt.exchange(cl, principal, tgt.realm)
}

func hostOf(p types.PrincipalName) string { return p.NameString[len(p.NameString)-1] }

// exchange trades the ticket for one to another principal.
func (t *ticket) exchange(cl *client.Client, principal types.PrincipalName, realm string) error {
	_, reply, err := cl.TGSREQGenerateAndExchange(principal, realm, t.ticket, t.key, false)
	if err != nil {
		return err
	}
	t.ticket, t.key, t.end = reply.Ticket, reply.DecryptedEncPart.Key, reply.DecryptedEncPart.EndTime
	return nil
}

// isFor reports whether the ticket is one to the service.
func (t *ticket) isFor(service string) bool {
	return t.ticket.SName.PrincipalNameString() == service
}

// login returns a ticket-granting ticket, or the ticket to the service itself if the cache has it.
func (k *Kerberos) login(service string) (*client.Client, *ticket, error) {
	config, err := k.config()
	if err != nil {
		return nil, nil, fmt.Errorf("read the Kerberos configuration: %w", err)
	}
	if k.User == "" {
		tkt, err := k.cached(service)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errNoCredentials, err)
		}
		cl := client.NewWithPassword(tkt.client.PrincipalNameString(), tkt.realm, "", config)
		return cl, tkt, nil
	}
	var cl *client.Client
	if k.Keytab != "" {
		keys, err := k.keytab()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errNoCredentials, err)
		}
		cl = client.NewWithKeytab(k.User, k.Realm, keys, config)
	} else {
		password, err := readPassword(k.Password)
		if err != nil {
			return nil, nil, err
		}
		cl = client.NewWithPassword(k.User, k.Realm, string(password), config)
	}
	tkt, err := firstTicket(cl)
	return cl, tkt, err
}

// firstTicket logs in.
func firstTicket(cl *client.Client) (*ticket, error) {
	realm, name := cl.Credentials.Domain(), cl.Credentials.CName()
	request, err := messages.NewASReqForTGT(realm, cl.Config, name)
	if err != nil {
		return nil, err
	}
	reply, err := cl.ASExchange(realm, request, 0)
	if err != nil {
		return nil, err
	}
	return &ticket{
		client: cl.Credentials.CName(), realm: realm,
		ticket: reply.Ticket, key: reply.DecryptedEncPart.Key, end: reply.DecryptedEncPart.EndTime,
	}, nil
}

// cached returns the ticket of the cache to the service, or else its ticket-granting ticket.
func (k *Kerberos) cached(service string) (*ticket, error) {
	cache, err := k.cache()
	if err != nil {
		return nil, err
	}
	realm := cache.GetClientRealm()
	for _, name := range []string{service, "krbtgt/" + realm} {
		entry, found := cache.GetEntry(types.NewPrincipalName(nametype.KRB_NT_SRV_INST, name))
		if !found || time.Until(entry.EndTime) < margin {
			continue
		}
		tkt := &ticket{client: cache.GetClientPrincipalName(), realm: realm, key: entry.Key, end: entry.EndTime}
		return tkt, tkt.ticket.Unmarshal(entry.Ticket)
	}
	return nil, fmt.Errorf("the ticket cache of %s@%s holds no ticket that is still valid",
		cache.GetClientPrincipalName().PrincipalNameString(), realm)
}
