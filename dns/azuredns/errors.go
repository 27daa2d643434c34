package azuredns

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/internal/errs"
)

// maxMessage bounds, in characters, what an error quotes of an answer.
const maxMessage = 512

// answerError is an answer by which Azure refused a request. It matches its category, if it has one, and unwraps to an
// [*azcore.ResponseError].
type answerError struct {
	what     string // "put CNAME clouddp.contoso.com"
	category error
	response *azcore.ResponseError
}

// Error implements error.
func (e *answerError) Error() string {
	text := fmt.Sprintf("azuredns: %s: %d %s", e.what, e.response.StatusCode, printable(e.response.ErrorCode))
	if message := message(e.response.RawResponse); message != "" {
		text += ": " + message
	}
	if conflict, ok := errors.AsType[*dns.ConflictError](e.category); ok {
		text += ": " + conflict.Error()
	}
	return text
}

// Unwrap returns the category and the answer.
func (e *answerError) Unwrap() []error {
	if e.category == nil {
		return []error{e.response}
	}
	return []error{e.category, e.response}
}

// because returns the answer with what it is in conflict with.
func (e *answerError) because(conflict error) error {
	return &answerError{e.what, conflict, e.response}
}

// failed makes an error of what became of a request; nil of nil.
func failed(ctx context.Context, what string, wrote bool, err error) error {
	if err == nil {
		return nil
	}
	if response, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return &answerError{what, categoryOf(what, wrote, response), response}
	}
	if _, ok := errors.AsType[*credentialError](err); ok {
		return fmt.Errorf("azuredns: %s: %w: %w", what, dns.ErrDenied, err)
	}
	category := unanswered(wrote && mayHaveArrived(err))
	if ctx.Err() != nil {
		return fmt.Errorf("azuredns: %s: %w: %w", what, category, context.Cause(ctx))
	}
	return fmt.Errorf("azuredns: %s: %w: %w", what, category, err)
}

// categoryOf tells what a caller can do about an answer.
func categoryOf(what string, wrote bool, response *azcore.ResponseError) error {
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || response.ErrorCode == "ScopeLocked":
		return dns.ErrDenied
	case status == http.StatusNotFound:
		return dns.ErrNotFound
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return dns.ErrConflict
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return dns.ErrUnavailable
	case status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		return unanswered(wrote)
	case status == http.StatusBadRequest:
		return errs.Invalid("azuredns: "+what, "record", "%s: %s", printable(response.ErrorCode), message(response.RawResponse))
	}
	return nil
}

// unanswered is the category of a request whose effect nobody has told.
func unanswered(mayHaveWritten bool) error {
	if mayHaveWritten {
		return dns.ErrUnknown
	}
	return dns.ErrUnavailable
}

// mayHaveArrived is false for what failed before the first byte of a request was sent.
func mayHaveArrived(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return !ok || operation.Op != "dial"
}

// message returns Azure's own wording, which comes at the top of an answer or inside "error"; empty if there is none.
func message(response *http.Response) string {
	if response == nil {
		return ""
	}
	body, err := runtime.Payload(response)
	if err != nil {
		return ""
	}
	var answer struct {
		Message string `json:"message"`
		Error   struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return printable(answer.Message + answer.Error.Message)
}

// printable bounds text from elsewhere and takes the control characters out of it.
func printable(text string) string {
	visible := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)))
	return string(visible[:min(len(visible), maxMessage)])
}
