package certsrv

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// maxAsked bounds how many numbers of a page the authority is asked about.
const maxAsked = 16

// pendingID returns which number on a page is that of the request. Nothing marks the page of a request that waits but its
// words, and a proxy has pages with numbers too. So the page must name the authority, the number must be that of a request
// which waits there, and there must be none after it: ours is the newest. Who is told of a number that is not theirs
// never finds what they asked for.
func (c *Client) pendingID(ctx context.Context, p *page) (string, error) {
	authority, err := c.authority(ctx)
	if err != nil {
		return "", fmt.Errorf("%w; asking for the authority's name: %w", p.doubt(""), err)
	}
	name := authority.Subject.CommonName
	numbers, named := p.numbers(name)
	if !named || len(numbers) == 0 || len(numbers) > maxAsked {
		return "", p.doubt(name)
	}
	for _, n := range numbers {
		waits, err := c.waits(ctx, n)
		if err != nil {
			return "", fmt.Errorf("%w; asking for request %d: %w", p.doubt(name), n, err)
		}
		if !waits {
			continue
		}
		newer, err := c.exists(ctx, n+1)
		if err != nil {
			return "", fmt.Errorf("%w; asking for request %d: %w", p.doubt(name), n+1, err)
		}
		if newer {
			break
		}
		return strconv.FormatUint(n, 10), nil
	}
	return "", p.doubt(name)
}

// doubt says that a page is not understood, and which numbers are on it, for a person who looks for the request.
func (p *page) doubt(authority string) error {
	numbers, _ := p.numbers(authority)
	if len(numbers) == 0 {
		return errNotUnderstood
	}
	var list []string
	for _, n := range numbers[:min(len(numbers), maxAsked)] {
		list = append(list, strconv.FormatUint(n, 10))
	}
	return fmt.Errorf("%w; if the request waits its number may be %s", errNotUnderstood, strings.Join(list, " or "))
}

// waits reports whether a request waits at the authority.
func (c *Client) waits(ctx context.Context, n uint64) (bool, error) {
	_, err := c.certificate(ctx, strconv.FormatUint(n, 10))
	_, isPending := errors.AsType[*certs.PendingError](err)
	return isPending, unanswered(err)
}

// exists reports whether the authority knows a request.
func (c *Client) exists(ctx context.Context, n uint64) (bool, error) {
	_, err := c.certificate(ctx, strconv.FormatUint(n, 10))
	_, isPending := errors.AsType[*certs.PendingError](err)
	_, isDenied := errors.AsType[*certs.DeniedError](err)
	return err == nil || isPending || isDenied, unanswered(err)
}

// unanswered returns err if it says that the authority has not answered a question.
func unanswered(err error) error {
	_, isPending := errors.AsType[*certs.PendingError](err)
	_, isDenied := errors.AsType[*certs.DeniedError](err)
	if err == nil || isPending || isDenied || errors.Is(err, certs.ErrNotFound) || errors.Is(err, errNotUnderstood) {
		return nil
	}
	return err
}
