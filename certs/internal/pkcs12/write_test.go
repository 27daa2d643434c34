package pkcs12

import (
	"bytes"
	"crypto/x509"
	"slices"
	"testing"
)

func TestAttributesAreWrittenAndRead(t *testing.T) {
	w := newWriter(t)
	w.KeyName, w.Provider, w.Machine, w.KeySpec, w.FriendlyName = "key 🙂", "Some Provider", true, 0x80, "Zürich"
	content, err := open(t, must[[]byte](t)(w.Write(password)))
	if err != nil {
		t.Fatal(err)
	}
	if k := content.Keys[0]; k.Name != w.KeyName || k.Provider != w.Provider {
		t.Errorf("key: %q, %q", k.Name, k.Provider)
	}
	if got := content.Certificates[0].FriendlyName; got != w.FriendlyName {
		t.Errorf("certificate: %q", got)
	}
	_, keys := w.bags(t)
	var attributes []string
	for _, a := range keys[0].Attributes {
		attributes = append(attributes, a.ID.String())
	}
	if want := []string{attrLocalKeyID, attrFriendlyName, attrProvider, attrMachineKey}; !slices.Equal(attributes, want) {
		t.Errorf("attributes %q, want %q", attributes, want)
	}
}

// TestKeySpecIsThatOfOpenSSL compares with what "openssl pkcs12 -keyex" and "-keysig" write.
func TestKeySpecIsThatOfOpenSSL(t *testing.T) {
	w := newWriter(t)
	for spec, want := range map[byte]string{0x10: "a00d300b0603551d0f310403020410", 0x80: "a00d300b0603551d0f310403020780"} {
		w.KeySpec = spec
		der := must[[]byte](t)(w.withKeySpec())
		if !bytes.HasSuffix(der, unhex(t, want)) {
			t.Errorf("%#x: got %x, want %s at the end", spec, der, want)
		}
		if _, err := x509.ParsePKCS8PrivateKey(der); err != nil {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestEqualBytesMakeEqualFiles(t *testing.T) {
	for _, modern := range []bool{false, true} {
		w := newWriter(t)
		w.Rand, w.Modern = zeros{}, modern
		first := must[[]byte](t)(w.Write(password))
		if !bytes.Equal(first, must[[]byte](t)(w.Write(password))) {
			t.Errorf("modern %t: two files differ", modern)
		}
	}
	w := newWriter(t)
	w.Rand = bytes.NewReader(nil)
	if _, err := w.Write(password); err == nil {
		t.Error("written without random bytes")
	}
}
