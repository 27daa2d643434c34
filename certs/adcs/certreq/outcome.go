package certreq

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

// broken says what it means that the program was not run to its end.
func (c *call) broken(ctx context.Context, err error) error {
	ended := ctx.Err()
	switch {
	case errors.Is(err, certs.ErrUnavailable), errors.Is(err, certs.ErrUnsupported):
		return err
	case c.writes && ended != nil:
		return fmt.Errorf("%w: the program was stopped: %w", certs.ErrUnknown, ended)
	case c.writes:
		return fmt.Errorf("%w: the program broke off: %w", certs.ErrUnknown, err)
	case ended != nil:
		return ended
	}
	return fmt.Errorf("%w: the program broke off: %w", certs.ErrUnavailable, err)
}

// errNotUnderstood says that the output holds none of the marks by which an outcome is known.
var errNotUnderstood = errors.New("the output is none that is known")

// outcome says what a run means that left no certificate behind, for the reason why.
func (c *call) outcome(output string, exitCode int, why error) error {
	code := resultCode(output, exitCode)
	id := c.id
	if id == "" {
		id = requestID(output)
	}
	switch lost := answer.NotReached(code); {
	case lost != nil && c.writes:
		return lost
	case lost != nil:
		return fmt.Errorf("%w: the authority is not reached (%s)", certs.ErrUnavailable, code)
	case !c.writes && answer.NoSuchRequest(code):
		return fmt.Errorf("%w (%s)", certs.ErrNotFound, code)
	case code != 0:
		return &certs.DeniedError{ID: id, Code: code, Reason: reason(output)}
	case id != "" && (c.writes || exitCode == 0) && errors.Is(why, fs.ErrNotExist) && strings.TrimSpace(output) != "":
		return &certs.PendingError{ID: id, Reason: reason(output)}
	}
	category := certs.ErrUnavailable
	if c.writes {
		category = certs.ErrUnknown
	}
	return fmt.Errorf("%w: %w, and the program ended with code %d: %q", category, errNotUnderstood, exitCode, reason(output))
}

// resultCode returns the result code of a failure: the exit code if it is one, else the first in the output.
func resultCode(output string, exitCode int) certs.HRESULT {
	const failed = 1 << 31
	if code := uint32(exitCode); code&failed != 0 { //nolint:gosec // Windows has 32 bits for it
		return certs.HRESULT(code)
	}
	return answer.Code(output)
}

var (
	// quotedID is the line in which the program repeats the id in quotes.
	quotedID = regexp.MustCompile(`(?m)^[^"\r\n]*"([0-9]+)"[ \t\r]*$`)
	// plainID is the line in which it has named it in its own language.
	plainID = regexp.MustCompile(`(?m)^[^:\r\n]*:[ \t]*([0-9]+)[ \t\r]*$`)
)

// requestID returns the id that the program tells, or "".
func requestID(output string) string {
	for _, line := range []*regexp.Regexp{quotedID, plainID} {
		if found := line.FindStringSubmatch(output); found != nil && answer.IsID(found[1]) {
			return found[1]
		}
	}
	return ""
}

// reason returns how the authority words an outcome: in the line with the result code, or else in the last one.
func reason(output string) string {
	last := ""
	for line := range strings.Lines(output) {
		if answer.Code(line) != 0 {
			return answer.Clean(line)
		}
		if strings.TrimSpace(line) != "" {
			last = line
		}
	}
	return answer.Clean(last)
}
