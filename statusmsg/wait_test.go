package statusmsg_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

func readyQuery() statusmsg.Query {
	return statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}}
}

func TestWaitFindsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{Delay: 28 * time.Minute}
		log.Plant(statusmsg.Message{ID: 1}, statusmsg.Message{ID: statusmsg.CloudDPReady, Site: "PS1"}, statusmsg.Message{ID: statusmsg.CloudDPReady})
		start := time.Now()
		m, err := statusmsg.Wait(t.Context(), log, readyQuery(), nil)
		if err != nil || m.Site != "PS1" || m.RecordID != 2 {
			t.Errorf("got %+v, %v, want the first 9409", m, err)
		}
		if d := time.Since(start); d != log.Delay {
			t.Errorf("took %v, want %v", d, log.Delay)
		}
	})
}

func TestWaitAsksAgainAfterFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{}
		log.Plant(statusmsg.Message{ID: statusmsg.CloudDPReady})
		log.Fail(errors.New("site server restarts"))
		start := time.Now()
		if _, err := statusmsg.Wait(t.Context(), log, readyQuery(), &statusmsg.WaitOptions{Interval: time.Minute}); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d != time.Minute {
			t.Errorf("took %v, want one interval", d)
		}
	})
}

// brokenSource always fails.
type brokenSource struct{ err error }

func (s brokenSource) Messages(context.Context, statusmsg.Query) iter.Seq2[statusmsg.Message, error] {
	return func(yield func(statusmsg.Message, error) bool) { yield(statusmsg.Message{ID: 7}, s.err) }
}

func TestWaitEnds(t *testing.T) {
	down := errors.New("site server is down")
	cancelled := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx, cancel
	}
	later := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(90*time.Second, cancel)
		return ctx, cancel
	}
	hour := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, time.Hour)
	}
	tests := []struct {
		name    string
		ctx     func(context.Context) (context.Context, context.CancelFunc)
		source  statusmsg.Source
		options *statusmsg.WaitOptions
		want    []error
		not     error
		took    time.Duration
	}{
		{"deadline of the options", context.WithCancel, &statusmsgtest.Log{}, &statusmsg.WaitOptions{Deadline: 30 * time.Minute}, []error{statusmsg.ErrDeadline, os.ErrDeadlineExceeded, context.DeadlineExceeded}, context.Canceled, 30 * time.Minute},
		{"deadline of the context", hour, &statusmsgtest.Log{}, nil, []error{statusmsg.ErrDeadline}, context.Canceled, time.Hour},
		{"deadline with the last error", hour, brokenSource{down}, nil, []error{statusmsg.ErrDeadline, down}, context.Canceled, time.Hour},
		{"cancelled before", cancelled, &statusmsgtest.Log{}, nil, []error{context.Canceled}, statusmsg.ErrDeadline, 0},
		{"cancelled on the way", later, &statusmsgtest.Log{}, nil, []error{context.Canceled}, statusmsg.ErrDeadline, 90 * time.Second},
		{"denied", hour, brokenSource{statusmsg.ErrDenied}, nil, []error{statusmsg.ErrDenied}, statusmsg.ErrDeadline, 0},
		{"invalid", hour, brokenSource{statusmsg.ErrInvalid}, nil, []error{statusmsg.ErrInvalid}, statusmsg.ErrDeadline, 0},
		{"unsupported", hour, brokenSource{statusmsg.ErrUnsupported}, nil, []error{errors.ErrUnsupported}, statusmsg.ErrDeadline, 0},
		{"no source", hour, nil, nil, []error{statusmsg.ErrInvalid}, statusmsg.ErrDeadline, 0},
		{"bad options", hour, &statusmsgtest.Log{}, &statusmsg.WaitOptions{Interval: -1, Deadline: -1}, []error{statusmsg.ErrInvalid}, statusmsg.ErrDeadline, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := tt.ctx(t.Context())
				defer cancel()
				start := time.Now()
				m, err := statusmsg.Wait(ctx, tt.source, readyQuery(), tt.options)
				if m.ID != 0 {
					t.Errorf("message %+v beside an error", m)
				}
				for _, want := range tt.want {
					if !errors.Is(err, want) {
						t.Errorf("error = %v, want %v", err, want)
					}
				}
				if errors.Is(err, tt.not) {
					t.Errorf("error = %v must not match %v", err, tt.not)
				}
				if d := time.Since(start); d != tt.took {
					t.Errorf("took %v, want %v", d, tt.took)
				}
			})
		})
	}
}

func TestWaitErrorText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := statusmsg.Wait(t.Context(), brokenSource{errors.New("site is down")}, readyQuery(), &statusmsg.WaitOptions{Deadline: time.Minute})
		want := "statusmsg: wait for message 9409: deadline exceeded: context deadline exceeded; last reading: site is down"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
}

func ExampleWait() {
	var log statusmsgtest.Log
	log.Plant(statusmsg.Message{ID: statusmsg.CloudDPReady, Component: statusmsg.CloudServicesManager})

	ready := statusmsg.Query{
		IDs:       []statusmsg.ID{statusmsg.CloudDPReady},
		Component: statusmsg.CloudServicesManager,
	}
	message, err := statusmsg.Wait(context.Background(), &log, ready, &statusmsg.WaitOptions{Deadline: 30 * time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statusmsg.Documented().Text(message))
	// Output: The cloud distribution point is provisioned and ready.
}
