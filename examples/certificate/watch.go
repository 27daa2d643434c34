package main

import (
	"context"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// How long nothing is looked at: a file may have been replaced by a renewed one, one that cannot be read is perhaps being
// written.
const (
	longestPause = 24 * time.Hour
	retryPause   = time.Minute
)

// trouble is how much a file needs somebody's attention.
type trouble int

const (
	none trouble = iota
	attention
	expired
	unreadable
)

func troubleOf(stage certs.ExpiryStage) trouble {
	switch stage {
	case certs.ExpiryFar, certs.ExpiryPlan:
		return none
	case certs.ExpiryOver:
		return expired
	default:
		return attention
	}
}

// watch prints the stage of life of each file and, until ctx is done, each new one. It ends when all have expired, and when
// nothing could be read to begin with.
func watch(ctx context.Context, o options, p *printer) error {
	w := &watcher{options: o, printer: p, said: map[string]watched{}}
	for first := true; ; first = false {
		now := time.Now()
		seen := w.look(now)
		switch {
		case o.once && seen.worst == none:
			return nil
		case o.once, seen.next.IsZero(), first && seen.read == 0:
			return cli.ErrFound
		}
		timer := time.NewTimer(min(seen.next.Sub(now), longestPause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			if seen.worst >= expired {
				return cli.ErrFound
			}
			return nil
		}
	}
}
