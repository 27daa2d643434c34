package template

// GeneralFlags is the attribute flags of a template, [MS-CRTD] section 2.4. As in the other words, bits without a name
// here are kept and printed as a number.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type GeneralFlags uint32

// The bits of [GeneralFlags]. The first ones repeat for Windows 2000 what the other words say.
const (
	GeneralEnrolleeSuppliesSubject GeneralFlags = 0x00000001
	GeneralAddEmail                GeneralFlags = 0x00000002
	GeneralPublishToDS             GeneralFlags = 0x00000008
	GeneralExportableKey           GeneralFlags = 0x00000010
	GeneralAutoEnrollment          GeneralFlags = 0x00000020
	// GeneralMachineType marks a template for computers.
	GeneralMachineType GeneralFlags = 0x00000040
	GeneralIsCA        GeneralFlags = 0x00000080
	// GeneralAddTemplateName puts the name of the template into certificates.
	GeneralAddTemplateName GeneralFlags = 0x00000200
	GeneralIsCrossCA       GeneralFlags = 0x00000800
	// GeneralDoNotPersist keeps requests out of the database of the authority.
	GeneralDoNotPersist GeneralFlags = 0x00001000
	// GeneralIsDefault marks one of Windows' own templates, GeneralIsModified any other.
	GeneralIsDefault  GeneralFlags = 0x00010000
	GeneralIsModified GeneralFlags = 0x00020000
)

var generalBits = []flagName{
	{uint32(GeneralEnrolleeSuppliesSubject), "enrollee supplies subject", "CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT"},
	{uint32(GeneralAddEmail), "add email", "CT_FLAG_ADD_EMAIL"},
	{uint32(GeneralPublishToDS), "publish to directory", "CT_FLAG_PUBLISH_TO_DS"},
	{uint32(GeneralExportableKey), "exportable", "CT_FLAG_EXPORTABLE_KEY"},
	{uint32(GeneralAutoEnrollment), "auto-enrollment", "CT_FLAG_AUTO_ENROLLMENT"},
	{uint32(GeneralMachineType), "machine type", "CT_FLAG_MACHINE_TYPE"},
	{uint32(GeneralIsCA), "CA", "CT_FLAG_IS_CA"},
	{uint32(GeneralAddTemplateName), "add template name", "CT_FLAG_ADD_TEMPLATE_NAME"},
	{uint32(GeneralIsCrossCA), "cross CA", "CT_FLAG_IS_CROSS_CA"},
	{uint32(GeneralDoNotPersist), "do not persist", "CT_FLAG_DONOTPERSISTINDB"},
	{uint32(GeneralIsDefault), "default", "CT_FLAG_IS_DEFAULT"},
	{uint32(GeneralIsModified), "modified", "CT_FLAG_IS_MODIFIED"},
}

// String lists the bits by name.
func (f GeneralFlags) String() string { return flagNames(uint32(f), generalBits) }

// EnrollmentFlags is msPKI-Enrollment-Flag, [MS-CRTD] section 2.26.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type EnrollmentFlags uint32

// The bits of [EnrollmentFlags].
const (
	EnrollmentIncludeSymmetricAlgorithms EnrollmentFlags = 0x00000001
	// EnrollmentPendAllRequests makes every request wait for a certificate manager.
	EnrollmentPendAllRequests         EnrollmentFlags = 0x00000002
	EnrollmentPublishToKRA            EnrollmentFlags = 0x00000004
	EnrollmentPublishToDS             EnrollmentFlags = 0x00000008
	EnrollmentCheckUserCertificate    EnrollmentFlags = 0x00000010
	EnrollmentAutoEnrollment          EnrollmentFlags = 0x00000020
	EnrollmentPreviousApproval        EnrollmentFlags = 0x00000040
	EnrollmentUserInteraction         EnrollmentFlags = 0x00000100
	EnrollmentRemoveInvalid           EnrollmentFlags = 0x00000400
	EnrollmentOnBehalfOf              EnrollmentFlags = 0x00000800
	EnrollmentAddOCSPNoCheck          EnrollmentFlags = 0x00001000
	EnrollmentReuseKeyOnFullSmartCard EnrollmentFlags = 0x00002000
	// EnrollmentNoRevocationInfo leaves revocation addresses out of the certificate.
	EnrollmentNoRevocationInfo            EnrollmentFlags = 0x00004000
	EnrollmentBasicConstraints            EnrollmentFlags = 0x00008000
	EnrollmentPreviousApprovalKeyRenewal  EnrollmentFlags = 0x00010000
	EnrollmentIssuancePoliciesFromRequest EnrollmentFlags = 0x00020000
	EnrollmentSkipAutoRenewal             EnrollmentFlags = 0x00040000
	EnrollmentNoSecurityExtension         EnrollmentFlags = 0x00080000
)

