package template_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// hooked is a directory the writes of which go through a function: it makes the write, or not, and returns the outcome.
type hooked struct {
	template.Directory

	around func(kind string, write func() error) error
	writes int
}

func (h *hooked) do(kind string, write func() error) error {
	h.writes++
	return h.around(kind, write)
}

func (h *hooked) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	return h.do("oid", func() error { return h.Directory.PutOID(ctx, old, o) })
}

func (h *hooked) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	return h.do("template", func() error { return h.Directory.PutTemplate(ctx, old, t) })
}

func (h *hooked) Publish(ctx context.Context, ca, name string) error {
	return h.do("publish", func() error { return h.Directory.Publish(ctx, ca, name) })
}

// firstChanges are the first words of what each write is about.
var firstChanges = map[string]string{
	"oid": "register object identifier", "template": "create template CloudDPCert", "publish": "publish CloudDPCert on",
}

// TestApplyAdmitsThatItDoesNotKnow holds for each write, done or not done, that cannot be read back.
func TestApplyAdmitsThatItDoesNotKnow(t *testing.T) {
	errOdd := errors.New("connection reset")
	for kind, first := range firstChanges {
		for name, test := range map[string]struct {
			outcome  error // of the write
			written  bool
			cancel   bool
			readBack error // what the failure of reading it back matches
		}{
			"accepted":                      {nil, true, false, template.ErrUnavailable},
			"lost":                          {fmt.Errorf("the answer was lost: %w", template.ErrUnknown), true, false, template.ErrUnavailable},
			"lost on the way there":         {template.ErrUnknown, false, false, template.ErrUnavailable},
			"accepted as the context ended": {nil, true, true, context.Canceled},
			"lost as the context ended":     {template.ErrUnknown, true, true, context.Canceled},
			"cancelled":                     {context.Canceled, true, true, context.Canceled},
			"cut off as the context ended":  {errOdd, true, true, context.Canceled},
		} {
			ca := certstest.NewCA(authority)
			ctx, cancel := context.WithCancel(t.Context())
			h := &hooked{Directory: ca, around: func(k string, write func() error) error {
				if k != kind {
					return write()
				}
				if test.written {
					if err := write(); err != nil {
						return err
					}
				}
				if test.cancel {
					cancel()
				} else {
					ca.Fail(template.ErrUnavailable)
				}
				return test.outcome
			}}
			done, err := template.Apply(ctx, h, desired())
			cancel()
			if !errors.Is(err, template.ErrUnknown) || !errors.Is(err, test.readBack) || !strings.Contains(err.Error(), first) {
				t.Errorf("%s %s: got %v, want ErrUnknown and %v about %q", kind, name, err, test.readBack, first)
			}
			if test.outcome != nil && !errors.Is(err, test.outcome) {
				t.Errorf("%s %s: got %v, want %v in it", kind, name, err, test.outcome)
			}
			for _, c := range done {
				if strings.HasPrefix(c.String(), first) {
					t.Errorf("%s %s: %s was not seen", kind, name, c)
				}
			}
			if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
				t.Errorf("%s %s: afterwards: %v", kind, name, err)
			}
		}
	}
}

func TestApplyWritesNothingOnceTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := &hooked{Directory: &ender{certstest.NewCA(authority), cancel}, around: func(_ string, write func() error) error { return write() }}
	_, err := template.Apply(ctx, h, desired())
	if !errors.Is(err, context.Canceled) || errors.Is(err, template.ErrUnknown) || h.writes != 0 {
		t.Errorf("got %v after %d writes, want Canceled and no doubt that nothing was written", err, h.writes)
	}
}

// ender is a directory during whose last read the context ends.
type ender struct {
	template.Directory

	end context.CancelFunc
}

func (e *ender) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	o, err := e.Directory.OID(ctx, oid)
	e.end()
	return o, err
}

// TestApplyDoesNotBelieveAPublicationBehindAnotherChange has a publication accepted, not done, and hidden behind what
// somebody else edits at that moment.
func TestApplyDoesNotBelieveAPublicationBehindAnotherChange(t *testing.T) {
	ca := certstest.NewCA(authority)
	h := &hooked{Directory: ca, around: func(kind string, write func() error) error {
		if kind == "publish" {
			return edit(ca, func(e *template.Template) { e.MinimalKeySize = 1024 })
		}
		return write()
	}}
	done, err := template.Apply(t.Context(), h, desired())
	if !errors.Is(err, template.ErrUnknown) || !strings.Contains(err.Error(), "publish") {
		t.Errorf("got %v, want ErrUnknown for the publication", err)
	}
	if slices.ContainsFunc(done, func(c template.Change) bool { return c.Action == template.PublishTemplate }) {
		t.Errorf("done %v, although nothing was published", done)
	}
}

