package template

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Object identifiers of purposes.
const (
	// ServerAuth is Server Authentication, what a cloud distribution point needs.
	ServerAuth = "1.3.6.1.5.5.7.3.1"
	// ClientAuth is Client Authentication.
	ClientAuth = "1.3.6.1.5.5.7.3.2"

	anyPurpose     = "2.5.29.37.0"
	smartCardLogon = "1.3.6.1.4.1.311.20.2.2"
	pkinitClient   = "1.3.6.1.5.2.3.4"
	requestAgent   = "1.3.6.1.4.1.311.20.2.1"
	keyUsageOID    = "2.5.29.15"
)

// softwareProvider is the one key provider that Microsoft documents for Configuration Manager.
const softwareProvider = "Microsoft Software Key Storage Provider"

// tlsUsage is what TLS with RSA needs, and what Web Server allows.
const tlsUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment

const (
	day  = 24 * time.Hour
	year = 365 * day // as Active Directory Certificate Services counts
)

// KeySpec is pKIDefaultKeySpec.
type KeySpec int

const (
	// KeyExchange is AT_KEYEXCHANGE: the key may decrypt and sign.
	KeyExchange KeySpec = 1
	// Signature is AT_SIGNATURE: the key may sign only.
	Signature KeySpec = 2
)

// Template is a certificate template of Active Directory Certificate Services. Each field is an attribute of
// pKICertificateTemplate in [MS-CRTD]; the name of the attribute stands beside it. It is plain data: copy it with
// [Template.Clone].
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type Template struct {
	// Name is the identity of the template, used in requests: 1 to 64 characters (cn).
	Name string
	// DisplayName is what dialogs show: 1 to 256 characters (displayName).
	DisplayName string
	// OID is the object identifier, unique in the forest; empty until the template is in a directory
	// (msPKI-Cert-Template-OID).
	OID string
	// SchemaVersion is 1 for the templates of Windows 2000, which cannot be edited, to 4
	// (msPKI-Template-Schema-Version).
	SchemaVersion int
	// Revision and MinorRevision count the changes (revision, msPKI-Template-Minor-Revision).
	Revision, MinorRevision int
	// Flags are the general flags (flags).
	Flags GeneralFlags
	// EnrollmentFlags say how a request is treated (msPKI-Enrollment-Flag).
	EnrollmentFlags EnrollmentFlags
	// PrivateKeyFlags say how the key is kept (msPKI-Private-Key-Flag).
	PrivateKeyFlags PrivateKeyFlags
	// NameFlags say where the subject comes from (msPKI-Certificate-Name-Flag).
	NameFlags NameFlags
	// KeySpec is what the key is for (pKIDefaultKeySpec).
	KeySpec KeySpec
	// KeyUsage is the key usage of issued certificates (pKIKeyUsage).
	KeyUsage x509.KeyUsage
	// MinimalKeySize is what the key has at least in bits: 0, for any length, to 16384, the longest of Windows' RSA
	// providers; [MS-CRTD] section 2.19 has no bounds, and keys of curves have 256 and more (msPKI-Minimal-Key-Size).
	MinimalKeySize int
	// Validity is the life of a certificate, Renewal the last part of it in which it may be renewed
	// (pKIExpirationPeriod, pKIOverlapPeriod). A year has 365 days.
	Validity, Renewal time.Duration
	// ExtKeyUsage are the purposes as object identifiers; empty means every purpose (pKIExtendedKeyUsage).
	ExtKeyUsage []string
	// ApplicationPolicies repeat ExtKeyUsage from schema version 2 on (msPKI-Certificate-Application-Policy).
	ApplicationPolicies []string
	// CriticalExtensions are object identifiers of the extensions marked critical (pKICriticalExtensions).
	CriticalExtensions []string
	// MaxIssuingDepth is how many authorities may stand below one with this certificate; -1 for any number, and 0 for what
	// is no authority (pKIMaxIssuingDepth).
	MaxIssuingDepth int
	// CertificatePolicies are object identifiers of the policies under which certificates are issued
	// (msPKI-Certificate-Policy).
	CertificatePolicies []string
	// Supersedes are the names of templates whose certificates auto-enrollment replaces (msPKI-Supersede-Templates).
	Supersedes []string
	// CSPs are cryptographic providers in order of preference (pKIDefaultCSPs).
	CSPs []CSP
	// RASignatures is the number of further signatures that a request needs (msPKI-RA-Signature).
	RASignatures int
	// RAPolicies are the certificate policies of those who give the signatures (msPKI-RA-Policies).
	RAPolicies []string
	// RAApplicationPolicies are the purposes of those who give the signatures, in templates without KeyProperties
	// (msPKI-RA-Application-Policies).
	RAApplicationPolicies []string
	// KeyProperties stand in the place of RAApplicationPolicies in schema version 3, and in 4 without
	// [PrivateKeyLegacyProvider], in this order; [PropertyRAApplicationPolicies] is one of them.
	KeyProperties []Property
	// Access says who may read the template and enroll. Administrators who may change it need not be listed: a directory
	// keeps them.
	Access []Access
	// Security is where a directory read Access from (nTSecurityDescriptor): who owns the template, and in which order
	// things are allowed and denied. It is empty in a template that was made here, and never written: Access is.
	Security SecurityDescriptor

	shortKeyUsage bool // pKIKeyUsage has one byte
}

