// Package icprtest is the RPC face of an enterprise certification authority in memory.
package icprtest
