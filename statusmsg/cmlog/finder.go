package cmlog

import "bytes"

// finder looks for a marker in the current line. It remembers how far it looked, so that a long line of many records is
// searched once and not once a record.
type finder struct {
	marker []byte
	// clean is the number of bytes from the start of the window at which the marker is known not to begin.
	clean int
}

// find returns the place of the next marker in line, or -1.
func (f *finder) find(line []byte) int {
	from := min(f.clean, len(line))
	i := bytes.Index(line[from:], f.marker)
	if i < 0 {
		f.clean = max(from, len(line)-len(f.marker)+1)
		return -1
	}
	f.clean = from + i
	return f.clean
}

// reject makes the next find go on behind the marker it last returned.
func (f *finder) reject() { f.clean++ }

// advance tells the finder that the window moved by n bytes.
func (f *finder) advance(n int) { f.clean = max(0, f.clean-n) }