// CSP is a cryptographic provider that a template allows.
type CSP struct {
	// Preference orders providers, the lowest first; the console counts from 1.
	Preference int
	// Name is what Windows calls the provider.
	Name string
}

// WebServer returns the built-in template Web Server of Windows Server 2019 as Microsoft ships it, but for what depends
// on the forest: the OID (which ends in .1.16) and the rights of its administrators.
func WebServer() Template {
	return Template{
		Name:               "WebServer",
		DisplayName:        "Web Server",
		SchemaVersion:      1,
		Revision:           4,
		MinorRevision:      1,
		Flags:              GeneralIsDefault | GeneralAddTemplateName | GeneralMachineType | GeneralEnrolleeSuppliesSubject,
		NameFlags:          NameEnrolleeSuppliesSubject,
		KeySpec:            KeyExchange,
		KeyUsage:           tlsUsage,
		MinimalKeySize:     2048,
		Validity:           2 * year,
		Renewal:            6 * 7 * day,
		ExtKeyUsage:        []string{ServerAuth},
		CriticalExtensions: []string{keyUsageOID},
		CSPs: []CSP{
			{1, "Microsoft RSA SChannel Cryptographic Provider"},
			{2, "Microsoft DH SChannel Cryptographic Provider"},
		},
		Access: []Access{{SID: AuthenticatedUsers, Rights: Read}},
	}
}

// Duplicate returns what the command Duplicate Template makes of t at the lowest compatibility that t allows: schema
// version 2 for an authority on Windows Server 2003 and a recipient on Windows XP, unless t is newer. It has revision
// 100.0, no OID yet, a name that is displayName without spaces, and no Security.
func (t Template) Duplicate(displayName string) Template {
	d := t.Clone()
	d.DisplayName = displayName
	d.Name = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, displayName)
	d.OID, d.Security = "", SecurityDescriptor{}
	d.Revision, d.MinorRevision = 100, 0
	d.Flags = d.Flags&^GeneralIsDefault | GeneralIsModified
	if t.SchemaVersion < 2 {
		d.ApplicationPolicies = slices.Clone(d.ExtKeyUsage)
	}
	if t.SchemaVersion <= 2 {
		d.SchemaVersion = 2
		d.PrivateKeyFlags &^= PrivateKeyServerVersions | PrivateKeyClientVersions
		d.PrivateKeyFlags |= PrivateKeyServer2003 | PrivateKeyClientXP
	}
	return d
}

// CloudDP returns the template of a cloud distribution point as Microsoft's step-by-step example makes it ("Deploying
// the service certificate for cloud-based distribution points"): Web Server duplicated as "Cloud DP Cert", the private
// key exportable, Enroll for group alone (Enterprise Admins lose it) and Read for Authenticated Users, as whom
// authorities read.
func CloudDP(group SID) Template {
	t := WebServer().Duplicate("Cloud DP Cert")
	t.PrivateKeyFlags |= PrivateKeyExportable
	t.Access = append(t.Access, Access{SID: group, Rights: Read | Enroll})
	return t
}

// Clone returns a copy that shares no slice with t.
func (t Template) Clone() Template {
	t.ExtKeyUsage = slices.Clone(t.ExtKeyUsage)
	t.ApplicationPolicies = slices.Clone(t.ApplicationPolicies)
	t.CriticalExtensions = slices.Clone(t.CriticalExtensions)
	t.CertificatePolicies = slices.Clone(t.CertificatePolicies)
	t.Supersedes = slices.Clone(t.Supersedes)
	t.CSPs = slices.Clone(t.CSPs)
	t.RAPolicies = slices.Clone(t.RAPolicies)
	t.RAApplicationPolicies = slices.Clone(t.RAApplicationPolicies)
	t.KeyProperties = slices.Clone(t.KeyProperties)
	t.Access = slices.Clone(t.Access)
	return t
}

// isNewer reports whether t is for the newer key providers (CNG): its keys have properties instead of a key spec, [MS-CRTD]
// section 2.23.2.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
func (t Template) isNewer() bool {
	return t.SchemaVersion == 3 || t.SchemaVersion == 4 && t.PrivateKeyFlags&PrivateKeyLegacyProvider == 0
}
