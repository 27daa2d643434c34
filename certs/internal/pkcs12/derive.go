package pkcs12

import (
	"bytes"
	"crypto"
)

// The purposes of a derivation, RFC 7292 appendix B.3.
const (
	forKey byte = 1 + iota
	forIV
	forMAC
)

// derive is the key derivation of RFC 7292 appendix B.2; the names are those of the text.
func derive(h crypto.Hash, purpose byte, password, salt []byte, iterations, size int) []byte {
	sum := maker(h)()
	v := sum.BlockSize()
	d := bytes.Repeat([]byte{purpose}, v)
	i := append(fill(salt, v), fill(password, v)...)
	var key, a []byte
	for {
		sum.Reset()
		sum.Write(d)
		sum.Write(i)
		a = sum.Sum(a[:0])
		for range iterations - 1 {
			sum.Reset()
			sum.Write(a)
			a = sum.Sum(a[:0])
		}
		key = append(key, a...)
		if len(key) >= size {
			return key[:size]
		}
		b := fill(a, v)[:v]
		for block := i; len(block) > 0; block = block[v:] {
			addOne(block[:v], b)
		}
	}
}

// fill repeats pattern until its length is a multiple of v; an empty pattern stays empty.
func fill(pattern []byte, v int) []byte {
	if len(pattern) == 0 {
		return nil
	}
	size := (len(pattern) + v - 1) / v * v
	return bytes.Repeat(pattern, size/len(pattern)+1)[:size]
}

// addOne sets block to block + b + 1, big-endian, and drops the carry.
func addOne(block, b []byte) {
	carry := 1
	for at := len(block) - 1; at >= 0; at-- {
		carry += int(block[at]) + int(b[at])
		block[at] = byte(carry & 0xff)
		carry >>= 8
	}
}
