package template

import (
	"fmt"
	"strings"
)

// GeneralFlags is the attribute flags of a template, [MS-CRTD] section 2.4. A word read from a directory may hold bits
// without a name here; they are kept and printed as a number.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type GeneralFlags uint32

// The bits of [GeneralFlags] that concern a web server template.
const (
	GeneralEnrolleeSuppliesSubject GeneralFlags = 0x00000001
	GeneralAutoEnrollment          GeneralFlags = 0x00000020
	GeneralMachineType             GeneralFlags = 0x00000040
	GeneralIsCA                    GeneralFlags = 0x00000080
	GeneralAddTemplateName         GeneralFlags = 0x00000200
	GeneralIsDefault               GeneralFlags = 0x00010000
	GeneralIsModified              GeneralFlags = 0x00020000
)

// String lists the bits by name.
func (f GeneralFlags) String() string {
	return bitNames(uint32(f), []bitName{
		{uint32(GeneralEnrolleeSuppliesSubject), "enrollee supplies subject"},
		{uint32(GeneralAutoEnrollment), "auto-enrollment"},
		{uint32(GeneralMachineType), "machine type"},
		{uint32(GeneralIsCA), "CA"},
		{uint32(GeneralAddTemplateName), "add template name"},
		{uint32(GeneralIsDefault), "default"},
		{uint32(GeneralIsModified), "modified"},
	}, "|")
}

// EnrollmentFlags is msPKI-Enrollment-Flag, [MS-CRTD] section 2.26.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type EnrollmentFlags uint32

// The bits of [EnrollmentFlags] that concern a web server template.
const (
	// EnrollmentPendAllRequests makes every request wait for a certificate manager.
	EnrollmentPendAllRequests EnrollmentFlags = 0x00000002
	EnrollmentPublishToDS     EnrollmentFlags = 0x00000008
	EnrollmentAutoEnrollment  EnrollmentFlags = 0x00000020
	// EnrollmentNoRevocationInfo leaves revocation addresses out of the certificate.
	EnrollmentNoRevocationInfo    EnrollmentFlags = 0x00004000
	EnrollmentNoSecurityExtension EnrollmentFlags = 0x00080000
)

// String lists the bits by name.
func (f EnrollmentFlags) String() string {
	return bitNames(uint32(f), []bitName{
		{uint32(EnrollmentPendAllRequests), "pend all requests"},
		{uint32(EnrollmentPublishToDS), "publish to directory"},
		{uint32(EnrollmentAutoEnrollment), "auto-enrollment"},
		{uint32(EnrollmentNoRevocationInfo), "no revocation information"},
		{uint32(EnrollmentNoSecurityExtension), "no security extension"},
	}, "|")
}

// NameFlags is msPKI-Certificate-Name-Flag, [MS-CRTD] section 2.28.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type NameFlags uint32

// The bits of [NameFlags] that concern a web server template.
const (
	// NameEnrolleeSuppliesSubject takes subject and alternative names from the request; without it the authority
	// discards both ([MS-WCCE]).
	//
	// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
	NameEnrolleeSuppliesSubject NameFlags = 0x00000001
	NameAltDNS                  NameFlags = 0x08000000
	NameSubjectDNSAsCN          NameFlags = 0x10000000
)

// String lists the bits by name.
func (f NameFlags) String() string {
	return bitNames(uint32(f), []bitName{
		{uint32(NameEnrolleeSuppliesSubject), "enrollee supplies subject"},
		{uint32(NameAltDNS), "DNS name of the caller as alternative name"},
		{uint32(NameSubjectDNSAsCN), "DNS name of the caller as common name"},
	}, "|")
}

// PrivateKeyFlags is msPKI-Private-Key-Flag, [MS-CRTD] section 2.27. Its third and fourth bytes name the oldest Windows
// that an authority and an enrollee may run.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type PrivateKeyFlags uint32

// The bits of [PrivateKeyFlags] that concern a web server template.
const (
	PrivateKeyRequireArchival PrivateKeyFlags = 0x00000001
	// PrivateKeyExportable is "Allow private key to be exported".
	PrivateKeyExportable       PrivateKeyFlags = 0x00000010
	PrivateKeyStrongProtection PrivateKeyFlags = 0x00000020
	// PrivateKeyAlternateSignature makes the authority sign with RSASSA-PSS, which old TLS stacks cannot verify.
	PrivateKeyAlternateSignature PrivateKeyFlags = 0x00000040
	PrivateKeySameKeyRenewal     PrivateKeyFlags = 0x00000080
	PrivateKeyLegacyProvider     PrivateKeyFlags = 0x00000100
	// PrivateKeyServer2003 and PrivateKeyClientXP are the lowest compatibility levels, those of schema version 2.
	PrivateKeyServer2003 PrivateKeyFlags = 0x00010000
	PrivateKeyClientXP   PrivateKeyFlags = 0x01000000
)

// String lists the bits by name; compatibility levels above the lowest are printed as a number.
func (f PrivateKeyFlags) String() string {
	return bitNames(uint32(f), []bitName{
		{uint32(PrivateKeyRequireArchival), "require archival"},
		{uint32(PrivateKeyExportable), "exportable"},
		{uint32(PrivateKeyStrongProtection), "strong protection"},
		{uint32(PrivateKeyAlternateSignature), "alternate signature"},
		{uint32(PrivateKeySameKeyRenewal), "same key renewal"},
		{uint32(PrivateKeyLegacyProvider), "legacy provider"},
		{uint32(PrivateKeyServer2003), "server 2003"},
		{uint32(PrivateKeyClientXP), "client XP"},
	}, "|")
}

type bitName struct {
	bit  uint32
	name string
}

// bitNames joins the names of the bits in word; what is left over is printed as a number.
func bitNames(word uint32, names []bitName, separator string) string {
	if word == 0 {
		return "none"
	}
	var parts []string
	for _, n := range names {
		if word&n.bit != 0 {
			parts = append(parts, n.name)
			word &^= n.bit
		}
	}
	if word != 0 {
		parts = append(parts, fmt.Sprintf("0x%08X", word))
	}
	return strings.Join(parts, separator)
}
