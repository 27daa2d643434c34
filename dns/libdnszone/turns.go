package libdnszone

import (
	"context"
	"sync"
)

// turns lets one goroutine at a time change a name. The mutex is held for the look at the map only.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the name is released
}

// take waits for the turn at name, or for the end of ctx.
func (t *turns) take(ctx context.Context, name string) error {
	for ctx.Err() == nil {
		released := t.try(name)
		if released == nil {
			return nil
		}
		select {
		case <-released:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// try takes the turn and returns nil, or returns what will be closed when it may be tried again.
func (t *turns) try(name string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if released, taken := t.taken[name]; taken {
		return released
	}
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	t.taken[name] = make(chan struct{})
	return nil
}

// release gives the turn to whoever waits for it.
func (t *turns) release(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.taken[name])
	delete(t.taken, name)
}
