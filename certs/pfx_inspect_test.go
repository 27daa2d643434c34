package certs_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/certs"
)

// answers are short for what an importer does: opens, refuses, or nobody knows.
func answers(info *certs.PFXInfo, importers ...certs.Importer) string {
	var b strings.Builder
	for _, importer := range importers {
		for _, row := range info.Imports {
			switch {
			case row.Importer != importer:
			case !row.Known:
				b.WriteString("?")
			case row.Opens:
				b.WriteString("+")
			default:
				b.WriteString("-")
			}
		}
	}
	return b.String()
}

// TestWindowsAndAzure holds the rows that nobody can try on Linux to what is documented, and to no more.
func TestWindowsAndAzure(t *testing.T) {
	service, _ := newService(t)
	files := map[string][]byte{}
	for name, encoder := range map[string]*pkcs12.Encoder{
		"go RC2": pkcs12.LegacyRC2, "go 3DES": pkcs12.LegacyDES, "go AES": pkcs12.Modern2023, "go PBMAC1": pkcs12.Modern2026,
	} {
		pfx, err := encoder.Encode(service.PrivateKey(), service.Leaf, service.Chain, pfxPassword)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = pfx
	}
	files["windows-legacy"] = export(t, service, nil)
	files["windows-2019"] = export(t, service, &certs.PFXOptions{Profile: certs.Windows2019})
	for name, want := range map[string]string{ // Windows Server 2019, 2016, Azure
		"windows-legacy": "+++", "windows-2019": "+--",
		"go RC2": "+++", "go 3DES": "+++", "go AES": "+--", "go PBMAC1": "?--",
		"openssl": "+--", "openssl-legacy": "+++", "openssl-descert": "+++", "openssl-csp": "+--",
		"openssl-nomac": "?--", "openssl-open": "???", "openssl-rc2-128": "???", "openssl-2des": "???",
		"openssl-pbes2-3des": "???", "openssl-aes-192": "?--", "openssl-sha224": "???",
		"nss": "?--", "gnutls": "?--", "keytool": "+--",
	} {
		pfx := files[name]
		if pfx == nil {
			pfx = golden(t, name+".pfx")
		}
		info, err := certs.InspectPFX(pfx)
		if err != nil {
			t.Fatal(err)
		}
		if got := answers(info, certs.ImporterWindows2019, certs.ImporterWindows2016, certs.ImporterAzure); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		for _, row := range info.Imports {
			if row.Source == "" || (row.Known && !row.Opens) != (row.Says != "") {
				t.Errorf("%s: half a row: %+v", name, row)
			}
		}
	}
}

func TestInspectPFXIsReadable(t *testing.T) {
	info, err := certs.InspectPFX(golden(t, "openssl-csp.pfx"))
	if err != nil {
		t.Fatal(err)
	}
	text := info.String()
	for _, want := range []string{
		"DER; parts: 2; visible keys: 1\n", "MAC: HMAC SHA-256\n", "encryption: PBES2 AES-256-CBC, PBKDF2 HMAC SHA-256\n",
		"iterations: 2048 at most, 6144 in all\n", "key name: Cloud DP\n",
		"provider: Microsoft Enhanced RSA and AES Cryptographic Provider\n",
		`Windows Server 2016: refuses and says "The specified network password is not correct"`, "Java 17: opens",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	encoded, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	var back certs.PFXInfo
	if err := json.Unmarshal(encoded, &back); err != nil || !reflect.DeepEqual(&back, info) {
		t.Errorf("%s came back as %+v, %v", encoded, back, err)
	}
	ber, err := certs.InspectPFX(golden(t, "nss.pfx"))
	if err != nil || !strings.HasPrefix(ber.String(), "BER; ") {
		t.Errorf("got %v, %v", ber, err)
	}
}

func TestInspectPFXRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		pfx  []byte
		want error
	}{
		"nothing":     {nil, certs.ErrInvalid},
		"too large":   {make([]byte, 1<<20+1), certs.ErrLimit},
		"certificate": {golden(t, "service.cer"), certs.ErrInvalid},
		"half":        {golden(t, "openssl.pfx")[:1000], certs.ErrIntegrity},
	} {
		_, err := certs.InspectPFX(test.pfx)
		wantCategory(t, name, err, test.want)
	}
}

// TestNobodyKnows holds the rows to silence about algorithms that no importer was asked about.
func TestNobodyKnows(t *testing.T) {
	service, _ := newService(t)
	legacy, modern := export(t, service, nil), export(t, service, &certs.PFXOptions{Profile: certs.Windows2019})
	for name, test := range map[string]struct {
		pfx, old, replacement []byte
		want                  string
	}{
		"RC4":            {legacy, []byte{0x01, 0x0c, 0x01, 0x03}, []byte{0x01, 0x0c, 0x01, 0x01}, "?????????"},
		"MAC unknown":    {legacy, []byte{0x2b, 0x0e, 0x03, 0x02, 0x1a}, []byte{0x2b, 0x0e, 0x03, 0x02, 0x1b}, "?????????"},
		"HMAC SHA-512":   {modern, []byte{0x0d, 0x02, 0x09}, []byte{0x0d, 0x02, 0x0b}, "?--??????"},
		"nothing, after": {modern, []byte{0x0d, 0x02, 0x09}, []byte{0x0d, 0x02, 0x09}, "+--++++++"},
	} {
		info, err := certs.InspectPFX(patch(t, test.pfx, test.old, test.replacement))
		if err != nil {
			t.Fatal(err)
		}
		all := make([]certs.Importer, len(info.Imports))
		for i, row := range info.Imports {
			all[i] = row.Importer
		}
		if got := answers(info, all...); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
