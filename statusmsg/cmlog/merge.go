package cmlog

import (
	"container/heap"
	"iter"
	"time"
)

// mergeAhead is how many entries of each log are looked at to put them in order: the threads of a component log side by
// side, so that a log of one component is a little out of order itself.
const mergeAhead = 64

// Merge yields the entries of several logs in order of time. Entries of one time stay in the order of the logs, and
// within one log in their own; an entry without a time stays behind the one before it. Of each log a few entries are
// read ahead, so Merge is not for logs that are followed. If a log fails, what was read ahead comes first and the error
// last.
func Merge(logs ...iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		m := &merger{}
		defer m.stop()
		for i, log := range logs {
			next, stop := iter.Pull2(log)
			m.sources = append(m.sources, &mergeSource{order: i, next: next, stop: stop})
			for range mergeAhead {
				m.read(m.sources[i])
			}
		}
		for len(m.ahead) > 0 {
			first, _ := heap.Pop(&m.ahead).(mergeEntry) // the heap holds nothing else
			if !yield(first.Entry, nil) {
				return
			}
			m.read(first.source)
		}
		if m.err != nil {
			yield(Entry{}, m.err)
		}
	}
}

// merger keeps the entries that were read ahead.
type merger struct {
	sources []*mergeSource
	ahead   mergeHeap
	err     error // why a log failed; nothing is read after that
}

// mergeSource is one of the logs.
type mergeSource struct {
	order, count int
	last         time.Time
	next         func() (Entry, error, bool)
	stop         func()
}

// read puts the next entry of source on the heap.
func (m *merger) read(source *mergeSource) {
	if m.err != nil {
		return
	}
	e, err, ok := source.next()
	if !ok || err != nil {
		m.err = err
		return
	}
	if !e.Time.IsZero() {
		source.last = e.Time
	}
	source.count++
	heap.Push(&m.ahead, mergeEntry{e, source.last, source.count, source})
}

func (m *merger) stop() {
	for _, source := range m.sources {
		source.stop()
	}
}

// mergeEntry is an entry and its place: by time, log, and number within the log.
type mergeEntry struct {
	Entry
	at     time.Time
	number int
	source *mergeSource
}

// mergeHeap is a heap of entries, the earliest first.
type mergeHeap []mergeEntry

// Len returns the number of entries.
func (h *mergeHeap) Len() int { return len(*h) }

// Less orders entries by their places.
func (h *mergeHeap) Less(i, j int) bool {
	a, b := &(*h)[i], &(*h)[j]
	if order := a.at.Compare(b.at); order != 0 {
		return order < 0
	}
	if a.source != b.source {
		return a.source.order < b.source.order
	}
	return a.number < b.number
}

// Swap swaps two entries.
func (h *mergeHeap) Swap(i, j int) { (*h)[i], (*h)[j] = (*h)[j], (*h)[i] }

// Push appends an entry.
func (h *mergeHeap) Push(x any) {
	if e, ok := x.(mergeEntry); ok {
		*h = append(*h, e)
	}
}

// Pop takes the last entry off.
func (h *mergeHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	*h = (*h)[:last]
	return e
}