var enrollmentBits = []flagName{
	{uint32(EnrollmentIncludeSymmetricAlgorithms), "include symmetric algorithms", "CT_FLAG_INCLUDE_SYMMETRIC_ALGORITHMS"},
	{uint32(EnrollmentPendAllRequests), "pend all requests", "CT_FLAG_PEND_ALL_REQUESTS"},
	{uint32(EnrollmentPublishToKRA), "publish to recovery agents", "CT_FLAG_PUBLISH_TO_KRA_CONTAINER"},
	{uint32(EnrollmentPublishToDS), "publish to directory", "CT_FLAG_PUBLISH_TO_DS"},
	{uint32(EnrollmentCheckUserCertificate), "check user's certificate", "CT_FLAG_AUTO_ENROLLMENT_CHECK_USER_DS_CERTIFICATE"},
	{uint32(EnrollmentAutoEnrollment), "auto-enrollment", "CT_FLAG_AUTO_ENROLLMENT"},
	{uint32(EnrollmentPreviousApproval), "previous approval renews", "CT_FLAG_PREVIOUS_APPROVAL_VALIDATE_REENROLLMENT"},
	{uint32(EnrollmentUserInteraction), "user interaction", "CT_FLAG_USER_INTERACTION_REQUIRED"},
	{uint32(EnrollmentRemoveInvalid), "remove invalid", "CT_FLAG_REMOVE_INVALID_CERTIFICATE_FROM_PERSONAL_STORE"},
	{uint32(EnrollmentOnBehalfOf), "on behalf of others", "CT_FLAG_ALLOW_ENROLL_ON_BEHALF_OF"},
	{uint32(EnrollmentAddOCSPNoCheck), "OCSP no check", "CT_FLAG_ADD_OCSP_NOCHECK"},
	{uint32(EnrollmentReuseKeyOnFullSmartCard), "reuse key on full smart card", "CT_FLAG_ENABLE_KEY_REUSE_ON_NT_TOKEN_KEYSET_STORAGE_FULL"},
	{uint32(EnrollmentNoRevocationInfo), "no revocation information", "CT_FLAG_NOREVOCATIONINFOINISSUEDCERTS"},
	{uint32(EnrollmentBasicConstraints), "basic constraints", "CT_FLAG_INCLUDE_BASIC_CONSTRAINTS_FOR_EE_CERTS"},
	{uint32(EnrollmentPreviousApprovalKeyRenewal), "previous approval renews by key", "CT_FLAG_ALLOW_PREVIOUS_APPROVAL_KEYBASEDRENEWAL_VALIDATE_REENROLLMENT"},
	{uint32(EnrollmentIssuancePoliciesFromRequest), "issuance policies from request", "CT_FLAG_ISSUANCE_POLICIES_FROM_REQUEST"},
	{uint32(EnrollmentSkipAutoRenewal), "skip auto-renewal", "CT_FLAG_SKIP_AUTO_RENEWAL"},
	{uint32(EnrollmentNoSecurityExtension), "no security extension", ""}, // newer than some builds of certutil
}

// String lists the bits by name.
func (f EnrollmentFlags) String() string { return flagNames(uint32(f), enrollmentBits) }

// NameFlags is msPKI-Certificate-Name-Flag, [MS-CRTD] section 2.28.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type NameFlags uint32

// The bits of [NameFlags].
const (
	// NameEnrolleeSuppliesSubject takes subject and alternative names from the request; without it the authority
	// discards both ([MS-WCCE]).
	//
	// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
	NameEnrolleeSuppliesSubject NameFlags = 0x00000001
	NameFromOldCertificate      NameFlags = 0x00000008
	// NameEnrolleeSuppliesAltName is known and ignored by authorities ([MS-WCCE]).
	//
	// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
	NameEnrolleeSuppliesAltName NameFlags = 0x00010000
	NameAltDomainDNS            NameFlags = 0x00400000
	NameAltSPN                  NameFlags = 0x00800000
	NameAltDirectoryGUID        NameFlags = 0x01000000
	NameAltUPN                  NameFlags = 0x02000000
	NameAltEmail                NameFlags = 0x04000000
	NameAltDNS                  NameFlags = 0x08000000
	NameSubjectDNSAsCN          NameFlags = 0x10000000
	NameSubjectEmail            NameFlags = 0x20000000
	NameSubjectCommonName       NameFlags = 0x40000000
	NameSubjectDirectoryPath    NameFlags = 0x80000000
)

var nameBits = []flagName{
	{uint32(NameEnrolleeSuppliesSubject), "enrollee supplies subject", "CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT"},
	{uint32(NameFromOldCertificate), "names of the old certificate", "CT_FLAG_OLD_CERT_SUPPLIES_SUBJECT_AND_ALT_NAME"},
	{uint32(NameEnrolleeSuppliesAltName), "enrollee supplies alternative name", "CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT_ALT_NAME"},
	{uint32(NameAltDomainDNS), "DNS name of the domain as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_DOMAIN_DNS"},
	{uint32(NameAltSPN), "SPN of the caller as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_SPN"},
	{uint32(NameAltDirectoryGUID), "GUID of the caller as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_DIRECTORY_GUID"},
	{uint32(NameAltUPN), "UPN of the caller as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_UPN"},
	{uint32(NameAltEmail), "email of the caller as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_EMAIL"},
	{uint32(NameAltDNS), "DNS name of the caller as alternative name", "CT_FLAG_SUBJECT_ALT_REQUIRE_DNS"},
	{uint32(NameSubjectDNSAsCN), "DNS name of the caller as common name", "CT_FLAG_SUBJECT_REQUIRE_DNS_AS_CN"},
	{uint32(NameSubjectEmail), "email of the caller in the subject", "CT_FLAG_SUBJECT_REQUIRE_EMAIL"},
	{uint32(NameSubjectCommonName), "name of the caller as common name", "CT_FLAG_SUBJECT_REQUIRE_COMMON_NAME"},
	{uint32(NameSubjectDirectoryPath), "directory path of the caller as subject", "CT_FLAG_SUBJECT_REQUIRE_DIRECTORY_PATH"},
}

// String lists the bits by name.
func (f NameFlags) String() string { return flagNames(uint32(f), nameBits) }
