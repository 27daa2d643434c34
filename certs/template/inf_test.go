package template_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

// cloudDPINF is the file for the guide's template, in Microsoft's form.
const cloudDPINF = `[Version]
Signature="$Windows NT$"
[NewRequest]
Subject="CN=clouddp.contoso.com"
Exportable=TRUE
KeyLength=2048
KeySpec=1
KeyUsage=0xA0
MachineKeySet=TRUE
ProviderName="Microsoft RSA SChannel Cryptographic Provider"
ProviderType=12
RequestType=PKCS10
HashAlgorithm=sha256
[EnhancedKeyUsageExtension]
OID=1.3.6.1.5.5.7.3.1
[Extensions]
2.5.29.17="{text}"
_continue_="dns=clouddp.contoso.com&"
[RequestAttributes]
CertificateTemplate=CloudDPCert
`

func onWindows(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

func TestRequestINFOfCloudDP(t *testing.T) {
	r := template.CloudDP(group).RequestINF("clouddp.contoso.com", "clouddp.contoso.com")
	got, err := r.Format()
	if err != nil || !bytes.Equal(got, onWindows(cloudDPINF)) {
		t.Errorf("got\n%s\n%v\nwant\n%s", got, err, cloudDPINF)
	}
	if again, err := template.ParseRequestINF(got); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("got  %+v, %v\nwant %+v", again, err, r)
	}
}

func TestRequestINFOfANewerTemplate(t *testing.T) {
	newer := newer()
	newer.ExtKeyUsage, newer.ApplicationPolicies = nil, nil
	newer.KeyUsage |= x509.KeyUsageDecipherOnly
	newer.MinimalKeySize = 4096
	newer.PrivateKeyFlags &^= template.PrivateKeyExportable
	r := newer.RequestINF("*.contoso.com", "CloudDP.contoso.com", "clouddp2.contoso.com")
	text, err := r.Format()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"Exportable=FALSE", "KeyLength=4096", "KeyUsage=0x80A0", `Subject="CN=*.contoso.com"`,
		`ProviderName="Microsoft Software Key Storage Provider"`, `_continue_="dns=clouddp2.contoso.com&"`,
	} {
		if !strings.Contains(string(text), line+"\r\n") {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
	if strings.Contains(string(text), "KeySpec") || strings.Contains(string(text), "ProviderType") || strings.Contains(string(text), "Enhanced") {
		t.Errorf("keys of old providers in\n%s", text)
	}
	if again, err := template.ParseRequestINF(text); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("got  %+v, %v\nwant %+v", again, err, r)
	}
}

// TestRequestINFOfKeyProperties wants what the template says about the key, and of templates without providers none.
func TestRequestINFOfKeyProperties(t *testing.T) {
	property := func(name, value string) template.Property {
		return template.Property{Name: name, Type: "PZPWSTR", Value: value}
	}
	for name, test := range map[string]struct {
		algorithm, hash string
		size            int
		has, lacks      []string
	}{
		"a curve": {
			"ECDSA_P256", "SHA512", 256,
			[]string{"KeyAlgorithm=ECDSA_P256", "KeyLength=256", "HashAlgorithm=sha512"},
			[]string{"KeySpec", "KeyLength=2048"},
		},
		"a longer curve":        {"ECDSA_P521", "SHA256", 256, []string{"KeyAlgorithm=ECDSA_P521", "KeyLength=521", "HashAlgorithm=sha256"}, nil},
		"RSA":                   {"RSA", "SHA384", 3072, []string{"KeyLength=3072", "HashAlgorithm=sha384"}, []string{"KeyAlgorithm"}},
		"nothing":               {"", "", 0, []string{"KeyLength=2048", "HashAlgorithm=sha256"}, []string{"KeyAlgorithm"}},
		"what nobody documents": {"DSA", "SHA1", 1024, []string{"KeyAlgorithm=DSA", "KeyLength=2048", "HashAlgorithm=sha1"}, nil},
	} {
		v4 := newer()
		v4.SchemaVersion, v4.MinimalKeySize, v4.CSPs, v4.KeyProperties = 4, test.size, nil, nil
		if test.algorithm != "" {
			v4.KeyProperties = append(v4.KeyProperties, property(template.PropertyAsymmetricAlgorithm, test.algorithm))
		}
		if test.hash != "" {
			v4.KeyProperties = append(v4.KeyProperties, property(template.PropertyHashAlgorithm, test.hash))
		}
		r := v4.RequestINF("clouddp.contoso.com")
		text, err := r.Format()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, line := range test.has {
			if !strings.Contains(string(text), "\r\n"+line+"\r\n") {
				t.Errorf("%s: no %s in\n%s", name, line, text)
			}
		}
		for _, word := range append(test.lacks, "Provider") {
			if strings.Contains(string(text), word) {
				t.Errorf("%s: %s in\n%s", name, word, text)
			}
		}
		if again, err := template.ParseRequestINF(text); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s: got  %+v, %v\nwant %+v", name, again, err, r)
		}
	}
}

