package content

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// Open returns the bytes of the file of this path. Every byte is decrypted and verified before it is returned, a chunk
// at a time: reading anywhere costs at most one chunk more than what is read, and no more than 24 MiB of memory. Reads
// end with ctx's error once ctx is done. The reader is for one goroutine at a time; close it.
func (t *Tree) Open(ctx context.Context, path string) (io.ReadSeekCloser, error) {
	file, err := t.find(path)
	if err != nil {
		return nil, err
	}
	chunks, err := newChunkReader(t.reader, t.doc.Packs, nil, 1)
	if err != nil {
		return nil, err
	}
	r := &fileReader{size: file.Size, chunks: chunks, offsets: make([]int64, len(file.Chunks)+1)}
	for i, index := range file.Chunks {
		r.offsets[i+1] = r.offsets[i] + int64(t.doc.Chunks[index].Size)
	}
	r.load = func(i int) ([]byte, error) {
		chunks.plan = []chunk{t.doc.Chunks[file.Chunks[i]]}
		plain, err := chunks.next(ctx)
		return plain, t.named(err, path)
	}
	return r, nil
}

// fileReader reads a file chunk by chunk and keeps the one it read last.
type fileReader struct {
	size    int64
	pos     int64
	offsets []int64 // where each chunk begins in the file, and the file's end
	load    func(index int) ([]byte, error)
	chunks  *chunkReader
	loaded  []byte
	index   int // of the chunk in loaded
}

// Read implements [io.Reader].
func (r *fileReader) Read(p []byte) (int, error) {
	switch {
	case r.chunks == nil:
		return 0, fs.ErrClosed
	case r.pos >= r.size:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	if err := r.seekChunk(); err != nil {
		return 0, err
	}
	n := copy(p, r.loaded[r.pos-r.offsets[r.index]:])
	r.pos += int64(n)
	return n, nil
}

// seekChunk loads the chunk that holds pos, unless it is loaded.
func (r *fileReader) seekChunk() error {
	index := chunkAt(r.offsets, r.pos)
	if r.loaded != nil && index == r.index {
		return nil
	}
	r.loaded = nil
	loaded, err := r.load(index)
	if err != nil {
		return err
	}
	r.loaded, r.index = loaded, index
	return nil
}

// chunkAt returns the index of the chunk that holds pos.
func chunkAt(offsets []int64, pos int64) int {
	low, high := 0, len(offsets)-1
	for high-low > 1 {
		if middle := (low + high) / 2; offsets[middle] <= pos {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// Seek implements [io.Seeker].
func (r *fileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, invalid("whence", "is %d, want io.SeekStart, io.SeekCurrent or io.SeekEnd", whence)
	}
	if offset < 0 {
		return 0, invalid("offset", "lies before the beginning of the file")
	}
	r.pos = offset
	return offset, nil
}

// Close implements [io.Closer].
func (r *fileReader) Close() error {
	if r.chunks == nil {
		return fs.ErrClosed
	}
	r.chunks.close()
	r.chunks, r.loaded = nil, nil
	return nil
}

func asIntegrity(err error) (*IntegrityError, bool) { return errors.AsType[*IntegrityError](err) }
