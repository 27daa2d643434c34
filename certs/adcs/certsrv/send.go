package certsrv

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"slices"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/roundtrip"
)

const (
	maxPage = 1 << 20
	maxFile = 1 << 20
	maxCRL  = 64 << 20

	// userAgent is what a browser calls itself: to others the server names a wrong content type.
	userAgent = "Mozilla/5.0 (compatible; clouddp-sdk)"
)

// reply is a file or a page.
type reply struct {
	media string
	body  []byte
}

// send sends a request, once, and returns what answers it with status 200.
func (c *Client) send(ctx context.Context, method, address string, body io.Reader, limit int64) (*reply, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	timeout := cmp.Or(c.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("%w: %v", errSlow, timeout))
	defer cancel()
	watched, unsent := roundtrip.Watch(ctx)
	request, err := http.NewRequestWithContext(watched, method, address, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", userAgent)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.Transport.RoundTrip(request)
	if err != nil {
		return nil, failed(ctx, method == http.MethodPost && !unsent(), err)
	}
	defer func() { _ = response.Body.Close() }()
	c.log(ctx, request, response)
	if err := refused(method, response); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return nil, failed(ctx, method == http.MethodPost, err)
	case int64(len(content)) > limit:
		return nil, failed(ctx, method == http.MethodPost, fmt.Errorf("%w: the answer is longer than %d bytes", certs.ErrLimit, limit))
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // what is not known is a page
	return &reply{media, content}, nil
}

func (c *Client) log(ctx context.Context, request *http.Request, response *http.Response) {
	if c.Logger == nil {
		return
	}
	c.Logger.LogAttrs(ctx, slog.LevelDebug, "certsrv request", slog.String("method", request.Method),
		slog.String("path", request.URL.Path), slog.Int("status", response.StatusCode))
}

// refused returns what a status other than 200 means. The pages themselves have none.
func refused(method string, response *http.Response) error {
	answer := fmt.Errorf("the server answers %s", response.Status)
	switch status := response.StatusCode; {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("%w: %w", certs.ErrDenied, answer)
	case status == http.StatusServiceUnavailable, status < http.StatusInternalServerError:
		return fmt.Errorf("%w: %w", certs.ErrUnavailable, answer)
	case method == http.MethodPost:
		return fmt.Errorf("%w: %w", certs.ErrUnknown, answer)
	}
	return fmt.Errorf("%w: %w", certs.ErrUnavailable, answer)
}

// errSlow says that the time of a request was over, and not that of the caller.
var errSlow = errors.New("no answer in time")

// failed gives an error the category that it has not: a round tripper of somebody else's may not know of them. changes says
// that a request which changes something may have left.
func failed(ctx context.Context, changes bool, err error) error {
	known := []error{certs.ErrUnknown, certs.ErrUnavailable, certs.ErrDenied, certs.ErrUnsupported, certs.ErrInvalid}
	if slices.ContainsFunc(known, func(category error) bool { return errors.Is(err, category) }) {
		return err
	}
	dialing, _ := errors.AsType[*net.OpError](err)
	changes = changes && (dialing == nil || dialing.Op != "dial")
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	switch {
	case changes:
		return fmt.Errorf("%w: %w", certs.ErrUnknown, err)
	case ctx.Err() != nil && !errors.Is(err, errSlow), errors.Is(err, certs.ErrLimit):
		return err
	}
	return fmt.Errorf("%w: %w", certs.ErrUnavailable, err)
}
