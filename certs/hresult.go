package certs

import "fmt"

// HRESULT is a result code of Windows, with which a certification authority says why it refuses. The named ones are those of
// winerror.h that concern enrollment. 0 means that there is none.
type HRESULT uint32

const (
	// CodeBadSubject is CERTSRV_E_BAD_REQUESTSUBJECT: the subject name is missing or too long.
	CodeBadSubject HRESULT = 0x80094001
	// CodeBadStatus is CERTSRV_E_BAD_REQUESTSTATUS: the request is not in the state that the call needs.
	CodeBadStatus HRESULT = 0x80094003
	// CodeInvalidCA is CERTSRV_E_INVALID_CA_CERTIFICATE: the authority's own certificate is not valid.
	CodeInvalidCA HRESULT = 0x80094005
	// CodeSuspended is CERTSRV_E_SERVER_SUSPENDED: the authority has been told to issue nothing for now.
	CodeSuspended HRESULT = 0x80094006
	// CodeEnrollDenied is CERTSRV_E_ENROLL_DENIED: the caller may not enroll at this authority.
	CodeEnrollDenied HRESULT = 0x80094011
	// CodeTemplateDenied is CERTSRV_E_TEMPLATE_DENIED: the caller has no Enroll right on the template.
	CodeTemplateDenied HRESULT = 0x80094012
	// CodeAdminDenied is CERTSRV_E_ADMIN_DENIED_REQUEST: a certificate manager refused.
	CodeAdminDenied HRESULT = 0x80094014
	// CodeNotPublished is CERTSRV_E_UNSUPPORTED_CERT_TYPE: the authority does not issue the template, or not yet.
	CodeNotPublished HRESULT = 0x80094800
	// CodeNoTemplate is CERTSRV_E_NO_CERT_TYPE: the request names no template.
	CodeNoTemplate HRESULT = 0x80094801
	// CodeTemplateConflict is CERTSRV_E_TEMPLATE_CONFLICT: the request names two templates.
	CodeTemplateConflict HRESULT = 0x80094802
	// CodeSANRequired is CERTSRV_E_SUBJECT_ALT_NAME_REQUIRED.
	CodeSANRequired HRESULT = 0x80094803
	// CodeArchiveKey is CERTSRV_E_ARCHIVED_KEY_REQUIRED: the template wants the private key archived.
	CodeArchiveKey HRESULT = 0x80094804
	// CodeTemplateVersion is CERTSRV_E_BAD_TEMPLATE_VERSION: the request names a newer revision of the template than the authority
	// knows.
	CodeTemplateVersion HRESULT = 0x80094807
	// CodeSignaturePolicy is CERTSRV_E_SIGNATURE_POLICY_REQUIRED: an enrollment agent has to sign.
	CodeSignaturePolicy HRESULT = 0x80094809
	// CodeSignatureCount is CERTSRV_E_SIGNATURE_COUNT: more signatures are needed.
	CodeSignatureCount HRESULT = 0x8009480A
	// CodeDNSRequired is CERTSRV_E_SUBJECT_DNS_REQUIRED: the caller's account has no DNS name.
	CodeDNSRequired HRESULT = 0x8009480F
	// CodeKeyLength is CERTSRV_E_KEY_LENGTH: the key is shorter than the template wants.
	CodeKeyLength HRESULT = 0x80094811
	// CodeBadASN1 is CRYPT_E_ASN1_BADTAG: the request is damaged.
	CodeBadASN1 HRESULT = 0x8009310B
)

// String returns the code as winerror.h writes it: "0x80094012".
func (h HRESULT) String() string { return fmt.Sprintf("0x%08X", uint32(h)) }
