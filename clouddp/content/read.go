package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	attempts   = 3
	retryPause = 250 * time.Millisecond
)

// readBlob returns a whole blob of at most limit bytes, and never a part of one.
func readBlob(ctx context.Context, r Reader, name string, limit int64) ([]byte, Info, error) {
	var body []byte
	var info Info
	err := retry(ctx, func() (err error) {
		body, info, err = readBlobOnce(ctx, r, name, limit)
		return err
	})
	return body, info, err
}

func readBlobOnce(ctx context.Context, r Reader, name string, limit int64) ([]byte, Info, error) {
	rc, info, err := r.Open(ctx, name, 0, -1)
	if err != nil {
		return nil, info, opError("read", name, err)
	}
	defer func() { _ = rc.Close() }()
	if info.Size > limit {
		return nil, info, opError("read", name, fmt.Errorf("%d bytes, the limit is %d: %w", info.Size, limit, ErrLimit))
	}
	body, err := io.ReadAll(io.LimitReader(rc, limit+1))
	if err != nil {
		return nil, info, bodyError(name, err)
	}
	if int64(len(body)) != info.Size {
		return nil, info, &IntegrityError{Blob: name, Reason: fmt.Sprintf("got %d of %d bytes", len(body), info.Size)}
	}
	return body, info, nil
}

// stat returns what is known of a blob without its bytes.
func stat(ctx context.Context, r Reader, name string) (Info, error) {
	rc, info, err := r.Open(ctx, name, 0, 0)
	if err != nil {
		return Info{}, opError("read", name, err)
	}
	return info, rc.Close()
}

// bodyError turns the end of a body that came too early into an integrity error.
func bodyError(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &IntegrityError{Blob: name, Reason: "the answer ended too early"}
	}
	return opError("read", name, err)
}

// retry runs read until it succeeds, at most attempts times, as long as reading again may help.
func retry(ctx context.Context, read func() error) error {
	var err error
	for attempt := range attempts {
		if err = read(); err == nil || attempt == attempts-1 {
			return err
		}
		switch {
		case errors.Is(err, ErrIntegrity):
		case errors.Is(err, ErrUnavailable):
			if pauseErr := pause(ctx, retryPause<<attempt); pauseErr != nil {
				return pauseErr
			}
		default:
			return err
		}
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
