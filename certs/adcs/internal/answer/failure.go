package answer

import (
	"fmt"
	"slices"

	"github.com/clouddp/sdk/certs"
)

// Result codes of winerror.h.
const (
	// CodeInvalidArgument is E_INVALIDARG.
	CodeInvalidArgument certs.HRESULT = 0x80070057

	codeAccessDenied  certs.HRESULT = 0x80070005 // E_ACCESSDENIED
	codeInvalidData   certs.HRESULT = 0x8007000D // HRESULT_FROM_WIN32(ERROR_INVALID_DATA)
	codeNoElement     certs.HRESULT = 0x80070490 // HRESULT_FROM_WIN32(ERROR_NOT_FOUND)
	codeNoRequest     certs.HRESULT = 0x80094002 // CERTSRV_E_NO_REQUEST
	codePropertyEmpty certs.HRESULT = 0x80094004 // CERTSRV_E_PROPERTY_EMPTY
	codeNoSessions    certs.HRESULT = 0x8009400F // CERTSRV_E_NO_DB_SESSIONS

	codeNotReached    certs.HRESULT = 0x800706BA // RPC_S_SERVER_UNAVAILABLE
	codeTooBusy       certs.HRESULT = 0x800706BB // RPC_S_SERVER_TOO_BUSY
	codeNotExecuted   certs.HRESULT = 0x800706BF // RPC_S_CALL_FAILED_DNE
	codeNotRegistered certs.HRESULT = 0x800706D9 // EPT_S_NOT_REGISTERED
	codeNoController  certs.HRESULT = 0x80090311 // SEC_E_NO_AUTHENTICATING_AUTHORITY
)

var (
	notReached = []certs.HRESULT{codeNotReached, codeTooBusy, codeNotExecuted, codeNotRegistered, codeNoController}
	// notNow are with which an authority refuses everything for a time.
	notNow = []certs.HRESULT{certs.CodeSuspended, codeNoSessions}
	// refusals are those outside of the facilities that are an authority's own.
	refusals = []certs.HRESULT{codeAccessDenied, codeInvalidData, CodeInvalidArgument}
	// unknownID are what an authority says to an id that it does not know. [MS-WCCE] section 3.2.1.4.3.1.2 names the last; the
	// first is described so in winerror.h, "the request does not exist", and no document has the others.
	unknownID = []certs.HRESULT{codeNoRequest, CodeInvalidArgument, codeNoElement, codePropertyEmpty}
)

// Failure is what an authority, or what stands before it, answers with a result code.
type Failure struct {
	// Code is that of the failure; never 0.
	Code certs.HRESULT
	// ID is that of the request, as far as it is known.
	ID string
	// Reason is how it is worded, fit for an error.
	Reason string
	// Submitted says that a request was made; otherwise one was only asked about.
	Submitted bool
}

// Err returns what it means: a certs.DeniedError if the authority refused, certs.ErrNotFound if it does not know the id, and
// certs.ErrUnavailable if nothing has reached it. One that takes nothing for now refuses a new request, and is
// certs.ErrUnavailable to who asks about an older one, which may still wait. Of everything else nobody knows what it did to
// a new request: certs.ErrUnknown.
func (f Failure) Err() error {
	switch {
	case !f.Submitted && slices.Contains(unknownID, f.Code):
		return fmt.Errorf("%w (%s)", certs.ErrNotFound, f.Code)
	case slices.Contains(notReached, f.Code):
		return fmt.Errorf("%w: the authority is not reached (%s)", certs.ErrUnavailable, f.Code)
	case !f.Submitted && slices.Contains(notNow, f.Code):
		return fmt.Errorf("%w: the authority takes nothing now (%s)", certs.ErrUnavailable, f.Code)
	case isRefusal(f.Code):
		return &certs.DeniedError{ID: f.ID, Code: f.Code, Reason: f.Reason}
	case !f.Submitted:
		return fmt.Errorf("%w: the call failed (%s)", certs.ErrUnavailable, f.Code)
	case f.ID == "":
		return fmt.Errorf("%w: the call failed (%s)", certs.ErrUnknown, f.Code)
	}
	return fmt.Errorf("%w: the call failed (%s); the request may be number %s", certs.ErrUnknown, f.Code, f.ID)
}

// isRefusal reports whether a code is one with which authorities refuse: of the facilities of security (9), to which
// that of the certificate services belongs, and of certificates (11), or one of a few that are known.
func isRefusal(code certs.HRESULT) bool {
	const security, certificates = 0x8009, 0x800B
	facility := code >> 16
	return facility == security || facility == certificates || slices.Contains(refusals, code)
}
