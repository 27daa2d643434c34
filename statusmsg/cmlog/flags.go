package cmlog

import "strings"

// Flags tell what is wrong with a record; 0 means nothing.
type Flags uint8

const (
	// Torn marks a record whose end is missing: another writer, or the end of the log, cut in.
	Torn Flags = 1 << iota
	// Headless marks a client record whose start is missing.
	Headless
	// Cut marks a record or a line over [Options.MaxRecord]; the rest of it follows in entries of its own.
	Cut
)

// Names returns the names of the flags that are set: "torn", "headless", "cut"; never nil.
func (f Flags) Names() []string {
	names := []string{}
	for i, name := range [...]string{"torn", "headless", "cut"} {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the names with commas between them.
func (f Flags) String() string { return strings.Join(f.Names(), ",") }
