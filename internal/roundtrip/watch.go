package roundtrip

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// Watch returns the context to send one request with, and what reports afterwards whether it has surely not been sent. That
// is known of transports that heed package httptrace, as those of the standard library and of package httpauth do; of
// others it is never sure. A request counts as sent once it has a connection: when the context ends just then, nobody
// can tell how much of it was written.
func Watch(ctx context.Context) (watched context.Context, unsent func() bool) {
	var traced, connected atomic.Bool
	watched = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { traced.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	return watched, func() bool { return traced.Load() && !connected.Load() }
}

// Begin reports to whoever watches ctx that a transport which heeds package httptrace has the request. Transports that do
// something else first, such as signing in, call it.
func Begin(ctx context.Context, host string) {
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GetConn != nil {
		trace.GetConn(host)
	}
}

// Unwatched returns ctx for a request of the transport's own, which nobody who watches ctx is told of.
func Unwatched(ctx context.Context) context.Context { return unwatched{ctx} }

type unwatched struct{ context.Context } //nolint:containedctx // it is one

// Value implements [context.Context].
func (u unwatched) Value(key any) any {
	value := u.Context.Value(key)
	if _, watches := value.(*httptrace.ClientTrace); watches {
		return nil
	}
	return value
}
