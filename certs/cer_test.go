package certs_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestParseCERReadsEveryForm(t *testing.T) {
	service, _ := newService(t)
	armoured := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.CER()})
	windows := bytes.ReplaceAll(armoured, []byte("\n"), []byte("\r\n"))
	bare := []byte(base64.StdEncoding.EncodeToString(service.CER()))
	for name, cer := range map[string][]byte{
		"DER":                   service.CER(),
		"PEM":                   armoured,
		"PEM from Windows":      windows,
		"PEM with mark":         append([]byte("\xEF\xBB\xBF"), windows...),
		"PEM after a text":      append([]byte("subject=CN = x\n\n"), armoured...),
		"bare Base64":           bare,
		"bare Base64, wrapped":  bytes.Join([][]byte{bare[:64], bare[64:]}, []byte("\r\n")),
		"bare Base64 with mark": append([]byte("\xEF\xBB\xBF"), bare...),
	} {
		got, err := certs.ParseCER(cer)
		if err != nil || !got.Equal(service.Leaf) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseCERSaysWhatItWasGiven(t *testing.T) {
	service, _ := newService(t)
	armoured := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.CER()})
	key, err := x509.MarshalPKCS8PrivateKey(certstest.Key())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		cer  []byte
		want string
	}{
		"nothing":          {nil, "is empty"},
		"white space":      {[]byte("\xEF\xBB\xBF\r\n"), "is empty"},
		"text":             {[]byte("no certificate"), "neither DER nor Base64"},
		"PFX":              {export(t, service, nil), "is a .pfx file"},
		"PFX in Base64":    {[]byte(base64.StdEncoding.EncodeToString(export(t, service, nil))), "is a .pfx file"},
		"P7B":              {[]byte("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\x05\x00"), "is a .p7b file"},
		"key":              {key, "is a private key"},
		"key in PEM":       {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), `"PRIVATE KEY", not a CERTIFICATE`},
		"chain":            {append(armoured, armoured...), "more than one"},
		"damaged PEM":      {armoured[:len(armoured)-10], "damaged PEM"},
		"damaged DER":      {service.CER()[:100], "not a certificate"},
		"DER, data behind": {append(service.CER(), 0), "not a certificate"},
	} {
		_, err := certs.ParseCER(test.cer)
		wantCategory(t, name, err, certs.ErrInvalid)
		if err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q does not say %q", name, err, test.want)
		}
	}
	_, err = certs.ParseCER(make([]byte, 1<<20+1))
	wantCategory(t, "too large", err, certs.ErrLimit)
}

func FuzzParseCER(f *testing.F) {
	bundle, err := certs.SelfSigned(fqdn, &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bundle.CER())
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: bundle.CER()}))
	f.Add([]byte("\xEF\xBB\xBFMIIB"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\r\n-----END CERTIFICATE-----"))
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x03})
	f.Fuzz(func(t *testing.T, cer []byte) {
		certificate, err := certs.ParseCER(cer)
		if err != nil {
			wantOneOf(t, err, certs.ErrInvalid, certs.ErrLimit)
			return
		}
		if again, err := certs.ParseCER(certificate.Raw); err != nil || !again.Equal(certificate) {
			t.Errorf("the certificate does not survive: %v", err)
		}
	})
}
