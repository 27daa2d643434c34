package content

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// span is a piece of a blob as Reader.Open takes it: n bytes from off, to the end if n < 0.
type span struct{ off, n int64 }

func (s span) check() error {
	if s.off < 0 {
		return invalid("off", "is negative")
	}
	if s.n > 0 && s.off+s.n < 0 {
		return invalid("n", "is too large")
	}
	return nil
}

// header is the span as a Range header; empty for the whole blob or none of it.
func (s span) header() string {
	switch {
	case s.n == 0 || s.off == 0 && s.n < 0:
		return ""
	case s.n < 0:
		return fmt.Sprintf("bytes=%d-", s.off)
	default:
		return fmt.Sprintf("bytes=%d-%d", s.off, s.off+s.n-1)
	}
}

// openReply checks that a reply is the span that was asked for, and returns its body with a guard on its length.
func openReply(name string, want span, reply *http.Response) (io.ReadCloser, Info, error) {
	info := Info{Name: name, Size: reply.ContentLength, ETag: reply.Header.Get("ETag")}
	if modified, err := http.ParseTime(reply.Header.Get("Last-Modified")); err == nil {
		info.Modified = modified.UTC()
	}
	length, err := replyLength(name, want, reply, &info)
	if err != nil {
		_ = reply.Body.Close()
		return nil, Info{}, err
	}
	return &exactReader{name: name, body: reply.Body, left: length}, info, nil
}

// replyLength returns how many bytes the body must have, and completes the size of the blob in info.
func replyLength(name string, want span, reply *http.Response, info *Info) (int64, error) {
	switch {
	case reply.StatusCode == http.StatusOK && info.Size < 0:
		return 0, &IntegrityError{Blob: name, Reason: "the answer does not tell its length"}
	case reply.StatusCode == http.StatusOK && want.n == 0:
		return 0, nil
	case reply.StatusCode == http.StatusOK && want.header() == "":
		return info.Size, nil
	case reply.StatusCode == http.StatusOK:
		return 0, &IntegrityError{Blob: name, Reason: "the answer ignores the range"}
	case reply.StatusCode != http.StatusPartialContent:
		return 0, statusError(name, reply)
	}
	first, last, size, ok := parseContentRange(reply.Header.Get("Content-Range"))
	end := size - 1
	if want.n > 0 {
		end = min(end, want.off+want.n-1)
	}
	if !ok || first != want.off || last != end {
		return 0, &IntegrityError{Blob: name, Reason: "the answer is another range"}
	}
	info.Size = size
	return last - first + 1, nil
}

// parseContentRange reads "bytes first-last/size".
func parseContentRange(s string) (first, last, size int64, ok bool) {
	s, unit := strings.CutPrefix(s, "bytes ")
	limits, total, slash := strings.Cut(s, "/")
	from, to, dash := strings.Cut(limits, "-")
	if !unit || !slash || !dash {
		return 0, 0, 0, false
	}
	var err [3]error
	first, err[0] = strconv.ParseInt(from, 10, 64)
	last, err[1] = strconv.ParseInt(to, 10, 64)
	size, err[2] = strconv.ParseInt(total, 10, 64)
	ok = firstError(err[:]...) == nil && 0 <= first && first <= last && last < size
	return first, last, size, ok
}

// exactReader reports a body that ends too early as an error and reads none of what is too much.
type exactReader struct {
	name string
	body io.ReadCloser
	left int64
}

// Read implements [io.Reader].
func (r *exactReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case err == nil || r.left == 0:
		return n, nil
	default:
		return n, bodyError(r.name, err)
	}
}

// Close implements [io.Closer].
func (r *exactReader) Close() error { return r.body.Close() }
