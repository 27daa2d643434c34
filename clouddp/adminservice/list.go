package adminservice

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	// maxPages bounds a listing.
	maxPages = 10_000
	// maxPageSize is the largest page that is asked for.
	maxPageSize = 10_000
)

// listing is what is read of a class, and how to go on where the service gives no link to the next page.
type listing struct {
	class  string
	filter filter
	// keys are the properties that tell one row from another; the first is never null.
	keys []string
	// by is a number by which rows ascend and by which reading goes on; empty goes on by counting rows.
	by string
	// repeats says that several rows may have the same number.
	repeats bool
}

// errStopped says that the consumer has had enough.
var errStopped = errors.New("stopped")

// list yields the rows of l, each once; an error is the last pair.
func (s *Site) list(ctx context.Context, l listing) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		err := s.connect()
		if err == nil {
			reader := &pages{site: s, listing: l, visited: map[string]bool{}}
			err = reader.read(ctx, func(r *row) bool { return yield(r, nil) })
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// pages is one reading of a listing.
type pages struct {
	site    *Site
	listing listing
	visited map[string]bool  // links that were followed
	seen    map[string]int64 // numbers by key: of the page before, and of all rows with the highest number
	count   int              // rows that were read
	last    int64            // the highest number so far
	equal   int              // rows that were read with that number
}

func (p *pages) what() string { return "list " + p.listing.class }

func (p *pages) fail(format string, arguments ...any) error {
	return fmt.Errorf("adminservice: "+p.what()+": "+format, arguments...)
}

// read follows links where the service gives them. Where it does not, a page may be the last whatever its size, because
// Microsoft does not document how large pages get: reading ends with a page that brings nothing new.
func (p *pages) read(ctx context.Context, yield func(*row) bool) error {
	address := p.address()
	p.visited[address.Query().Encode()] = true
	for range maxPages {
		rows, link, err := p.fetch(ctx, address)
		if err != nil {
			return err
		}
		fresh, err := p.fresh(rows)
		if err != nil {
			return err
		}
		for _, r := range fresh {
			if !yield(r) {
				return errStopped
			}
		}
		switch {
		case link != "":
			if address, err = p.follow(address, link); err != nil {
				return err
			}
		case len(fresh) == 0:
			return p.end(len(rows))
		default:
			address = p.address()
		}
	}
	return p.fail("more than %d pages: %w", maxPages, ErrLimit)
}

// end returns why a page that brought nothing new is not the end: a full one shows that the service does not go on.
func (p *pages) end(rows int) error {
	if rows > 0 && rows == p.site.pageSize() {
		return p.fail("the service repeats a page of %d rows and does not go on: %w", rows, ErrUnsupported)
	}
	return nil
}

// address returns where the next rows are.
func (p *pages) address() *url.URL {
	query, f := url.Values{}, p.listing.filter
	query.Set("$top", strconv.Itoa(p.site.pageSize()))
	query.Set("$orderby", p.order())
	switch {
	case p.count == 0:
	case p.listing.by == "":
		query.Set("$skip", strconv.Itoa(p.count))
	case p.listing.repeats:
		f = and(f, compare(p.listing.by, "ge", number(p.last)))
		query.Set("$skip", strconv.Itoa(p.equal))
	default:
		f = and(f, compare(p.listing.by, "gt", number(p.last)))
	}
	if f != "" {
		query.Set("$filter", string(f))
	}
	return p.site.address(p.listing.class, query)
}

// order returns the properties by which rows are sorted: the number by which they ascend, then what makes them unique.
func (p *pages) order() string {
	if p.listing.by == "" {
		return strings.Join(p.listing.keys, ",")
	}
	order := []string{p.listing.by}
	for _, key := range p.listing.keys {
		if key != p.listing.by {
			order = append(order, key)
		}
	}
	return strings.Join(order, ",")
}

// address returns where a path below the service is.
func (s *Site) address(path string, query url.Values) *url.URL {
	address := *s.base
	address.Path += "/" + path
	address.RawPath = ""
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return &address
}

// fetch returns the rows of a page and the link to the next one.
func (p *pages) fetch(ctx context.Context, address *url.URL) (rows []*row, link string, err error) {
	answer, err := p.site.do(ctx, &call{what: p.what(), method: http.MethodGet, url: address})
	if err != nil {
		return nil, "", err
	}
	page, _ := answer.(map[string]any)
	list, ok := page["value"].([]any)
	if !ok {
		return nil, "", p.fail("the answer has no list of values: %w", ErrIntegrity)
	}
	for _, element := range list {
		object, ok := element.(map[string]any)
		if !ok {
			return nil, "", p.fail("a value is not an object: %w", ErrIntegrity)
		}
		rows = append(rows, newRow(p.listing.class, object))
	}
	switch next := page["@odata.nextLink"].(type) {
	case nil:
	case string:
		link = next
	default:
		return nil, "", p.fail("the link to the next page is not text: %w", ErrIntegrity)
	}
	return rows, link, nil
}

// fresh returns the rows that were not read before, which ascend.
func (p *pages) fresh(rows []*row) ([]*row, error) {
	fresh, seen := make([]*row, 0, len(rows)), make(map[string]int64, len(rows))
	for _, r := range rows {
		key, place, err := p.place(r)
		if err != nil {
			return nil, err
		}
		_, before := p.seen[key]
		_, twice := seen[key]
		seen[key] = place
		if before || twice {
			continue
		}
		if p.count > 0 && place < p.last {
			return nil, p.fail("%s %d comes after %d: %w", p.listing.by, place, p.last, ErrIntegrity)
		}
		if place != p.last {
			p.last, p.equal = place, 0
		}
		p.count++
		p.equal++
		fresh = append(fresh, r)
	}
	for key, place := range p.seen {
		if place == p.last && p.listing.by != "" {
			seen[key] = place
		}
	}
	p.seen = seen
	return fresh, nil
}

// place returns what tells a row from others and the number by which rows ascend, 0 if there is none.
func (p *pages) place(r *row) (key string, place int64, err error) {
	r.require(p.listing.keys[0])
	if p.listing.by != "" {
		r.require(p.listing.by)
		place = r.integer(p.listing.by)
	}
	if r.err != nil {
		return "", 0, p.fail("%w", r.err)
	}
	return r.key(p.listing.keys), place, nil
}

// follow returns where link leads: to the same class of the same service, and nowhere a second time.
func (p *pages) follow(from *url.URL, link string) (*url.URL, error) {
	to, err := from.Parse(link)
	if err != nil {
		return nil, p.fail("the link to the next page is unreadable: %w", ErrIntegrity)
	}
	own := p.site.address(p.listing.class, nil)
	same := to.Scheme == own.Scheme && strings.EqualFold(to.Host, own.Host) && strings.EqualFold(to.Path, own.Path)
	if !same || to.User != nil {
		return nil, p.fail("the link to the next page leads to %s: %w", printable(to.Redacted()), ErrIntegrity)
	}
	visited := to.Query().Encode()
	if p.visited[visited] {
		return nil, p.fail("the links to the next page go round in a circle: %w", ErrIntegrity)
	}
	p.visited[visited] = true
	to.Fragment = ""
	return to, nil
}

// get returns the instance of a class with a key. It is [ErrNotFound] if there is none.
func (s *Site) get(ctx context.Context, class, key string) (*row, error) {
	if err := s.connect(); err != nil {
		return nil, err
	}
	what := "read " + class + "(" + key + ")"
	answer, err := s.do(ctx, &call{what: what, method: http.MethodGet, url: s.address(class+"("+key+")", nil)})
	if err != nil {
		return nil, err
	}
	object, ok := answer.(map[string]any)
	if list, wrapped := object["value"].([]any); wrapped {
		if len(list) != 1 {
			return nil, fmt.Errorf("adminservice: %s: %d values: %w", what, len(list), ErrNotFound)
		}
		object, ok = list[0].(map[string]any)
	}
	if !ok {
		return nil, fmt.Errorf("adminservice: %s: the answer is not an object: %w", what, ErrIntegrity)
	}
	return newRow(class, object), nil
}

// invoke calls a method of a class. What it returns must be 0.
func (s *Site) invoke(ctx context.Context, what, method string, parameters map[string]any) error {
	if err := s.connect(); err != nil {
		return err
	}
	answer, err := s.do(ctx, &call{what: what, method: http.MethodPost, url: s.address(method, nil), body: parameters})
	if err != nil {
		return err
	}
	object, _ := answer.(map[string]any)
	result := newRow(method, object)
	result.require("ReturnValue")
	value := result.bits("ReturnValue")
	if result.err != nil {
		return fmt.Errorf("adminservice: %s: %w: %w", what, ErrUnknown, result.err)
	}
	if value != 0 {
		return &StatusError{Operation: what, StatusCode: http.StatusOK, ReturnValue: value}
	}
	return nil
}
