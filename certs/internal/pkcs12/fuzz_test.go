package pkcs12

import (
	"errors"
	"testing"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// FuzzBags reads what lies behind MAC and encryption, where FuzzParsePFX of package certs never gets.
func FuzzBags(f *testing.F) {
	w := newWriter(f)
	certificates, keys := w.bags(f)
	nested := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(f, append(certificates, keys...)))}
	f.Add(marshal(f, certificates))
	f.Add(marshal(f, keys))
	f.Add(marshal(f, []safeBag{nested}))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Add(append([]byte{0x30, 0x80}, append(marshal(f, nested), 0, 0)...))
	f.Fuzz(func(t *testing.T, contents []byte) {
		coder := new(transcoder)
		bags, err := coder.bags(contents)
		if err != nil && !errors.Is(err, errs.ErrIntegrity) && !errors.Is(err, errs.ErrLimit) {
			t.Errorf("%v is of no category", err)
		}
		cheap := &budget{iterations: 1000, blocks: 3000, deadline: time.Now().Add(time.Minute)}
		o := &opener{File: &File{coder: coder}, budget: cheap}
		if o.planBags(bags) != nil {
			return
		}
		if content, err := o.content(&File{Parts: []Part{{Bags: bags}}}); err == nil && len(content.Keys)+len(content.Certificates) > len(bags) {
			t.Error("more came out than went in")
		}
	})
}
