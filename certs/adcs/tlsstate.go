package adcs

import (
	"context"
	"crypto/tls"
)

type tlsStateKey struct{}

func withTLSState(ctx context.Context, state tls.ConnectionState) context.Context {
	return context.WithValue(ctx, tlsStateKey{}, state)
}

// TLSConnectionState returns the state of the connection that [Directory.Bind] authenticates, from the context that it was
// called with: a channel binding (RFC 5929, RFC 9266) is made of it. Other contexts have none, and ok is false. The method
// of that name of the [ldap.Conn] has none either, because the messages of the server are inspected before it reads them.
//
// [ldap.Conn]: https://pkg.go.dev/github.com/go-ldap/ldap/v3#Conn
func TLSConnectionState(ctx context.Context) (state tls.ConnectionState, ok bool) {
	state, ok = ctx.Value(tlsStateKey{}).(tls.ConnectionState)
	return state, ok
}
