package certstest

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// manyCallers is how many ask at once.
const manyCallers = 8

// callerKeys are one key for each of many callers, made once.
var callerKeys = sync.OnceValue(func() (keys [manyCallers]crypto.Signer) { //nolint:gochecknoglobals // written once
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() { keys[i] = must(certs.GenerateKey(2048)) })
	}
	group.Wait()
	return keys
})

// requestOf is what the caller with number i asks for, by a key and names of its own.
func (h IssuerHarness) requestOf(i int, template string) *certs.Request {
	return &certs.Request{CommonName: fmt.Sprintf("clouddp%d.contoso.com", i), Template: template, Key: callerKeys()[i]}
}

// wantFor sees that a certificate bears the names of r. That it is for the key of r has been seen by [certs.Enroll].
func wantFor(t *testing.T, r *certs.Request, bundle *certs.Bundle) {
	t.Helper()
	if cn := bundle.Leaf.Subject.CommonName; cn != r.CommonName {
		t.Errorf("common name %q, want that of the request, %q", cn, r.CommonName)
	}
	if names := bundle.Leaf.DNSNames; !slices.Equal(names, []string{r.CommonName}) {
		t.Errorf("DNS names %q, want that of the request, %q", names, r.CommonName)
	}
}

// testConcurrent wants of many callers that each gets its own certificate, for one request each.
func testConcurrent(t *testing.T, h IssuerHarness) {
	t.Helper()
	callerKeys() // not part of what happens at once
	before := h.received()
	var bundles [manyCallers]*certs.Bundle
	var failures [manyCallers]error
	var group sync.WaitGroup
	for i := range manyCallers {
		group.Go(func() { bundles[i], failures[i] = certs.Enroll(t.Context(), h.Issuer, h.requestOf(i, h.Template)) })
	}
	group.Wait()
	if err := errors.Join(failures[:]...); err != nil {
		t.Fatal(err)
	}
	if sent := h.received() - before; h.Requests != nil && sent != manyCallers {
		t.Errorf("the authority received %d requests for %d", sent, manyCallers)
	}
	serials := map[string]int{}
	for i, bundle := range bundles {
		wantFor(t, h.requestOf(i, h.Template), bundle)
		serial := bundle.Leaf.SerialNumber.String()
		if other, taken := serials[serial]; taken {
			t.Errorf("callers %d and %d got the same serial number", other, i)
		}
		serials[serial] = i
	}
}

// testPendingApart leaves two requests waiting, of which the second is decided first.
func testPendingApart(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	first, second := h.requestOf(0, h.Pending), h.requestOf(1, h.Pending)
	firstID := h.enrollPending(t, retriever, first)
	secondID := h.enrollPending(t, retriever, second)
	if firstID == secondID {
		t.Fatalf("both requests have id %s", firstID)
	}
	if err := h.Approve(secondID); err != nil {
		t.Fatalf("Approve: %v", err)
	}
	wantPending(t, retriever, firstID, first)
	bundle, err := certs.Complete(t.Context(), retriever, secondID, second.Key)
	if err != nil {
		t.Fatalf("Complete: %v", err)
	}
	wantFor(t, second, bundle)
}
