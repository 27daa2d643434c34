package main

import (
	"bytes"
	"context"
	"iter"
	"os"
	"sync"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// entries returns the entries of all logs that o names, in order of time or, followed, as they come.
func entries(ctx context.Context, o options) iter.Seq2[cmlog.Entry, error] {
	if len(o.files) == 0 {
		return cmlog.Entries(bytes.NewReader(sample()), &o.log)
	}
	if o.follow {
		return followAll(ctx, o)
	}
	var logs []iter.Seq2[cmlog.Entry, error]
	for _, path := range o.files {
		logs = append(logs, readFile(path, &o.log))
	}
	return cmlog.Merge(logs...)
}

// readFile returns the entries of a file, which is open while they are read.
func readFile(path string, o *cmlog.Options) iter.Seq2[cmlog.Entry, error] {
	return func(yield func(cmlog.Entry, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(cmlog.Entry{}, err)
			return
		}
		defer file.Close() //nolint:errcheck // It was only read.
		cmlog.Entries(file, o)(yield)
	}
}

// pair is what following a log yields.
type pair struct {
	entry cmlog.Entry
	err   error
}

// followAll yields what comes from any of the logs, until one fails or the caller has enough.
func followAll(ctx context.Context, o options) iter.Seq2[cmlog.Entry, error] {
	return func(yield func(cmlog.Entry, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		pairs := make(chan pair)
		var group sync.WaitGroup
		for _, path := range o.files {
			group.Go(func() { followOne(ctx, path, &o.log, pairs) })
		}
		defer group.Wait()
		defer stop()
		for {
			select {
			case p := <-pairs:
				if !yield(p.entry, p.err) || p.err != nil {
					return
				}
			case <-ctx.Done():
				yield(cmlog.Entry{}, ctx.Err())
				return
			}
		}
	}
}

func followOne(ctx context.Context, path string, o *cmlog.Options, pairs chan<- pair) {
	for e, err := range cmlog.Follow(ctx, path, o) {
		select {
		case pairs <- pair{e, err}:
		case <-ctx.Done():
			return
		}
	}
}
