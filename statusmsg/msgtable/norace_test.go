//go:build !race

package msgtable_test

// slowdown is how many times longer everything may take: no race detector watches.
const slowdown = 1
