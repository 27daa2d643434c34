//go:build race

package msgtable_test

// slowdown is how many times longer everything may take because the race detector watches.
const slowdown = 10
