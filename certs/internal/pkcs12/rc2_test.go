package pkcs12

import (
	"encoding/hex"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRC2 uses the vectors of RFC 2268 section 5 whose effective length is that of the key.
func TestRC2(t *testing.T) {
	for _, vector := range []struct{ key, plain, cipher string }{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		got := make([]byte, rc2BlockSize)
		newRC2(unhex(t, vector.key)).Decrypt(got, unhex(t, vector.cipher))
		if hex.EncodeToString(got) != vector.plain {
			t.Errorf("key %s: got %x, want %s", vector.key, got, vector.plain)
		}
	}
}
