package roundtrip

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// watch is what is known of one request.
type watch struct {
	traced, connected atomic.Bool
	outer             *watch // whoever watches the request that this one is sent for
}

type watchKey struct{}

// Watch returns the context to send one request with, and what reports afterwards whether it has surely not been sent. That
// is known of transports that heed package httptrace, as those of the standard library and of package httpauth do; of
// others it is never sure. A request counts as sent once it has a connection: when the context ends just then, nobody
// can tell how much of it was written.
func Watch(ctx context.Context) (watched context.Context, unsent func() bool) {
	w := &watch{outer: watcher(ctx)}
	watched = httptrace.WithClientTrace(context.WithValue(ctx, watchKey{}, w), &httptrace.ClientTrace{
		GetConn: func(string) { w.traced.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	})
	return watched, func() bool { return w.traced.Load() && !w.connected.Load() }
}

func watcher(ctx context.Context) *watch {
	w, _ := ctx.Value(watchKey{}).(*watch)
	return w
}

// Begin tells whoever watches ctx that a transport has the request which heeds package httptrace. Transports that do
// something else first, such as signing in, call it. Traces of other people's are not told.
func Begin(ctx context.Context) {
	for w := watcher(ctx); w != nil; w = w.outer {
		w.traced.Store(true)
	}
}

// HandOn takes back what Begin has told, where the transport hands the request on to one that may heed nothing: from here on
// that one tells, or it is not known whether the request was sent.
func HandOn(ctx context.Context) {
	for w := watcher(ctx); w != nil; w = w.outer {
		w.traced.Store(false)
	}
}

// Unwatched returns ctx for a request of the transport's own: neither whoever watches ctx nor a trace of package httptrace in
// it is told of that request, nor of the connection that is dialled for it.
func Unwatched(ctx context.Context) context.Context {
	// Package net has hooks of its own in a context, under a key that only httptrace can set: those of a trace with any.
	return httptrace.WithClientTrace(unwatched{ctx}, &httptrace.ClientTrace{ConnectStart: func(string, string) {}})
}

type unwatched struct{ context.Context } //nolint:containedctx // it is one

// Value implements [context.Context].
func (u unwatched) Value(key any) any {
	switch value := u.Context.Value(key).(type) {
	case *httptrace.ClientTrace, *watch:
		return nil
	default:
		return value
	}
}
