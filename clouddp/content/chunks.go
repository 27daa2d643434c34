package content

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// chunkReader reads chunks in a planned order, as many as lie side by side in one request, each one verified before it
// is returned. It holds one chunk at a time and is used by one goroutine.
type chunkReader struct {
	reader  Reader
	packs   []string
	plan    []chunk
	maxRun  int // most chunks asked for in one request
	decoder *zstd.Decoder

	body   io.ReadCloser // positioned at the first chunk of the plan; nil if no request is open
	left   int           // chunks left in body
	sealed []byte
	packed []byte
	plain  []byte
	moved  int64 // bytes received
}

func newChunkReader(r Reader, packs []string, plan []chunk, maxRun int) (*chunkReader, error) {
	decoder, err := newDecoder()
	if err != nil {
		return nil, err
	}
	return &chunkReader{reader: r, packs: packs, plan: plan, maxRun: maxRun, decoder: decoder}, nil
}

// next returns the plain bytes of the next chunk of the plan; they are valid until the next call.
func (c *chunkReader) next(ctx context.Context) ([]byte, error) {
	if len(c.plan) == 0 {
		return nil, io.EOF
	}
	var plain []byte
	err := retry(ctx, func() (err error) {
		if plain, err = c.read(ctx, &c.plan[0]); err != nil {
			c.release()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c.plan = c.plan[1:]
	if c.left--; c.left == 0 {
		c.release()
	}
	return plain, nil
}

func (c *chunkReader) read(ctx context.Context, wanted *chunk) ([]byte, error) {
	name := c.packs[wanted.Pack]
	if err := c.request(ctx, name, wanted); err != nil {
		return nil, err
	}
	c.sealed = sized(c.sealed, wanted.Stored)
	n, err := io.ReadFull(c.body, c.sealed)
	c.moved += int64(n)
	if err != nil {
		return nil, bodyError(name, err)
	}
	plain, err := c.unpack(wanted)
	if err != nil {
		return nil, &IntegrityError{Blob: name, Reason: fmt.Sprintf("chunk at %d: %v", wanted.Offset, err)}
	}
	return plain, nil
}

// request sees to it that body yields the first chunk of the plan.
func (c *chunkReader) request(ctx context.Context, name string, first *chunk) error {
	if c.body != nil {
		return nil
	}
	count, length := run(c.plan, c.maxRun)
	body, _, err := c.reader.Open(ctx, name, int64(first.Offset), int64(length))
	if err != nil {
		return opError("read", name, err)
	}
	c.body, c.left = body, count
	return nil
}

// run returns how many chunks at the head of plan, at most limit, lie side by side, and their length in the pack.
func run(plan []chunk, limit int) (count, length int) {
	first := plan[0]
	for i := range plan[:min(limit, len(plan))] {
		if plan[i].Pack != first.Pack || plan[i].Offset != first.Offset+length {
			break
		}
		count++
		length += plan[i].Stored
	}
	return count, length
}

// unpack decrypts, decompresses and verifies the chunk in sealed.
func (c *chunkReader) unpack(wanted *chunk) ([]byte, error) {
	c.packed = sized(c.packed, wanted.Stored)
	plain, err := unseal(c.packed[:0], wanted.Key, c.sealed)
	if err != nil {
		return nil, err
	}
	if wanted.Compressed {
		c.plain = sized(c.plain, wanted.Size)
		if plain, err = c.decoder.DecodeAll(plain, c.plain[:0:wanted.Size]); err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
	}
	if hash := sha256.Sum256(plain); len(plain) != wanted.Size || !bytes.Equal(hash[:], wanted.SHA256[:]) {
		return nil, fmt.Errorf("has another hash: %w", ErrIntegrity)
	}
	return plain, nil
}

func (c *chunkReader) release() {
	if c.body != nil {
		_ = c.body.Close()
		c.body = nil
	}
	c.left = 0
}

// close ends the request that is open, if any, and frees the decoder.
func (c *chunkReader) close() {
	c.release()
	c.decoder.Close()
}

// sized returns a slice of n bytes, buffer's own if it is large enough.
func sized(buffer []byte, n int) []byte {
	if cap(buffer) < n {
		return make([]byte, n)
	}
	return buffer[:n]
}
