package httpauth

import (
	"context"
	"crypto/x509"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/clouddp/sdk/internal/kerberos"
)

// ticketTimeout bounds how long KDCs are asked for a ticket, all of them together.
const ticketTimeout = 30 * time.Second

// tickets are the tokens of Kerberos. A ticket is kept for later requests; the password that it was got with is not.
type tickets struct {
	login   func() kerberos.Login
	service string
	turn    chan struct{}
	kept    atomic.Pointer[kerberos.Ticket]
}

func newTickets(login func() kerberos.Login, service string) *tickets {
	return &tickets{login: login, service: service, turn: make(chan struct{}, 1)}
}

// token implements tokens.
func (t *tickets) token(ctx context.Context, certificate *x509.Certificate) (token []byte, kept bool, err error) {
	ticket := t.current()
	kept = ticket != nil
	if ticket == nil {
		if ticket, err = t.fetch(ctx); err != nil {
			return nil, false, err
		}
	}
	token, err = negotiateToken(ticket, channelBinding(certificate))
	return token, kept, err
}

// forget implements tokens.
func (t *tickets) forget() { t.kept.Store(nil) }

func (t *tickets) current() *kerberos.Ticket {
	ticket := t.kept.Load()
	if ticket == nil || !ticket.Fresh() {
		return nil
	}
	return ticket
}

// fetch gets a ticket, one caller at a time.
func (t *tickets) fetch(ctx context.Context) (*kerberos.Ticket, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if ticket := t.current(); ticket != nil {
		return ticket, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, ticketTimeout, fmt.Errorf("no ticket within %v", ticketTimeout))
	defer cancel()
	ticket, err := t.login().Ticket(ctx, t.service)
	if err != nil {
		return nil, err
	}
	t.kept.Store(ticket)
	return ticket, nil
}
