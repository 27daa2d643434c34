package classic

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// ServiceError is an answer by which the service refused a request, or the outcome of an operation that failed. It
// matches its category, such as clouddp.ErrConflict, and unwraps to an [*azcore.ResponseError]. A request that the service
// calls bad is a [*clouddp.InvalidError] too. The outcome of an operation is never clouddp.ErrNotFound or
// clouddp.ErrUnavailable: it has been found, and waiting does not help.
type ServiceError struct {
	// Operation is what was attempted: "create cloud service clouddp".
	Operation string
	// StatusCode is the HTTP status; of a failed operation the one that a synchronous answer would have had.
	StatusCode int
	// Code is the service's own, such as ConflictError; possibly empty.
	Code string
	// Message is the service's own wording, at most 512 characters; possibly empty.
	Message string
	// RequestID names the answer for Microsoft's support; possibly empty.
	RequestID string

	category error
	response *azcore.ResponseError
}

// Error implements error.
func (e *ServiceError) Error() string {
	text := fmt.Sprintf("classic: %s: %d %s", e.Operation, e.StatusCode, e.Code)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Unwrap returns the category and the [*azcore.ResponseError], as far as there is one.
func (e *ServiceError) Unwrap() []error {
	var causes []error
	if e.category != nil {
		causes = append(causes, e.category)
	}
	if e.response != nil {
		causes = append(causes, e.response)
	}
	return causes
}

// refused makes an error of an answer that is not a success.
func refused(c *call, response *http.Response, body []byte) error {
	var fault faultReply
	if err := decode(body, &fault); err != nil {
		fault = faultReply{} // not the service speaking, but a proxy: the status must do
	}
	e := newServiceError(c.what, response, response.StatusCode, fault)
	e.category = e.categoryOf(c.writes())
	return e
}

// failed makes an error of an operation that was accepted and has failed. Coming back later does not help, and not found
// was something else than the operation: neither is a category of it.
func failed(what string, response *http.Response, status int, fault faultReply) error {
	e := newServiceError(what, response, status, fault)
	switch category := e.categoryOf(true); category {
	case clouddp.ErrNotFound, clouddp.ErrUnavailable, clouddp.ErrUnknown: //nolint:errorlint // categories as they are, not wrapped
	default:
		e.category = category
	}
	return e
}

func newServiceError(what string, response *http.Response, status int, fault faultReply) *ServiceError {
	return &ServiceError{
		Operation:  what,
		StatusCode: status,
		Code:       printable(fault.Code),
		Message:    printable(fault.Message),
		RequestID:  printable(response.Header.Get(requestIDHeader)),
		response:   &azcore.ResponseError{ErrorCode: fault.Code, StatusCode: status, RawResponse: response},
	}
}

// categoryOf tells what a caller can do about an answer. ConflictError is overloaded; its message tells busy from taken.
func (e *ServiceError) categoryOf(written bool) error {
	message, status := strings.ToLower(e.Message), e.StatusCode
	switch {
	case strings.Contains(message, "policy limit") || strings.Contains(message, "maximum number of"):
		return clouddp.ErrLimit
	case status == http.StatusNotFound || status == http.StatusGone:
		return clouddp.ErrNotFound
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return clouddp.ErrDenied
	case strings.Contains(message, "exclusive access") || strings.Contains(message, "lease conflict"):
		return clouddp.ErrUnavailable
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return clouddp.ErrConflict
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || e.Code == "TooManyRequests":
		return clouddp.ErrUnavailable
	case status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		return afterWrite(written)
	case status == http.StatusBadRequest:
		return errs.Invalid("classic: "+e.Operation, "request", "%s %s", e.Code, e.Message)
	}
	return nil
}

// afterWrite returns the category of a request whose effect cannot be told from its answer.
func afterWrite(written bool) error {
	if written {
		return clouddp.ErrUnknown
	}
	return clouddp.ErrUnavailable
}

// lost makes an error of a request that has no answer.
func lost(ctx context.Context, c *call, err error) error {
	category := afterWrite(c.writes() && mayHaveArrived(err))
	if ctx.Err() != nil {
		return fmt.Errorf("classic: %s: %w: %w", c.what, category, context.Cause(ctx))
	}
	if _, ok := errors.AsType[*credentialError](err); ok {
		category = clouddp.ErrDenied
	}
	return fmt.Errorf("classic: %s: %w: %w", c.what, category, err)
}

// mayHaveArrived is false for what failed before the first byte of a request was sent.
func mayHaveArrived(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*redirectError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*credentialError](err); ok {
		return false
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return !ok || operation.Op != "dial"
}

// redirectError reports a redirect that is not followed: nothing was carried out.
type redirectError struct{ text string }

// Error implements error.
func (e *redirectError) Error() string { return e.text }

// credentialError reports a credential that gave no token: nothing was sent.
type credentialError struct{ err error }

// Error implements error.
func (e *credentialError) Error() string { return "no token: " + printable(e.err.Error()) }

// Unwrap returns the cause.
func (e *credentialError) Unwrap() error { return e.err }

// printable bounds text of the service and takes the control characters out of it.
func printable(text string) string {
	visible := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)))
	return string(visible[:min(len(visible), 512)])
}

// setPayload replaces the body that an error may print.
func setPayload(response *http.Response, body []byte) {
	response.Body = io.NopCloser(bytes.NewReader(body))
}
