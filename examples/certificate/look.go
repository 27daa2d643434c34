package main

import (
	"time"

	"github.com/clouddp/sdk/certs"
)

// watcher looks at files and says what is new.
type watcher struct {
	options
	*printer
	said map[string]watched // of each file
}

// watched is what was last said of a file.
type watched struct {
	thumbprint certs.Thumbprint
	stage      certs.ExpiryStage
	problem    string
}

// sight is what a look at all files has shown.
type sight struct {
	next  time.Time // when something changes or is tried again; zero for never
	worst trouble
	read  int // files that could be read
}

// look looks at every file.
func (w *watcher) look(now time.Time) sight {
	var s sight
	for _, name := range w.files {
		names, err := filesOf(name)
		if err != nil {
			w.failed(&s, name, err, now)
		}
		for _, name := range names {
			w.lookAt(&s, name, now)
		}
	}
	return s
}

func (w *watcher) lookAt(s *sight, name string, now time.Time) {
	bundle, err := w.open(name)
	if err != nil {
		w.failed(s, name, err, now)
		return
	}
	e := bundle.Expiry(now)
	if is := (watched{thumbprint: bundle.Thumbprint(), stage: e.Stage}); is != w.said[name] {
		w.said[name] = is
		sayExpiry(name, bundle, e, w.printer)
	}
	s.read++
	s.add(troubleOf(e.Stage), e.Next)
}

func (w *watcher) open(name string) (*certs.Bundle, error) {
	f, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return f.bundle(w.options)
}

// failed says that a file cannot be read, and has it tried again soon.
func (w *watcher) failed(s *sight, name string, err error, now time.Time) {
	if is := (watched{problem: err.Error()}); is != w.said[name] {
		w.said[name] = is
		w.complain(name, err)
	}
	s.add(unreadable, now.Add(retryPause))
}

// add counts the trouble of one file, and when to look at it again.
func (s *sight) add(t trouble, next time.Time) {
	s.worst = max(s.worst, t)
	if !next.IsZero() && (s.next.IsZero() || next.Before(s.next)) {
		s.next = next
	}
}

func sayExpiry(name string, bundle *certs.Bundle, e certs.Expiry, p *printer) {
	object := map[string]any{
		"file": name, "stage": e.Stage, "days": e.Days, "thumbprint": bundle.Thumbprint(), "subject": e.Certificate.Subject.String(),
		"notAfter": e.Certificate.NotAfter.UTC(),
	}
	if !e.Next.IsZero() {
		object["next"] = e.Next
	}
	p.say(object, "%-7s %s: %s ends on %s, %d days left", e.Stage, name, e.Certificate.Subject, e.Certificate.NotAfter.UTC().Format(time.DateOnly), e.Days)
}
