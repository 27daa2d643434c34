package cmlog

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// maxHead is how much of a file is kept as its fingerprint.
const maxHead = 1 << 10

// generation is one of the files that bear the name of a log over time.
type generation struct {
	file   *os.File
	info   os.FileInfo // its identity
	head   []byte      // the first bytes that were read: its fingerprint
	offset int64
}

func openGeneration(path string) (*generation, error) {
	file, err := openShared(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &generation{file: file, info: info}, nil
}

func (g *generation) close() { _ = g.file.Close() }

// read reads on; at the end it returns 0 and no error. Bytes that may be those of a file written over this one are
// dropped.
func (g *generation) read(p []byte) (int, error) {
	n, err := g.file.ReadAt(p, g.offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if n > 0 && !g.intact() && g.holds(p[:n], g.offset) {
		return 0, nil
	}
	if room := maxHead - g.offset; room > 0 {
		g.head = append(g.head, p[:min(int64(n), room)]...)
	}
	g.offset += int64(n)
	return n, err
}

// intact reports whether the file still begins with what was read of it.
func (g *generation) intact() bool { return g.holds(g.head, 0) }

// holds reports whether the file has the given bytes at the given place.
func (g *generation) holds(want []byte, at int64) bool {
	got := make([]byte, len(want))
	n, _ := g.file.ReadAt(got, at) // a short read holds something else
	return bytes.Equal(got[:n], want)
}

// continues reports whether g is a copy of an earlier file.
func (g *generation) continues(earlier *generation) bool {
	return len(earlier.head) > 0 && g.holds(earlier.head, 0)
}

// adopt goes on in a copy.
func (g *generation) adopt(copied *generation) {
	g.close()
	g.file, g.info = copied.file, copied.info
}
