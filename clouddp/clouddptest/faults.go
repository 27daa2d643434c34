package clouddptest

import "slices"

// Inject makes the cloud misbehave once, at the next request that fault applies to. Faults wait in the order injected.
func (c *Cloud) Inject(fault Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fault)
}

// take reports whether fault is waiting, and uses it up. The caller holds the lock.
func (c *Cloud) take(fault Fault) bool {
	i := slices.Index(c.faults, fault)
	if i < 0 {
		return false
	}
	c.faults = slices.Delete(c.faults, i, i+1)
	return true
}
