package certs

// denial is what a result code means for whoever administers the site.
type denial struct {
	remedy string
	// passes says that the same request may be granted later, when somebody has done something at the authority.
	passes bool
}

// denials follow the descriptions in winerror.h and in Microsoft's "Deploying the service certificate for cloud-based
// distribution points".
var denials = map[HRESULT]denial{
	CodeBadSubject:       {"give the request a common name of at most 64 characters, and let the template take the subject from the request", false},
	CodeBadStatus:        {"look the request up in the authority's console: it was issued, denied or revoked already", false},
	CodeInvalidCA:        {"renew the authority's own certificate, without limits that exclude such certificates", true},
	CodeSuspended:        {"start the authority's service", true},
	CodeEnrollDenied:     {"grant Request Certificates on the authority to the site servers", true},
	CodeTemplateDenied:   {"grant Read and Enroll on the template to the group of the site servers, then restart the site server: only then does its logon token hold the group", true},
	CodeAdminDenied:      {"ask the certificate manager who refused it", false},
	CodeNotPublished:     {"publish the template on this authority, and ask for it by its name, not by its display name (CloudDPCert, not \"Cloud DP Cert\"); if both are right, wait until the directory has replicated and the caches have been refreshed (certutil -pulse, or restart the authority's service)", true},
	CodeNoTemplate:       {"name a template in the request: this authority issues by template only", false},
	CodeTemplateConflict: {"name one template: the request and its attribute disagree", false},
	CodeSANRequired:      {"let the template take the subject from the request, or give the caller's account the name that it wants", true},
	CodeArchiveKey:       {"clear \"Archive subject's encryption private key\" in the template: a key that is made here is not sent", true},
	CodeTemplateVersion:  {"wait until the authority has learnt the template's newest revision, or send no revision", true},
	CodeSignaturePolicy:  {"clear \"This number of authorized signatures\" in the template, or have an enrollment agent sign", true},
	CodeSignatureCount:   {"clear \"This number of authorized signatures\" in the template, or have an enrollment agent sign", true},
	CodeDNSRequired:      {"let the template take the subject from the request, or give the caller's account a DNS name", true},
	CodeKeyLength:        {"make a new RSA key of at least the length that the template wants: see GenerateKey", false},
	CodeBadASN1:          {"make the request anew: it arrived damaged", false},

	codeNoSessions:     {"ask again later: the authority had no session with its database to spare", true},
	codeAccessDenied:   {"sign in as an account that may enroll, or grant it Request Certificates on the authority", true},
	codeNoRevocation:   {"publish a current revocation list of the authority where it can read it itself, or renew the one that has expired; certutil -urlfetch -verify names the address that fails", true},
	codeRevocationDown: {"publish a current revocation list of the authority where it can read it itself: one of the addresses in its chain does not answer, or the list there has expired", true},
	codeExpired:        {"renew the certificate of the authority, or of one above it", true},
	codeInvalidName:    {"ask for a name that the authority may vouch for: it is bound to certain domains", false},
	codeNTEFail:        {"look into the event log of the authority: its key could not be used, often for want of a started or unlocked key store", true},
}

// Codes that are not named in this package's interface, because they concern the authority itself.
const (
	codeAccessDenied   HRESULT = 0x80070005 // E_ACCESSDENIED
	codeNTEFail        HRESULT = 0x80090020 // NTE_FAIL
	codeNoSessions     HRESULT = 0x8009400F // CERTSRV_E_NO_DB_SESSIONS
	codeNoRevocation   HRESULT = 0x80092012 // CRYPT_E_NO_REVOCATION_CHECK
	codeRevocationDown HRESULT = 0x80092013 // CRYPT_E_REVOCATION_OFFLINE
	codeExpired        HRESULT = 0x800B0101 // CERT_E_EXPIRED
	codeInvalidName    HRESULT = 0x800B0114 // CERT_E_INVALID_NAME
)

// Remedy says what to do about the refusal, in a sentence for an administrator; empty for a code that is not known.
func (e *DeniedError) Remedy() string { return denials[e.Code].remedy }

// MayPass reports whether the same request may be granted later without being changed, because the obstacle lies at the
// authority. It is false for codes that are not known. Who asks again asks once more: nothing here does so by itself.
func (e *DeniedError) MayPass() bool { return denials[e.Code].passes }
