package template

import (
	"bytes"
	"cmp"
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
	// KeyAlgorithm is what the key is made for, as [PropertyAsymmetricAlgorithm] says it: "ECDSA_P256"; empty for RSA.
	KeyAlgorithm string
	// KeyLength is in bits, 512 to 16384 for RSA, and that of the curve for a curve.
	KeyLength int
	// KeySpec is what the key is for; 0 with the newer key providers.
	KeySpec KeySpec
	// KeyUsage is what the request asks for.
	KeyUsage x509.KeyUsage
	// ExtKeyUsage are the purposes as object identifiers.
	ExtKeyUsage []string
	// Provider is the name of the cryptographic provider; empty, with a KeySpec of 0, for the computer's choice.
	Provider string
	// ProviderType is the number of the provider's kind, 12 for SChannel with RSA; 0 with the newer key providers.
	ProviderType int
	// HashAlgorithm is what the request is signed with: sha256.
	HashAlgorithm string
}

// RequestINF returns a request for a certificate of t with commonName and more DNS names. What is wrong with it is for
// [RequestINF.Format] to say.
//
// On the site server, the file that Format returns becomes a certificate and a .pfx file by
//
//	certreq -new clouddp.inf clouddp.req
//	certreq -submit -AdminForceMachine -config "CA01.contoso.com\Contoso Issuing CA" clouddp.req clouddp.cer
//	certreq -accept clouddp.cer
//	Export-PfxCertificate -Cert Cert:\LocalMachine\My\THUMBPRINT -FilePath clouddp.pfx -Password (Read-Host -AsSecureString)
//
// the last in PowerShell. The prompt must run as administrator: MachineKeySet=TRUE makes the key the computer's. So must
// the request be, since the group that may enroll holds computers: -AdminForceMachine sends it from their account.
// Where a certificate manager has to approve, certreq -submit prints the id of the request, and
// certreq -retrieve -AdminForceMachine -config CONFIG ID clouddp.cer gets the certificate later.
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
	if !t.isNewer() {
		r.KeySpec = t.KeySpec
		r.ProviderType = providerTypes[r.Provider]
		return r
	}
	if hash := t.property(PropertyHashAlgorithm); hash != "" {
		r.HashAlgorithm = strings.ToLower(hash)
	}
	if algorithm := t.property(PropertyAsymmetricAlgorithm); algorithm != "" && algorithm != "RSA" {
		r.KeyAlgorithm = algorithm
		r.KeyLength = cmp.Or(curveLength(algorithm), r.KeyLength)
	}
	return r
}

// curveLength returns the bits of the keys of an elliptic curve, ECDSA_P256 and the like; 0 for another algorithm.
func curveLength(algorithm string) int {
	_, curve, _ := strings.Cut(algorithm, "_P")
	switch curve {
	case "256", "384", "521":
		n, _ := strconv.Atoi(curve)
		return n
	}
	return 0
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
	r.validateNames(e)
	if !isTemplateName(r.Template) || !isINFText(r.Template) {
		e.Add("Template", "%.300q is not the name of a template in ASCII", r.Template)
	}
	r.validateKey(e)
	r.validatePurposes(e)
	return e.Err()
}

func (r RequestINF) validateNames(e *errs.InvalidError) {
	if !infHostName.MatchString(r.CommonName) || len(r.CommonName) > 64 {
		e.Add("CommonName", "%.300q is not a fully qualified host name of at most 64 characters", r.CommonName)
	}
	if len(r.DNSNames) == 0 || len(r.DNSNames) > maxValues {
		e.Add("DNSNames", "are %d, not 1 to %d", len(r.DNSNames), maxValues)
		return
	}
	for _, name := range r.DNSNames {
		if !infHostName.MatchString(name) || len(name) > 253 {
			e.Add("DNSNames", "%.300q is not a fully qualified host name", name)
		}
	}
	isCommonName := func(name string) bool { return strings.EqualFold(name, r.CommonName) }
	if len(e.Problems) == 0 && !slices.ContainsFunc(r.DNSNames, isCommonName) {
		e.Add("DNSNames", "lack the common name, %s: clients look at nothing else", r.CommonName)
	}
}

func (r RequestINF) validateKey(e *errs.InvalidError) {
	curve := curveLength(r.KeyAlgorithm)
	switch {
	case r.KeyAlgorithm != "" && !infAlgorithm.MatchString(r.KeyAlgorithm):
		e.Add("KeyAlgorithm", "%.300q is not the name of an algorithm", r.KeyAlgorithm)
	case curve == 0 && (r.KeyLength < 512 || r.KeyLength > 16384):
		e.Add("KeyLength", "%d bits is not 512 to 16384", r.KeyLength)
	case curve != 0 && r.KeyLength != curve:
		e.Add("KeyLength", "%d bits is not the %d of %s", r.KeyLength, curve, r.KeyAlgorithm)
	}
	if r.KeySpec < 0 || r.KeySpec > Signature {
		e.Add("KeySpec", "%d is neither 0, KeyExchange nor Signature", r.KeySpec)
	}
	switch {
	case r.Provider == "" && (r.KeySpec != 0 || r.ProviderType != 0):
		e.Add("Provider", "is empty, and a key spec or a type is that of an older provider, which needs a name")
	case r.Provider != "" && !isINFText(r.Provider) || r.ProviderType < 0 || r.ProviderType > 999:
		e.Add("Provider", "%.300q of type %d is not a provider", r.Provider, r.ProviderType)
	}
	if !infAlgorithm.MatchString(r.HashAlgorithm) {
		e.Add("HashAlgorithm", "%.300q is not the name of an algorithm", r.HashAlgorithm)
	}
}

func (r RequestINF) validatePurposes(e *errs.InvalidError) {
	if r.KeyUsage <= 0 || r.KeyUsage > 0xFFFF {
		e.Add("KeyUsage", "%#x is not a key usage", int(r.KeyUsage))
	}
	if len(r.ExtKeyUsage) > maxValues {
		e.Add("ExtKeyUsage", "are %d, more than %d", len(r.ExtKeyUsage), maxValues)
		return
	}
	for _, oid := range r.ExtKeyUsage {
		if !isOID(oid) {
			e.Add("ExtKeyUsage", "%.300q is not a dotted object identifier", oid)
		}
	}
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
	if r.KeyAlgorithm != "" {
		line("KeyAlgorithm=%s", r.KeyAlgorithm)
	}
	line("KeyLength=%d", r.KeyLength)
	if r.KeySpec != 0 {
		line("KeySpec=%d", r.KeySpec)
	}
	line("KeyUsage=0x%X", infUsage(uint16(r.KeyUsage))) //nolint:gosec // Validate checks it
	line("MachineKeySet=TRUE")
	if r.Provider != "" {
		line(`ProviderName="%s"`, r.Provider)
	}
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
