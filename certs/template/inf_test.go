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
