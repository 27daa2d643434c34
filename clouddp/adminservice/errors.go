package adminservice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound says that the site has no such object or class; it matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid says that the site, or this package, calls a request bad; it matches fs.ErrInvalid.
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that an object was changed by somebody else.
	ErrConflict = errs.ErrConflict
	// ErrDenied says that the site refused the caller; it matches fs.ErrPermission.
	ErrDenied = errs.ErrDenied
	// ErrForeign says that an object is not the caller's to change.
	ErrForeign = errs.ErrForeign
	// ErrUnknown says that the answer to a write was lost: it may have been carried out or not.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported says that the site cannot do what was asked; it matches errors.ErrUnsupported.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that an answer is larger than this package takes, or a request larger than the site does.
	ErrLimit = errs.ErrLimit
	// ErrIntegrity says that an answer contradicts itself or its documentation.
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that the site could not be reached or was busy.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// StatusError is an answer by which the service refused a request. It matches its category, such as [ErrDenied]. A
// request that the service calls bad is an [*InvalidError] too.
type StatusError struct {
	// Operation is what was attempted: "list SMS_AzureService".
	Operation string
	// StatusCode is the HTTP status. It is 200 where the body was not the service's, such as a login page, or where a
	// method was carried out and said that it had failed.
	StatusCode int
	// Code is that of the OData error in the body; possibly empty.
	Code string
	// Message is the wording of the service, at most 512 characters; possibly empty.
	Message string
	// ReturnValue is what a method returned; 0 where none was carried out.
	ReturnValue uint32
	// RetryAfter is how long the service asks to be left alone; 0 if it does not.
	RetryAfter time.Duration

	category error
}

// Error implements error.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("adminservice: %s: %d", e.Operation, e.StatusCode)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.ReturnValue != 0 {
		text += fmt.Sprintf(", return value %#x", e.ReturnValue)
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Unwrap returns the category, if there is one.
func (e *StatusError) Unwrap() error { return e.category }

// refused makes an error of an answer that is not a success.
func refused(c *call, response *http.Response, body []byte) *StatusError {
	e := &StatusError{Operation: c.what, StatusCode: response.StatusCode, RetryAfter: retryAfter(response)}
	e.Code, e.Message = fault(body)
	e.category = e.categoryOf(c.writes())
	return e
}

// fault returns the code and message of an OData error; both are empty where body is none.
func fault(body []byte) (code, message string) {
	answer, err := parse(body)
	if err != nil {
		return "", ""
	}
	top, _ := answer.(map[string]any)
	detail, ok := top["error"].(map[string]any)
	if !ok {
		detail, _ = top["odata.error"].(map[string]any)
	}
	message, ok = detail["message"].(string)
	if !ok {
		inner, _ := detail["message"].(map[string]any) // as older versions of OData have it
		message, _ = inner["value"].(string)
	}
	if detail == nil {
		message, _ = top["Message"].(string) // as the framework below the service has it
	}
	if detail["code"] != nil {
		code = printable(fmt.Sprint(detail["code"]))
	}
	return code, printable(message)
}

// categoryOf tells what a caller can do about an answer.
func (e *StatusError) categoryOf(written bool) error {
	switch status := e.StatusCode; {
	case status == http.StatusNotFound || status == http.StatusGone:
		return ErrNotFound
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusProxyAuthRequired:
		return ErrDenied
	case status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented:
		return ErrUnsupported
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		return ErrConflict
	case status == http.StatusRequestEntityTooLarge || status == http.StatusRequestURITooLong:
		return ErrLimit
	case status == http.StatusBadRequest:
		return errs.Invalid("adminservice: "+e.Operation, "request", "%s", strings.TrimSpace(e.Code+" "+e.Message))
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return ErrUnavailable
	case status >= 300 && status < 400:
		e.Message = "redirects are not followed"
		return ErrUnavailable
	case status < http.StatusBadRequest || status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		return afterWrite(written)
	}
	return nil
}

// afterWrite returns the category of a request whose effect cannot be told from its answer.
func afterWrite(written bool) error {
	if written {
		return ErrUnknown
	}
	return ErrUnavailable
}

// lost makes an error of a request that has no answer. unsent says that it has surely not left.
func lost(ctx context.Context, c *call, unsent bool, err error) error {
	category := afterWrite(c.writes() && !unsent && mayHaveArrived(err))
	if ctx.Err() != nil {
		return fmt.Errorf("adminservice: %s: %w: %w", c.what, category, context.Cause(ctx))
	}
	for _, known := range []error{ErrUnknown, ErrUnavailable, ErrDenied, ErrInvalid, ErrUnsupported, ErrLimit} {
		if errors.Is(err, known) { // the transport knows better
			return fmt.Errorf("adminservice: %s: %w", c.what, err)
		}
	}
	return fmt.Errorf("adminservice: %s: %w: %w", c.what, category, err)
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
