package template

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// RequestINF is what certreq -new reads to make a key and a request on a computer with Windows ("certreq", Microsoft
// Learn). The key belongs to the computer, and the request is in the form of PKCS #10.
type RequestINF struct {
	// CommonName is the service FQDN: a host name of at most 64 characters, its first label possibly a star.
	CommonName string
	// DNSNames are the subject alternative names, CommonName among them.
	DNSNames []string
	// Template is the name of the template.
	Template string
	// Exportable lets the key leave the computer, which it must for a .pfx file.
	Exportable bool
	// KeyLength is in bits.
	KeyLength int
	// KeySpec is what the key is for; 0 with the newer key providers.
	KeySpec KeySpec
	// KeyUsage is what the request asks for.
	KeyUsage x509.KeyUsage
	// ExtKeyUsage are the purposes as object identifiers.
	ExtKeyUsage []string
	// Provider is the name of the cryptographic provider.
	Provider string
	// ProviderType is the number of the provider's kind, 12 for SChannel with RSA; 0 with the newer key providers.
	ProviderType int
	// HashAlgorithm is what the request is signed with: sha256.
	HashAlgorithm string
}

// RequestINF returns a request for a certificate of t with commonName and more DNS names. What is wrong with it is for
// [RequestINF.Format] to say.
func (t Template) RequestINF(commonName string, dnsNames ...string) RequestINF {
	r := RequestINF{
		CommonName:    commonName,
		DNSNames:      []string{commonName},
		Template:      t.Name,
		Exportable:    t.PrivateKeyFlags&PrivateKeyExportable != 0,
		KeyLength:     max(t.MinimalKeySize, 2048),
		KeyUsage:      t.KeyUsage,
		ExtKeyUsage:   slices.Clone(t.ExtKeyUsage),
		HashAlgorithm: "sha256",
	}
	for _, name := range dnsNames {
		if !slices.Contains(r.DNSNames, name) {
			r.DNSNames = append(r.DNSNames, name)
		}
	}
	if sorted := (providers{&t.CSPs}).sorted(); len(sorted) > 0 {
		r.Provider = sorted[0].Name
	}
	if t.SchemaVersion < 3 || t.PrivateKeyFlags&PrivateKeyLegacyProvider != 0 {
		r.KeySpec = t.KeySpec
		r.ProviderType = providerTypes[r.Provider]
	}
	return r
}

// providerTypes are those of the Windows SDK, wincrypt.h.
var providerTypes = map[string]int{
	"Microsoft Base Cryptographic Provider v1.0":            1,
	"Microsoft Enhanced Cryptographic Provider v1.0":        1,
	"Microsoft Strong Cryptographic Provider":               1,
	"Microsoft RSA SChannel Cryptographic Provider":         12,
	"Microsoft DH SChannel Cryptographic Provider":          18,
	"Microsoft Enhanced RSA and AES Cryptographic Provider": 24,
}

var (
	infHostName  = regexp.MustCompile(`^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	infAlgorithm = regexp.MustCompile(`^[A-Za-z0-9_]{1,32}$`)
	// infText leaves out what begins a comment, a quotation or a replacement.
	infText = regexp.MustCompile(`^[ -~]{1,256}$`)
)

func isINFText(s string) bool {
	return infText.MatchString(s) && strings.TrimSpace(s) == s && !strings.ContainsAny(s, `;"%=[]`)
}

// Validate returns an [*InvalidError] listing everything in r that a file could not hold, or nil.
func (r RequestINF) Validate() error {
	e := &errs.InvalidError{Subject: "template: request"}
	if !infHostName.MatchString(r.CommonName) || len(r.CommonName) > 64 {
		e.Add("CommonName", "%.300q is not a fully qualified host name of at most 64 characters", r.CommonName)
	}
	if len(r.DNSNames) == 0 || len(r.DNSNames) > maxValues {
		e.Add("DNSNames", "are %d, not 1 to %d", len(r.DNSNames), maxValues)
	}
	for _, name := range r.DNSNames {
		if !infHostName.MatchString(name) || len(name) > 253 {
			e.Add("DNSNames", "%.300q is not a fully qualified host name", name)
		}
	}
	if !isTemplateName(r.Template) || !isINFText(r.Template) {
		e.Add("Template", "%.300q is not the name of a template in ASCII", r.Template)
	}
	if r.KeyLength < 512 || r.KeyLength > 16384 {
		e.Add("KeyLength", "%d bits is not 512 to 16384", r.KeyLength)
	}
	if r.KeySpec < 0 || r.KeySpec > Signature {
		e.Add("KeySpec", "%d is neither 0, KeyExchange nor Signature", r.KeySpec)
	}
	if r.KeyUsage <= 0 || r.KeyUsage > 0xFFFF {
		e.Add("KeyUsage", "%#x is not a key usage", int(r.KeyUsage))
	}
	if len(r.ExtKeyUsage) > maxValues || slices.ContainsFunc(r.ExtKeyUsage, func(oid string) bool { return !isOID(oid) }) {
		e.Add("ExtKeyUsage", "%.300q are not dotted object identifiers", r.ExtKeyUsage)
	}
	if !isINFText(r.Provider) || r.ProviderType < 0 || r.ProviderType > 999 {
		e.Add("Provider", "%.300q of type %d is not a provider", r.Provider, r.ProviderType)
	}
	if !infAlgorithm.MatchString(r.HashAlgorithm) {
		e.Add("HashAlgorithm", "%.300q is not the name of an algorithm", r.HashAlgorithm)
	}
	return e.Err()
}

// Format returns the file, its lines ended as on Windows. Errors are those of [RequestINF.Validate].
func (r RequestINF) Format() ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("[Version]")
	line(`Signature="$Windows NT$"`)
	line("[NewRequest]")
	line(`Subject="CN=%s"`, r.CommonName)
	line("Exportable=%s", strings.ToUpper(strconv.FormatBool(r.Exportable)))
	line("KeyLength=%d", r.KeyLength)
	if r.KeySpec != 0 {
		line("KeySpec=%d", r.KeySpec)
	}
	line("KeyUsage=0x%X", infUsage(uint16(r.KeyUsage))) //nolint:gosec // Validate checks it
	line("MachineKeySet=TRUE")
	line(`ProviderName="%s"`, r.Provider)
	if r.ProviderType != 0 {
		line("ProviderType=%d", r.ProviderType)
	}
	line("RequestType=PKCS10")
	line("HashAlgorithm=%s", r.HashAlgorithm)
	if len(r.ExtKeyUsage) > 0 {
		line("[EnhancedKeyUsageExtension]")
	}
	for _, oid := range r.ExtKeyUsage {
		line("OID=%s", oid)
	}
	line("[Extensions]")
	line(`2.5.29.17="{text}"`)
	for _, name := range r.DNSNames {
		line(`_continue_="dns=%s&"`, name)
	}
	line("[RequestAttributes]")
	line("CertificateTemplate=%s", r.Template)
	return b.Bytes(), nil
}

// infUsage turns a key usage into the number that certreq takes, whose lowest byte is the first of the extension, or
// back.
func infUsage(n uint16) uint16 { return bits.ReverseBytes16(bits.Reverse16(n)) }
