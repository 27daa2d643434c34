package statusmsg_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

// collect follows source for a while and returns "RecordID" or "RecordID-missing" for each arrival, and the last error.
func collect(ctx context.Context, source statusmsg.Source, q statusmsg.Query, o *statusmsg.FollowOptions, span time.Duration) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	var got []string
	for arrival, err := range statusmsg.Follow(ctx, source, q, o) {
		if err != nil {
			return got, err
		}
		text := fmt.Sprint(arrival.RecordID)
		if arrival.Missing != 0 {
			text += fmt.Sprint("-", arrival.Missing)
		}
		got = append(got, text)
	}
	return got, nil
}

// wantArrivals fails unless following ended with the context, after these arrivals.
func wantArrivals(t *testing.T, got []string, err error, want ...string) {
	t.Helper()
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, statusmsg.ErrUnavailable) {
		t.Errorf("error = %v, want that of the context", err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("arrivals %v, want %v", got, want)
	}
}

func TestFollowGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{}
		log.Plant(make([]statusmsg.Message, 2)...)
		time.AfterFunc(25*time.Second, func() { log.Plant(make([]statusmsg.Message, 2)...) })
		got, err := collect(t.Context(), log, statusmsg.Query{}, nil, time.Minute)
		wantArrivals(t, got, err, "1", "2", "3", "4")
		if want := "statusmsg: follow message after record 4: context deadline exceeded"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	})
}

func TestFollowReportsGaps(t *testing.T) {
	log := func() *statusmsgtest.Log {
		log := &statusmsgtest.Log{}
		log.Lose(5)
		log.Plant(statusmsg.Message{ID: 1})
		log.Lose(3)
		log.Plant(statusmsg.Message{ID: 2}, statusmsg.Message{ID: 1})
		return log
	}
	tests := []struct {
		name  string
		query statusmsg.Query
		want  []string
	}{
		{"from the first", statusmsg.Query{}, []string{"6", "10-3", "11"}},
		{"from a known one", statusmsg.Query{After: 2}, []string{"6-3", "10-3", "11"}},
		{"only some messages", statusmsg.Query{IDs: []statusmsg.ID{1}}, []string{"6", "11"}},
		{"since a time", statusmsg.Query{Since: time.Unix(1, 0)}, []string{"6", "10", "11"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := collect(t.Context(), log(), tt.query, nil, time.Minute)
				wantArrivals(t, got, err, tt.want...)
			})
		})
	}
}

// lateSource shows each message some time after the source began, in the order of RecordIDs.
type lateSource struct {
	began   time.Time
	visible map[int64]time.Duration
	highest int64
}

func (s *lateSource) Messages(_ context.Context, q statusmsg.Query) iter.Seq2[statusmsg.Message, error] {
	return func(yield func(statusmsg.Message, error) bool) {
		for id := int64(1); id <= s.highest; id++ {
			after, ok := s.visible[id]
			if !ok || id <= q.After || time.Since(s.began) < after {
				continue
			}
			if !yield(statusmsg.Message{RecordID: id}, nil) {
				return
			}
		}
	}
}

func TestFollowIsPatient(t *testing.T) {
	patience := &statusmsg.FollowOptions{Interval: time.Second, Patience: 30 * time.Second}
	source := func() *lateSource {
		return &lateSource{time.Now(), map[int64]time.Duration{1: 0, 2: 20 * time.Second, 3: 0, 5: 0, 6: 5 * time.Second}, 6}
	}
	synctest.Test(t, func(t *testing.T) {
		got, err := collect(t.Context(), source(), statusmsg.Query{}, patience, time.Minute)
		wantArrivals(t, got, err, "1", "2", "3", "5-1", "6")
	})
	synctest.Test(t, func(t *testing.T) {
		got, err := collect(t.Context(), source(), statusmsg.Query{}, patience, 49*time.Second)
		wantArrivals(t, got, err, "1", "2", "3")
	})
	synctest.Test(t, func(t *testing.T) {
		got, err := collect(t.Context(), source(), statusmsg.Query{}, nil, time.Minute)
		wantArrivals(t, got, err, "1", "3-1", "5-1", "6")
	})
}

func TestFollowLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		const count = 2000
		source := &lateSource{time.Now(), map[int64]time.Duration{}, count}
		source.visible[1] = 0
		for id := int64(2); id <= count; id++ {
			source.visible[id] = time.Duration(id)*time.Second + time.Duration(random.Int64N(int64(20*time.Second)))
		}
		o := &statusmsg.FollowOptions{Interval: 3 * time.Second, Patience: time.Minute}
		next := int64(1)
		for arrival, err := range statusmsg.Follow(t.Context(), source, statusmsg.Query{}, o) {
			if err != nil || arrival.RecordID != next || arrival.Missing != 0 {
				t.Fatalf("got %d, %d missing, %v; want %d", arrival.RecordID, arrival.Missing, err, next)
			}
			if next++; next > count {
				break
			}
		}
	})
}

// repeatingSource yields what it yielded before, whatever is asked for.
type repeatingSource struct{ log *statusmsgtest.Log }

func (s repeatingSource) Messages(ctx context.Context, _ statusmsg.Query) iter.Seq2[statusmsg.Message, error] {
	return func(yield func(statusmsg.Message, error) bool) {
		for m, err := range s.log.Messages(ctx, statusmsg.Query{}) {
			for range 2 {
				if !yield(m, err) {
					return
				}
			}
		}
	}
}

func TestFollowDropsRepetitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{}
		log.Plant(make([]statusmsg.Message, 3)...)
		time.AfterFunc(25*time.Second, func() { log.Plant(statusmsg.Message{}) })
		got, err := collect(t.Context(), repeatingSource{log}, statusmsg.Query{}, nil, time.Minute)
		wantArrivals(t, got, err, "1", "2", "3", "4")
	})
}

func TestFollowSurvivesFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{}
		log.Plant(statusmsg.Message{})
		log.Fail(errors.New("site server restarts"))
		got, err := collect(t.Context(), log, statusmsg.Query{}, nil, time.Minute)
		wantArrivals(t, got, err, "1")
	})
}

func TestFollowEnds(t *testing.T) {
	down := errors.New("site server is down")
	tests := []struct {
		name    string
		source  statusmsg.Source
		options *statusmsg.FollowOptions
		want    []error
		took    time.Duration
	}{
		{"outage", brokenSource{down}, nil, []error{statusmsg.ErrUnavailable, down}, 5 * time.Minute},
		{"short outage", brokenSource{down}, &statusmsg.FollowOptions{Outage: time.Minute, Interval: time.Second}, []error{statusmsg.ErrUnavailable, down}, time.Minute},
		{"denied", brokenSource{statusmsg.ErrDenied}, nil, []error{statusmsg.ErrDenied}, 0},
		{"unsupported", brokenSource{statusmsg.ErrUnsupported}, nil, []error{errors.ErrUnsupported}, 0},
		{"no source", nil, nil, []error{statusmsg.ErrInvalid}, 0},
		{"bad options", &statusmsgtest.Log{}, &statusmsg.FollowOptions{Interval: -1, Patience: -1, Outage: -1}, []error{statusmsg.ErrInvalid}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := collect(t.Context(), tt.source, statusmsg.Query{}, tt.options, time.Hour)
				for _, want := range tt.want {
					if !errors.Is(err, want) {
						t.Errorf("error = %v, want %v", err, want)
					}
				}
				if len(got) != 0 || time.Since(start) != tt.took {
					t.Errorf("%v arrived and it took %v, want nothing and %v", got, time.Since(start), tt.took)
				}
			})
		})
	}
}

func TestFollowBadOptions(t *testing.T) {
	_, err := collect(t.Context(), nil, statusmsg.Query{}, &statusmsg.FollowOptions{Interval: -1, Patience: -1, Outage: -1}, time.Hour)
	if invalid, ok := errors.AsType[*statusmsg.InvalidError](err); !ok || len(invalid.Problems) != 4 {
		t.Errorf("error = %v, want an InvalidError with four problems", err)
	}
}

func ExampleFollow() {
	var log statusmsgtest.Log
	log.Plant(statusmsg.Message{ID: 500}, statusmsg.Message{ID: 501})
	log.Lose(2)
	log.Plant(statusmsg.Message{ID: statusmsg.CloudDPReady, Component: statusmsg.CloudServicesManager})

	ready := statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}}
	for arrival, err := range statusmsg.Follow(context.Background(), &log, statusmsg.Query{}, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if arrival.Missing > 0 {
			fmt.Println(arrival.Missing, "messages before record", arrival.RecordID, "were never seen")
		}
		if ready.Matches(arrival.Message) {
			fmt.Println(statusmsg.Documented().Text(arrival.Message))
			return
		}
	}
	// Output:
	// 2 messages before record 5 were never seen
	// The cloud distribution point is provisioned and ready.
}
