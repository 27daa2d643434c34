package content

import (
	"bytes"

	"github.com/klauspost/compress/zstd"
)

// newEncoder returns an encoder for EncodeAll: it starts no goroutine and is used by one at a time.
func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
}

// newDecoder returns a decoder for DecodeAll that never yields more than the capacity it is given.
func newDecoder() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxChunkSize), zstd.WithDecodeAllCapLimit(true))
}

// newStreamDecoder returns a decoder that reads frames of any length with a window of 64 MiB at most.
func newStreamDecoder(frames []byte) (*zstd.Decoder, error) {
	return zstd.NewReader(bytes.NewReader(frames), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxDocumentSize), zstd.WithDecoderMaxWindow(maxDocumentSize))
}