// TestRequestINFOfOlderProviders wants a key spec of those who have one: in schema version 3 the flag means nothing.
func TestRequestINFOfOlderProviders(t *testing.T) {
	for schema, want := range map[int]template.KeySpec{2: template.KeyExchange, 3: 0, 4: template.KeyExchange} {
		w := newer()
		w.SchemaVersion = schema
		w.PrivateKeyFlags |= template.PrivateKeyLegacyProvider
		if got := w.RequestINF("clouddp.contoso.com").KeySpec; got != want {
			t.Errorf("schema version %d: key spec %d, want %d", schema, got, want)
		}
	}
	w := template.CloudDP(group)
	w.CSPs = nil
	_, err := w.RequestINF("clouddp.contoso.com").Format()
	invalid, _ := errors.AsType[*template.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "Provider" {
		t.Errorf("no provider for a key spec: got %v", err)
	}
}

func TestParseRequestINFLosesNothing(t *testing.T) {
	for name, test := range map[string]struct{ old, new, field string }{
		"two subjects":        {"Exportable", "Subject=\"CN=other.contoso.com\"\nExportable", "line 5"},
		"two answers":         {"KeyLength", "exportable=FALSE\nKeyLength", "line 6"},
		"the same twice":      {"KeyLength", "Exportable=TRUE\nKeyLength", "line 6"},
		"in another section":  {"[RequestAttributes]", "[NewRequest]\nKeyLength=4096\n[RequestAttributes]", "line 20"},
		"a key of the user":   {"MachineKeySet=TRUE\n", "", "MachineKeySet"},
		"a key of nobody":     {"MachineKeySet=TRUE", "MachineKeySet=FALSE", "line 9"},
		"another common name": {"dns=clouddp.", "dns=other.", "DNSNames"},
		"a curve's length":    {"KeyLength", "KeyAlgorithm=ECDSA_P384\nKeyLength", "KeyLength"},
		"an odd algorithm":    {"KeyLength", "KeyAlgorithm=EC DSA\nKeyLength", "KeyAlgorithm"},
	} {
		r, err := template.ParseRequestINF([]byte(strings.Replace(cloudDPINF, test.old, test.new, 1)))
		invalid, _ := errors.AsType[*template.InvalidError](err)
		if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != test.field {
			t.Errorf("%s: got %+v, %v, want one problem with %s", name, r, err, test.field)
		}
	}
	purposes := strings.Replace(cloudDPINF, "[Extensions]", "OID="+template.ClientAuth+"\n[Extensions]", 1)
	names := strings.Replace(purposes, "[RequestAttributes]", "_continue_=\"dns=clouddp2.contoso.com&\"\n[RequestAttributes]", 1)
	if r, err := template.ParseRequestINF([]byte(names)); err != nil || len(r.ExtKeyUsage) != 2 || len(r.DNSNames) != 2 {
		t.Errorf("what may be there twice: got %+v, %v", r, err)
	}
	upper := strings.Replace(cloudDPINF, "dns=clouddp", "dns=CLOUDDP", 1)
	if _, err := template.ParseRequestINF([]byte(upper)); err != nil {
		t.Errorf("the common name in upper case: %v", err)
	}
}

func TestParseRequestINFTakesWhatPeopleWrite(t *testing.T) {
	byHand := strings.NewReplacer(
		"KeySpec=1", "  keyspec = 1          ; AT_KEYEXCHANGE; for TLS",
		"[NewRequest]", "; what follows is the request\n\n[NEWREQUEST]",
		"KeyUsage=0xA0", "KeyUsage=0xa0",
		"{text}\"\n_continue_=\"dns", "{text}dns",
	).Replace(cloudDPINF)
	got, err := template.ParseRequestINF([]byte("\ufeff" + byHand))
	want := template.CloudDP(group).RequestINF("clouddp.contoso.com")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestParseRequestINFListsEveryProblem(t *testing.T) {
	_, err := template.ParseRequestINF([]byte(`[Version]
Signature="$Chicago$"
[NewRequest]
no key
Subject="O=Contoso"
Exportable=yes
KeyLength=long
KeyUsage=0x10000
MachineKeySet=FALSE
RequestType=CMC
ProviderName="a"b"
Silent=TRUE
[Extensions]
_continue_="dns=a.b&"
2.5.29.17="text"
2.5.29.17="{text}upn=a@b&"
[Strings]
x=y
`))
	invalid, _ := errors.AsType[*template.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 14 || invalid.Problems[1].Field != "line 4" {
		t.Errorf("got %v, want 14 problems", err)
	}
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"empty":     {nil, template.ErrInvalid},
		"not UTF-8": {[]byte("\xff\xfe["), template.ErrInvalid},
		"too large": {make([]byte, 2<<20), template.ErrLimit},
		"name":      {[]byte(strings.Replace(cloudDPINF, "CN=clouddp.contoso.com", "CN=clouddp", 1)), template.ErrInvalid},
	} {
		if _, err := template.ParseRequestINF(test.data); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestFormatRequestINFRefusesWhatItCannotHold(t *testing.T) {
	for field, spoil := range map[string]func(*template.RequestINF){
		"CommonName":    func(r *template.RequestINF) { r.CommonName = `clouddp.contoso.com",OU="x` },
		"DNSNames":      func(r *template.RequestINF) { r.DNSNames[0] = "clouddp.contoso.com&upn=x" },
		"Template":      func(r *template.RequestINF) { r.Template = "Cloud%DP%" },
		"KeyLength":     func(r *template.RequestINF) { r.KeyLength = 0 },
		"KeySpec":       func(r *template.RequestINF) { r.KeySpec = 3 },
		"KeyUsage":      func(r *template.RequestINF) { r.KeyUsage = 0 },
		"ExtKeyUsage":   func(r *template.RequestINF) { r.ExtKeyUsage[0] = "1.2\r\n[x]" },
		"Provider":      func(r *template.RequestINF) { r.Provider = "a\r\nb" },
		"KeyAlgorithm":  func(r *template.RequestINF) { r.KeyAlgorithm = "EC DSA" },
		"HashAlgorithm": func(r *template.RequestINF) { r.HashAlgorithm = "sha 256" },
	} {
		r := template.CloudDP(group).RequestINF("clouddp.contoso.com")
		spoil(&r)
		text, err := r.Format()
		invalid, _ := errors.AsType[*template.InvalidError](err)
		if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != field || text != nil {
			t.Errorf("%s: got %q, %v", field, text, err)
		}
	}
	if _, err := (template.RequestINF{}).Format(); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("zero: got %v, want ErrInvalid", err)
	}
}

func FuzzRequestINF(f *testing.F) {
	f.Add([]byte(cloudDPINF))
	f.Add(onWindows(cloudDPINF))
	f.Add([]byte(strings.Replace(cloudDPINF, "KeyLength=2048\nKeySpec=1", "KeyAlgorithm=ECDSA_P256\nKeyLength=256", 1)))
	f.Add([]byte("\ufeff[newrequest]\nKeyUsage=160 ; x\nSubject=CN=*.a.b\n[extensions]\n2.5.29.17={text}dns=a.b&dns=c.d\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := template.ParseRequestINF(data)
		if err != nil {
			if !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		text, err := r.Format()
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		if again, err := template.ParseRequestINF(text); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("got  %+v, %v\nwant %+v", again, err, r)
		}
	})
}
