package template

import (
	"fmt"
	"strings"
)

// PrivateKeyFlags is msPKI-Private-Key-Flag, [MS-CRTD] section 2.27. Two groups of four bits are numbers: the oldest
// Windows that an authority and an enrollee may run.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type PrivateKeyFlags uint32

// The bits of [PrivateKeyFlags].
const (
	PrivateKeyRequireArchival PrivateKeyFlags = 0x00000001
	// PrivateKeyExportable is "Allow private key to be exported".
	PrivateKeyExportable       PrivateKeyFlags = 0x00000010
	PrivateKeyStrongProtection PrivateKeyFlags = 0x00000020
	// PrivateKeyAlternateSignature makes the authority sign with RSASSA-PSS, which old TLS stacks cannot verify.
	PrivateKeyAlternateSignature PrivateKeyFlags = 0x00000040
	PrivateKeySameKeyRenewal     PrivateKeyFlags = 0x00000080
	// PrivateKeyLegacyProvider keeps a template of schema version 4 with providers that a [CSP] names by the old interface.
	PrivateKeyLegacyProvider      PrivateKeyFlags = 0x00000100
	PrivateKeyEKTrustOnUse        PrivateKeyFlags = 0x00000200
	PrivateKeyEKValidateCert      PrivateKeyFlags = 0x00000400
	PrivateKeyEKValidateKey       PrivateKeyFlags = 0x00000800
	PrivateKeyAttestPreferred     PrivateKeyFlags = 0x00001000
	PrivateKeyAttestRequired      PrivateKeyFlags = 0x00002000
	PrivateKeyAttestWithoutPolicy PrivateKeyFlags = 0x00004000
	PrivateKeyHelloProvider       PrivateKeyFlags = 0x00100000
	PrivateKeyHelloLogon          PrivateKeyFlags = 0x00200000

	// PrivateKeyServerVersions covers the oldest Windows of an authority, PrivateKeyClientVersions that of an enrollee.
	PrivateKeyServerVersions PrivateKeyFlags = 0x000F0000
	PrivateKeyClientVersions PrivateKeyFlags = 0x0F000000

	// PrivateKeyServer2003 and PrivateKeyClientXP are the lowest compatibility levels, those of schema version 2.
	PrivateKeyServer2003   PrivateKeyFlags = 0x00010000
	PrivateKeyServer2008   PrivateKeyFlags = 0x00020000
	PrivateKeyServer2008R2 PrivateKeyFlags = 0x00030000
	PrivateKeyServer2012   PrivateKeyFlags = 0x00040000
	PrivateKeyServer2012R2 PrivateKeyFlags = 0x00050000
	PrivateKeyServer2016   PrivateKeyFlags = 0x00060000
	PrivateKeyClientXP     PrivateKeyFlags = 0x01000000
	PrivateKeyClientVista  PrivateKeyFlags = 0x02000000
	PrivateKeyClient7      PrivateKeyFlags = 0x03000000
	PrivateKeyClient8      PrivateKeyFlags = 0x04000000
	PrivateKeyClient81     PrivateKeyFlags = 0x05000000
	PrivateKeyClient10     PrivateKeyFlags = 0x06000000
)

var privateKeyBits = []flagName{
	{uint32(PrivateKeyRequireArchival), "require archival", "CTPRIVATEKEY_FLAG_REQUIRE_PRIVATE_KEY_ARCHIVAL"},
	{uint32(PrivateKeyExportable), "exportable", "CTPRIVATEKEY_FLAG_EXPORTABLE_KEY"},
	{uint32(PrivateKeyStrongProtection), "strong protection", "CTPRIVATEKEY_FLAG_STRONG_KEY_PROTECTION_REQUIRED"},
	{uint32(PrivateKeyAlternateSignature), "alternate signature", "CTPRIVATEKEY_FLAG_REQUIRE_ALTERNATE_SIGNATURE_ALGORITHM"},
	{uint32(PrivateKeySameKeyRenewal), "same key renewal", "CTPRIVATEKEY_FLAG_REQUIRE_SAME_KEY_RENEWAL"},
	{uint32(PrivateKeyLegacyProvider), "legacy provider", "CTPRIVATEKEY_FLAG_USE_LEGACY_PROVIDER"},
	{uint32(PrivateKeyEKTrustOnUse), "trust endorsement key on use", "CTPRIVATEKEY_FLAG_EK_TRUST_ON_USE"},
	{uint32(PrivateKeyEKValidateCert), "validate endorsement certificate", "CTPRIVATEKEY_FLAG_EK_VALIDATE_CERT"},
	{uint32(PrivateKeyEKValidateKey), "validate endorsement key", "CTPRIVATEKEY_FLAG_EK_VALIDATE_KEY"},
	{uint32(PrivateKeyAttestPreferred), "attestation preferred", "CTPRIVATEKEY_FLAG_ATTEST_PREFERRED"},
	{uint32(PrivateKeyAttestRequired), "attestation required", "CTPRIVATEKEY_FLAG_ATTEST_REQUIRED"},
	{uint32(PrivateKeyAttestWithoutPolicy), "attestation without policy", "CTPRIVATEKEY_FLAG_ATTEST_WITHOUT_POLICY"},
	{uint32(PrivateKeyHelloProvider), "Hello provider", "CTPRIVATEKEY_FLAG_HELLO_KSP_KEY"},
	{uint32(PrivateKeyHelloLogon), "Hello logon", "CTPRIVATEKEY_FLAG_HELLO_LOGON_KEY"},
}

var serverVersions = [...]string{"", "2003", "2008", "2008 R2", "2012", "2012 R2", "2016"}

var clientVersions = [...]string{"", "XP", "Vista", "7", "8", "8.1", "10"}

// String lists the bits and versions by name.
func (f PrivateKeyFlags) String() string {
	var parts []string
	left := f
	version := func(who string, level PrivateKeyFlags, names []string, mask PrivateKeyFlags) {
		if level > 0 && int(level) < len(names) {
			parts = append(parts, who+" "+names[level])
			left &^= mask
		}
	}
	version("server", f&PrivateKeyServerVersions>>16, serverVersions[:], PrivateKeyServerVersions)
	version("client", f&PrivateKeyClientVersions>>24, clientVersions[:], PrivateKeyClientVersions)
	if left != 0 || f == 0 {
		parts = append([]string{flagNames(uint32(left), privateKeyBits)}, parts...)
	}
	return strings.Join(parts, "|")
}

// flagName is a bit with its name for people and the one that certutil knows; empty where not every build does.
type flagName struct {
	bit          uint32
	name, symbol string
}

// flagNames joins the names of the bits in word; what is left over is printed as a number.
func flagNames(word uint32, flags []flagName) string {
	var names []bitName
	for _, f := range flags {
		names = append(names, bitName{f.bit, f.name})
	}
	return bitNames(word, names, "|")
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