// edit changes CloudDPCert as another administrator does.
func edit(ca *certstest.CA, change func(*template.Template)) error {
	current, err := ca.Template(context.Background(), "CloudDPCert")
	if err != nil {
		return err
	}
	edited := current.Clone()
	change(&edited)
	return ca.PutTemplate(context.Background(), &current, edited)
}

// TestApplyEnds has somebody undo each write when the next is made.
func TestApplyEnds(t *testing.T) {
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	forget := func() {
		f := ca.Forest()
		f.OIDs = slices.DeleteFunc(f.OIDs, func(o template.ObjectIdentifier) bool { return o.DisplayName == "Cloud DP Cert" })
		ca.SetForest(f)
	}
	forget()
	h := &hooked{Directory: ca}
	h.around = func(kind string, write func() error) error {
		err := write()
		if kind == "template" {
			forget()
			return err
		}
		return errors.Join(err, edit(ca, func(e *template.Template) { e.MinimalKeySize = 1024 }))
	}
	done, err := template.Apply(t.Context(), h, desired())
	if !errors.Is(err, template.ErrConflict) || h.writes != 6 || len(done) != 6 {
		t.Errorf("got %v after %d writes and %d changes, want ErrConflict after three of each kind", err, h.writes, len(done))
	}
}

// TestApplyKeepsWhatOthersDoMeanwhile has another administrator grant something right before the write.
func TestApplyKeepsWhatOthersDoMeanwhile(t *testing.T) {
	for edits, want := range map[int]error{1: nil, 2: nil, 3: template.ErrConflict} {
		ca := certstest.NewCA(authority)
		if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
			t.Fatal(err)
		}
		auditors := ca.AddGroup("Auditors")
		left := edits
		h := &hooked{Directory: ca, around: func(_ string, write func() error) error {
			if left--; left < 0 {
				return write()
			}
			err := edit(ca, func(e *template.Template) {
				if e.MinorRevision++; e.Granted(auditors) == 0 {
					e.Access = append(e.Access, template.Access{SID: auditors, Rights: template.Read})
				}
			})
			if err != nil {
				return err
			}
			return write()
		}}
		longer := desired()
		longer.Template.MinimalKeySize = 4096
		done, err := template.Apply(t.Context(), h, longer)
		if !errors.Is(err, want) || (err == nil) != (len(done) == 1) {
			t.Errorf("%d edits: done %v, %v, want %v", edits, done, err, want)
		}
		after, err := ca.Template(t.Context(), "CloudDPCert")
		if err != nil || after.Granted(auditors) != template.Read || (after.MinimalKeySize == 4096) != (want == nil) {
			t.Errorf("%d edits: auditors have %s, and there are %d bits, %v", edits, after.Granted(auditors), after.MinimalKeySize, err)
		}
	}
}

// TestApplyAllotsAnotherObjectIdentifierAfterARace has somebody register the object identifier right before us.
func TestApplyAllotsAnotherObjectIdentifierAfterARace(t *testing.T) {
	ca := certstest.NewCA(authority)
	first := desired().Template.DeriveOID(ca.Forest().OID)
	h := &hooked{Directory: ca}
	h.around = func(kind string, write func() error) error {
		if kind == "oid" && h.writes == 1 {
			ca.PlantOID(template.ObjectIdentifier{OID: first, DisplayName: "Somebody Else's"}, 1)
		}
		return write()
	}
	done, err := template.Apply(t.Context(), h, desired())
	if err != nil || done[0].OID == first {
		t.Errorf("got %v, %v, want another object identifier than %s", done, err, first)
	}
}

// TestApplyBelievesARefusalAsTheContextEnds holds that what the directory said is not forgotten because the context ended
// at the same time.
func TestApplyBelievesARefusalAsTheContextEnds(t *testing.T) {
	for kind, first := range firstChanges {
		for _, refusal := range []error{
			template.ErrDenied, template.ErrConflict, template.ErrInvalid, template.ErrUnavailable, template.ErrNotFound,
			template.ErrForeign, template.ErrLimit, template.ErrUnsupported,
		} {
			ctx, cancel := context.WithCancel(t.Context())
			h := &hooked{Directory: certstest.NewCA(authority), around: func(k string, write func() error) error {
				if k != kind {
					return write()
				}
				cancel()
				return fmt.Errorf("the server said no: %w", refusal)
			}}
			_, err := template.Apply(ctx, h, desired())
			if !errors.Is(err, refusal) || errors.Is(err, template.ErrUnknown) || !strings.Contains(err.Error(), first) {
				t.Errorf("%s: got %v, want %v about %q and no doubt", kind, err, refusal, first)
			}
		}
	}
}
