package answer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

func TestFailure(t *testing.T) {
	for code, want := range map[certs.HRESULT]struct{ submitted, retrieved error }{
		certs.CodeTemplateDenied: {certs.ErrDenied, certs.ErrDenied},
		certs.CodeBadASN1:        {certs.ErrDenied, certs.ErrDenied},
		0x80092013:               {certs.ErrDenied, certs.ErrDenied}, // the revocation server is offline
		0x800B0101:               {certs.ErrDenied, certs.ErrDenied}, // a certificate has expired
		0x80070005:               {certs.ErrDenied, certs.ErrDenied},
		0x8007000D:               {certs.ErrDenied, certs.ErrDenied},
		0x80070057:               {certs.ErrDenied, certs.ErrNotFound},
		0x80070490:               {certs.ErrUnknown, certs.ErrNotFound},
		0x80094004:               {certs.ErrDenied, certs.ErrNotFound},
		0x80094002:               {certs.ErrDenied, certs.ErrNotFound},

		certs.CodeSuspended: {certs.ErrDenied, certs.ErrUnavailable},
		0x8009400F:          {certs.ErrDenied, certs.ErrUnavailable}, // too many database sessions

		0x800706BA: {certs.ErrUnavailable, certs.ErrUnavailable},
		0x800706BB: {certs.ErrUnavailable, certs.ErrUnavailable},
		0x800706BF: {certs.ErrUnavailable, certs.ErrUnavailable},
		0x800706D9: {certs.ErrUnavailable, certs.ErrUnavailable},
		0x80090311: {certs.ErrUnavailable, certs.ErrUnavailable},

		0x800706BE: {certs.ErrUnknown, certs.ErrUnavailable}, // the call failed
		0x8007071A: {certs.ErrUnknown, certs.ErrUnavailable}, // the call was cancelled
		0x80010105: {certs.ErrUnknown, certs.ErrUnavailable}, // the server has thrown an exception
		0x80010108: {certs.ErrUnknown, certs.ErrUnavailable}, // the object has disconnected
		0x80070070: {certs.ErrUnknown, certs.ErrUnavailable}, // the disk is full
		0x80070079: {certs.ErrUnknown, certs.ErrUnavailable}, // the time is over
		0x80070002: {certs.ErrUnknown, certs.ErrUnavailable}, // no such file
		0x80080005: {certs.ErrUnknown, certs.ErrUnavailable}, // the server did not start
		0xC000013A: {certs.ErrUnknown, certs.ErrUnavailable}, // Ctrl+C
		0xC0000005: {certs.ErrUnknown, certs.ErrUnavailable}, // access violation
	} {
		submitted := answer.Failure{Code: code, ID: "4711", Reason: "why", Submitted: true}.Err()
		retrieved := answer.Failure{Code: code, ID: "4711", Reason: "why"}.Err()
		if !errors.Is(submitted, want.submitted) || !errors.Is(retrieved, want.retrieved) {
			t.Errorf("%s: submitted %v, retrieved %v; want %v", code, submitted, retrieved, want)
		}
		if errors.Is(submitted, certs.ErrUnknown) && !strings.Contains(submitted.Error(), "4711") {
			t.Errorf("%s: the id is lost: %v", code, submitted)
		}
		if denied, ok := errors.AsType[*certs.DeniedError](submitted); ok && (denied.ID != "4711" || denied.Code != code || denied.Reason != "why" || code == certs.CodeSuspended && !denied.MayPass()) {
			t.Errorf("%s: %+v", code, denied)
		}
	}
}
