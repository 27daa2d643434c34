package pkcs12

import (
	"crypto"
	"encoding/hex"
	"testing"
)

// TestDerive uses vectors that implementations of the derivation have long shared.
func TestDerive(t *testing.T) {
	for _, vector := range []struct {
		purpose        byte
		password, salt string
		iterations     int
		want           string
	}{
		{forKey, "smeg", "0a58cf64530d823f", 1, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"},
		{forIV, "smeg", "0a58cf64530d823f", 1, "79993dfe048d3b76"},
		{forKey, "smeg", "642b99ab44fb4b1f", 1, "f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966"},
		{forIV, "smeg", "642b99ab44fb4b1f", 1, "c0a38d64a79bea1d"},
		{forMAC, "smeg", "3d83c0e4546ac140", 1, "8d967d88f6caa9d714800ab3d48051d63f73a312"},
		{forKey, "queeg", "05dec959acff72f7", 1000, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"},
		{forIV, "queeg", "05dec959acff72f7", 1000, "11dedad7758d4860"},
		{forMAC, "queeg", "263216fcc2fab31c", 1000, "5ec4c7a80df652294c3925b6489a7ab857c83476"},
	} {
		password := secrets(vector.password)[0].utf16
		got := derive(crypto.SHA1, vector.purpose, password, unhex(t, vector.salt), vector.iterations, len(vector.want)/2)
		if hex.EncodeToString(got) != vector.want {
			t.Errorf("%s, %d: got %x, want %s", vector.password, vector.purpose, got, vector.want)
		}
	}
}

func TestUTF16(t *testing.T) {
	for _, s := range []string{"", "Cloud DP", "Zürich", "비밀번호", "a🙂b"} {
		if back := fromUTF16BE(utf16BE(s)); back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	}
	if got := hex.EncodeToString(utf16BE("🙂")); got != "d83dde42" {
		t.Errorf("got %s, want a pair of surrogates", got)
	}
}
