package adminservice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/internal/roundtrip"
)

const (
	// answerLimit bounds the body of an answer.
	answerLimit = 16 << 20
	// attempts is how often a reading is sent to a service that is busy.
	attempts = 3
	// maxRetryAfter is how long a service that is busy is waited for.
	maxRetryAfter = 30 * time.Second
)

// call is one request to the service.
type call struct {
	// what is done to which subject, for errors: "list SMS_AzureService".
	what   string
	method string
	url    *url.URL
	// body is marshalled as JSON; nil sends none.
	body any
}

func (c *call) writes() bool { return c.method != http.MethodGet }

// do sends c and returns what the answer holds, nil if it is empty. A reading is repeated if the service is busy; a
// write never.
func (s *Site) do(ctx context.Context, c *call) (any, error) {
	if err := s.connect(); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		answer, err := s.send(ctx, c)
		busy, ok := errors.AsType[*StatusError](err)
		if !ok || c.writes() || !busy.busy() || attempt == attempts || busy.RetryAfter > maxRetryAfter {
			return answer, err
		}
		if sleep(ctx, orDefault(busy.RetryAfter, time.Second)) != nil {
			return nil, lost(ctx, c, false, err)
		}
	}
}

func (e *StatusError) busy() bool {
	return e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable
}

// send sends c once.
func (s *Site) send(ctx context.Context, c *call) (any, error) {
	if err := s.limiter.wait(ctx); err != nil {
		return nil, fmt.Errorf("adminservice: %s: %w", c.what, err)
	}
	bounded, cancel := context.WithTimeoutCause(ctx, s.timeout(), fmt.Errorf("no answer within %v", s.timeout()))
	defer cancel()
	watched, unsent := roundtrip.Watch(bounded)
	request, err := newRequest(watched, c)
	if err != nil {
		return nil, fmt.Errorf("adminservice: %s: %w", c.what, err)
	}
	response, err := s.Transport.RoundTrip(request)
	if err != nil {
		return nil, lost(bounded, c, unsent(), err)
	}
	defer response.Body.Close() //nolint:errcheck // It was only read.
	body, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, answerLimit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		category := orDefault(unknownAfter(c), ErrLimit)
		return nil, fmt.Errorf("adminservice: %s: an answer of more than %d MiB: %w", c.what, answerLimit>>20, category)
	}
	if err != nil {
		return nil, lost(bounded, c, false, err)
	}
	return decode(c, response, body)
}

func newRequest(ctx context.Context, c *call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, c.url.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "clouddp-sdk")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// decode returns what an answer holds. What is not JSON does not come from the service, but from something before it
// that wants a login, say: it is no success, whatever its status.
func decode(c *call, response *http.Response, body []byte) (any, error) {
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, refused(c, response, body)
	}
	if len(body) == 0 {
		return nil, nil
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json") {
		e := &StatusError{Operation: c.what, StatusCode: response.StatusCode, category: afterWrite(c.writes())}
		e.Message = fmt.Sprintf("the answer is %q, not JSON", printable(mediaType))
		return nil, e
	}
	answer, err := parse(body)
	if err != nil {
		category := orDefault(unknownAfter(c), ErrIntegrity)
		return nil, fmt.Errorf("adminservice: %s: unreadable answer: %w: %w", c.what, category, err)
	}
	return answer, nil
}

// unknownAfter returns [ErrUnknown] for a write.
func unknownAfter(c *call) error {
	if c.writes() {
		return ErrUnknown
	}
	return nil
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(response *http.Response) time.Duration {
	value := response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
