package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// document is the body of a manifest blob: the JSON described in format.go. It holds keys and stays inside the package.
type document struct {
	ID      string   `json:"id"`
	Version int      `json:"version"`
	Packs   []string `json:"packs"` // names of blobs
	Chunks  []chunk  `json:"chunks"`
	Files   []entry  `json:"files"`
}

// chunk is a piece of a file, its key and its place.
type chunk struct {
	Pack       int    `json:"pack"` // index into Packs
	Offset     int    `json:"offset"`
	Stored     int    `json:"stored"` // length in the pack, tags included
	Size       int    `json:"size"`   // length of the plain bytes
	Compressed bool   `json:"zstd,omitempty"`
	SHA256     Hash   `json:"sha256"` // of the plain bytes
	Key        []byte `json:"key"`
}

// entry is a file and the chunks that make it up, as indexes into Chunks.
type entry struct {
	File
	Chunks []int `json:"chunks,omitempty"`
}

var packName = regexp.MustCompile(`^packs/[0-9a-f]{64}$`)

// manifest is the part of the document that holds no secret.
func (d *document) manifest() *Manifest {
	files := make([]File, len(d.Files))
	for i := range d.Files {
		files[i] = d.Files[i].File
	}
	return &Manifest{ID: d.ID, Version: d.Version, Files: files}
}

// encode returns the document as one zstd frame of JSON.
func (d *document) encode() ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	if len(plain) > maxDocumentSize {
		return nil, fmt.Errorf("a manifest of %d bytes, the limit is %d: %w", len(plain), maxDocumentSize, ErrLimit)
	}
	encoder, err := newEncoder()
	if err != nil {
		return nil, err
	}
	defer func() { _ = encoder.Close() }()
	return encoder.EncodeAll(plain, nil), nil
}

// decodeDocument reads what encode wrote and checks all that later code relies on.
func decodeDocument(encoded []byte) (*document, error) {
	plain, err := inflateDocument(encoded)
	if err != nil {
		return nil, err
	}
	d := new(document)
	if err := json.Unmarshal(plain, d); err != nil {
		return nil, fmt.Errorf("manifest is no JSON of the expected shape: %w", ErrIntegrity)
	}
	return d, d.check()
}

func inflateDocument(encoded []byte) ([]byte, error) {
	decoder, err := newStreamDecoder(encoded)
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	plain, err := io.ReadAll(io.LimitReader(decoder, maxDocumentSize+1))
	if err != nil {
		return nil, fmt.Errorf("manifest does not decompress: %w", ErrIntegrity)
	}
	if len(plain) > maxDocumentSize {
		return nil, fmt.Errorf("manifest decompresses to more than %d bytes: %w", maxDocumentSize, ErrLimit)
	}
	return plain, nil
}

// check refuses a document that contradicts itself or would do harm: it may come from somebody who holds a package key.
func (d *document) check() error {
	if len(d.Files) > maxFiles {
		return fmt.Errorf("%d files, the limit is %d: %w", len(d.Files), maxFiles, ErrLimit)
	}
	if CheckID(d.ID) != nil || d.Version < 1 {
		return fmt.Errorf("package %q version %d: %w", clip(d.ID), d.Version, ErrIntegrity)
	}
	for _, name := range d.Packs {
		if !packName.MatchString(name) {
			return fmt.Errorf("pack named %q: %w", clip(name), ErrIntegrity)
		}
	}
	for i := range d.Chunks {
		if err := d.Chunks[i].check(len(d.Packs)); err != nil {
			return fmt.Errorf("chunk %d %w: %w", i, err, ErrIntegrity)
		}
	}
	return d.checkFiles()
}

func (c *chunk) check(packs int) error {
	switch {
	case c.Pack < 0 || c.Pack >= packs:
		return errors.New("lies in no pack")
	case c.Size < 1 || c.Size > maxChunkSize:
		return errors.New("is too small or too large")
	case !c.Compressed && c.Stored != sealedSize(c.Size):
		return errors.New("is stored in the wrong length")
	case c.Stored <= tagSize || c.Stored > sealedSize(c.Size):
		return errors.New("is stored in an impossible length")
	case c.Offset < 0 || c.Offset > maxPackSize-c.Stored:
		return errors.New("lies outside its pack")
	case len(c.Key) != keySize:
		return errors.New("has a key of the wrong length")
	}
	return nil
}

func (d *document) checkFiles() error {
	paths := collisions{seen: map[string]string{}}
	previous := ""
	for i := range d.Files {
		file := &d.Files[i]
		if problem := pathProblem(file.Path); problem != "" {
			return fmt.Errorf("file %q %s: %w", clip(file.Path), problem, ErrIntegrity)
		}
		if other := paths.add(file.Path); other != "" {
			return fmt.Errorf("file %q collides with %q: %w", clip(file.Path), clip(other), ErrIntegrity)
		}
		if file.Path <= previous {
			return fmt.Errorf("file %q is out of order: %w", clip(file.Path), ErrIntegrity)
		}
		previous = file.Path
		if err := d.checkEntry(file); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) checkEntry(file *entry) error {
	var size int64
	for _, index := range file.Chunks {
		if index < 0 || index >= len(d.Chunks) {
			return fmt.Errorf("file %q names a chunk that is not there: %w", clip(file.Path), ErrIntegrity)
		}
		size += int64(d.Chunks[index].Size)
	}
	if size != file.Size || size > maxFileSize {
		return fmt.Errorf("file %q is not as long as its chunks: %w", clip(file.Path), ErrIntegrity)
	}
	return nil
}
