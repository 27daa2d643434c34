package certreq

import (
	"cmp"
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
	printed := requestID(output, exitCode)
	id := cmp.Or(c.id, printed)
	switch {
	case code != 0:
		return answer.Failure{Code: code, ID: id, Reason: reason(output), Submitted: c.writes}.Err()
	case printed != "" && printed == id && errors.Is(why, fs.ErrNotExist):
		return &certs.PendingError{ID: id, Reason: reason(output)}
	}
	category := certs.ErrUnavailable
	if c.writes {
		category = certs.ErrUnknown
	}
	said := fmt.Sprintf("the program ended with code %d: %q", exitCode, reason(output))
	if c.writes && printed != "" {
		said += "; the request may be number " + printed
	}
	return fmt.Errorf("%w: %w, and %s", category, errNotUnderstood, said)
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
	// quotedID is the line in which the program repeats the id in quotes, behind the name of the field.
	quotedID = regexp.MustCompile(`(?m)^[^":：\r\n]*[^":：\s][^":：\r\n]*[:：][ \t]*"([0-9]+)"[ \t\r]*$`)
	// plainID is the first line of all, in which it has named it in its own language.
	plainID = regexp.MustCompile(`^\s*[^:：\r\n]*[^:：\s][^:：\r\n]*[:：][ \t]*([0-9]+)[ \t\r]*(?:\n|$)`)
)

// requestID returns the id that the program tells, or "". Without the quotes it is believed at the beginning of what a program
// says that was successful, for other things have numbers behind a colon too.
func requestID(output string, exitCode int) string {
	lines := []*regexp.Regexp{quotedID}
	if exitCode == 0 {
		lines = append(lines, plainID)
	}
	for _, line := range lines {
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
