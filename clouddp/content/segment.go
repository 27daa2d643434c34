package content

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

const nonceSize = 12

// sealedSize is the length of n plain bytes once sealed.
func sealedSize(n int) int { return n + max(1, (n+segmentSize-1)/segmentSize)*tagSize }

// seal appends plain to dst in segments under key, which must never seal anything else.
func seal(dst, key, plain []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	for index := uint64(0); ; index++ {
		n := min(len(plain), segmentSize)
		last := n == len(plain)
		dst = aead.Seal(dst, segmentNonce(index, last), plain[:n], nil)
		if last {
			return dst, nil
		}
		plain = plain[n:]
	}
}

// unseal appends the plaintext of sealed to dst. Bytes that seal did not write under key are [ErrIntegrity].
func unseal(dst, key, sealed []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	for index := uint64(0); ; index++ {
		n := min(len(sealed), segmentSize+tagSize)
		last := n == len(sealed)
		if n == tagSize && index > 0 {
			return nil, ErrIntegrity
		}
		if dst, err = aead.Open(dst, segmentNonce(index, last), sealed[:n], nil); err != nil {
			return nil, ErrIntegrity
		}
		if last {
			return dst, nil
		}
		sealed = sealed[n:]
	}
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrIntegrity
	}
	return cipher.NewGCM(block)
}

func segmentNonce(index uint64, last bool) []byte {
	nonce := make([]byte, nonceSize)
	binary.BigEndian.PutUint64(nonce[nonceSize-9:], index)
	if last {
		nonce[nonceSize-1] = 1
	}
	return nonce
}
