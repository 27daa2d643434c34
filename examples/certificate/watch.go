package main

import (
	"context"
	"time"

	"github.com/clouddp/sdk/certs"
)

// longestPause is how long a file is not looked at: it may have been replaced by a renewed one.
const longestPause = 24 * time.Hour

// watched is what was last said of a file.
type watched struct {
	thumbprint certs.Thumbprint
	stage      certs.ExpiryStage
}

// trouble is how much a stage of life needs somebody's attention.
type trouble int

const (
	none trouble = iota
	attention
	expired
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

// watch prints the stage of life of each file and, until ctx is done, each new one. It ends when all have expired.
func watch(ctx context.Context, o options, p *printer) error {
	said := map[string]watched{}
	for {
		now := time.Now()
		next, worst, err := look(o, p, said, now)
		switch {
		case err != nil:
			return err
		case next.IsZero(), o.once && worst > none:
			return errFound
		case o.once:
			return nil
		}
		timer := time.NewTimer(min(next.Sub(now), longestPause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			if worst == expired {
				return errFound
			}
			return nil
		}
	}
}

// look reads every file, says what is new, and returns when the next stage begins, zero for never, and the worst trouble.
func look(o options, p *printer, said map[string]watched, now time.Time) (next time.Time, worst trouble, err error) {
	for _, name := range o.files {
		f, err := readFile(name)
		if err != nil {
			return next, worst, err
		}
		bundle, err := f.bundle(o)
		if err != nil {
			return next, worst, err
		}
		e := bundle.Expiry(now)
		if is := (watched{bundle.Thumbprint(), e.Stage}); is != said[name] {
			said[name] = is
			sayExpiry(name, bundle, e, p)
		}
		if !e.Next.IsZero() && (next.IsZero() || e.Next.Before(next)) {
			next = e.Next
		}
		worst = max(worst, troubleOf(e.Stage))
	}
	return next, worst, nil
}

func sayExpiry(name string, bundle *certs.Bundle, e certs.Expiry, p *printer) {
	object := map[string]any{
		"file": name, "stage": e.Stage, "days": e.Days, "thumbprint": bundle.Thumbprint(), "subject": e.Certificate.Subject.String(),
		"notAfter": e.Certificate.NotAfter.UTC(),
	}
	if !e.Next.IsZero() {
		object["next"] = e.Next
	}
	p.say(object, "%-7s %s: %s ends on %s, %d days left", e.Stage, name, e.Certificate.Subject, e.Certificate.NotAfter.UTC().Format(time.DateOnly), e.Days)
}
