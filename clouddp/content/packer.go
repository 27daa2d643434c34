package content

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"

	"github.com/klauspost/compress/zstd"
)

// packer cuts files into chunks and gathers the chunks that the store lacks into packs.
type packer struct {
	store    Store
	ring     *keyring
	found    *survey
	opts     *Options
	encoder  *zstd.Encoder
	progress Progress

	doc    *document
	packs  map[string]int // index in doc.Packs of the packs that were there, by name
	chunks map[Hash]int   // index in doc.Chunks, by the hash of the plain bytes
	plain  []byte         // the chunk being read
	frame  []byte         // the same compressed
	body   []byte         // the pack being filled
	open   int            // index in doc.Packs of the pack being filled, which gets its name when it is full
}

func newPacker(store Store, ring *keyring, found *survey, opts *Options) (*packer, error) {
	encoder, err := newEncoder()
	if err != nil {
		return nil, err
	}
	return &packer{
		store: store, ring: ring, found: found, opts: opts, encoder: encoder,
		doc: &document{}, packs: map[string]int{}, chunks: map[Hash]int{}, plain: make([]byte, chunkSize),
	}, nil
}

func (p *packer) close() { _ = p.encoder.Close() }

// pack stores the files of these paths and returns the document that describes them.
func (p *packer) pack(ctx context.Context, files fs.FS, paths []string) (*document, error) {
	p.body = make([]byte, 0, min(maxPackSize, sealedSize(chunkSize)+int(min(p.progress.TotalBytes, maxPackSize))))
	for _, path := range paths {
		file, err := p.addFile(ctx, files, path)
		if err != nil {
			return nil, err
		}
		p.doc.Files = append(p.doc.Files, *file)
		p.progress.Files++
		p.opts.report(p.progress)
	}
	err := p.flush(ctx)
	p.opts.report(p.progress)
	return p.doc, err
}

// addFile reads one file from beginning to end and makes sure that it was one and the same all the while.
func (p *packer) addFile(ctx context.Context, files fs.FS, path string) (*entry, error) {
	p.progress.File = path
	source, err := files.Open(path)
	if err != nil {
		return nil, sourceError(path, err)
	}
	defer func() { _ = source.Close() }()
	before, err := source.Stat()
	if err != nil {
		return nil, sourceError(path, err)
	}
	file, err := p.addChunks(ctx, source, path, before.Size())
	if err != nil {
		return nil, err
	}
	after, err := fs.Stat(files, path)
	if err != nil {
		return nil, sourceError(path, err)
	}
	if file.Size != before.Size() || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, &SourceChangedError{Path: path}
	}
	return file, nil
}

// addChunks reads source to its end, and not much further than the size it should have.
func (p *packer) addChunks(ctx context.Context, source io.Reader, path string, size int64) (*entry, error) {
	file := &entry{File: File{Path: path}}
	whole := sha256.New()
	for file.Size <= size {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(source, p.plain)
		if n > 0 {
			whole.Write(p.plain[:n])
			index, err := p.addChunk(ctx, p.plain[:n])
			if err != nil {
				return nil, err
			}
			file.Chunks = append(file.Chunks, index)
			file.Size += int64(n)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, sourceError(path, err)
		}
	}
	file.SHA256 = Hash(whole.Sum(nil))
	return file, nil
}

// sourceError reports a file that was listed and is gone as changed.
func sourceError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &SourceChangedError{Path: path}
	}
	return opError("read", clip(path), err)
}

// addChunk returns the index of the chunk with these bytes, which it stores unless that was done before.
func (p *packer) addChunk(ctx context.Context, plain []byte) (int, error) {
	hash := Hash(sha256.Sum256(plain))
	index, ok := p.chunks[hash]
	known, there := p.found.known[hash]
	switch {
	case ok:
		p.progress.Reused += int64(len(plain))
	case there:
		p.progress.Reused += int64(len(plain))
		known.Pack = p.packIndex(known.pack)
		index = p.remember(known.chunk)
	default:
		c, err := p.seal(ctx, plain, hash)
		if err != nil {
			return 0, err
		}
		index = p.remember(c)
	}
	p.progress.Bytes += int64(len(plain))
	p.opts.report(p.progress)
	return index, nil
}

func (p *packer) remember(c chunk) int {
	p.doc.Chunks = append(p.doc.Chunks, c)
	p.chunks[c.SHA256] = len(p.doc.Chunks) - 1
	return len(p.doc.Chunks) - 1
}

// packIndex returns the index of a pack that was there before.
func (p *packer) packIndex(name string) int {
	index, ok := p.packs[name]
	if !ok {
		index = p.addPack(name)
		p.packs[name] = index
	}
	return index
}

func (p *packer) addPack(name string) int {
	p.doc.Packs = append(p.doc.Packs, name)
	return len(p.doc.Packs) - 1
}

// seal appends a new chunk to the pack being filled.
func (p *packer) seal(ctx context.Context, plain []byte, hash Hash) (chunk, error) {
	encoded, encodedHash := plain, hash
	if !p.opts.Uncompressed {
		if p.frame = p.encoder.EncodeAll(plain, p.frame[:0]); len(p.frame) < len(plain) {
			encoded, encodedHash = p.frame, Hash(sha256.Sum256(p.frame))
		}
	}
	key, err := p.ring.chunkKey(hash, encodedHash)
	if err != nil {
		return chunk{}, err
	}
	c := chunk{
		Stored: sealedSize(len(encoded)), Size: len(plain), Compressed: len(encoded) < len(plain), SHA256: hash, Key: key,
	}
	if len(p.body)+c.Stored > maxPackSize {
		if err := p.flush(ctx); err != nil {
			return chunk{}, err
		}
	}
	if len(p.body) == 0 {
		p.open = p.addPack("")
	}
	c.Pack, c.Offset = p.open, len(p.body)
	p.body, err = seal(p.body, key, encoded)
	return c, err
}

// flush stores the pack being filled, unless the store lists it already.
func (p *packer) flush(ctx context.Context) error {
	if len(p.body) == 0 {
		return nil
	}
	name := p.ring.packName(p.body)
	p.doc.Packs[p.open] = name
	if listed, ok := p.found.packs[name]; !ok || listed.Size != int64(len(p.body)) {
		if err := p.write(ctx, name); err != nil {
			return err
		}
		p.progress.Moved += int64(len(p.body))
	}
	p.body = p.body[:0]
	return nil
}

func (p *packer) write(ctx context.Context, name string) error {
	if p.opts.DryRun {
		return nil
	}
	if _, marked := p.found.marks[name]; marked {
		return rewritePack(ctx, p.store, name, p.body)
	}
	return writePack(ctx, p.store, name, p.body, NoVersion)
}
