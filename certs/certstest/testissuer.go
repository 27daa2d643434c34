package certstest

import (
	"context"
	"errors"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// IssuerHarness is one fresh authority for one subtest of [TestIssuer]. What an authority cannot do stays empty, and
// the subtests that need it are left out.
type IssuerHarness struct {
	// Issuer is under test. It should implement [certs.Retriever] if it can leave a request pending.
	Issuer certs.Issuer
	// Template issues at once; empty for an authority without templates.
	Template string
	// Refused is a template that the authority refuses to the caller, for whatever reason.
	Refused string
	// NotPublished is a template that the authority does not issue, NoRight one on which the caller has no Enroll right,
	// and LongKey one that wants a longer key than 2048 bits. Each must be refused with its own code.
	NotPublished, NoRight, LongKey string
	// Pending is a template whose requests wait for a certificate manager.
	Pending string
	// Requests counts the requests that the authority has received, to see that each is sent once and none after the end
	// of a context.
	Requests func() int
	// Approve and Deny are what the certificate manager does with a pending request.
	Approve, Deny func(id string) error
	// Fail makes the next call return an error that matches [certs.ErrUnavailable].
	Fail func()
	// LoseAnswer makes the next call do its work and lose the answer.
	LoseAnswer func()
}

// TestIssuer holds an issuer to the contract of [certs.Issuer], and of [certs.Retriever] if it implements that.
func TestIssuer(t *testing.T, newHarness func(t *testing.T) IssuerHarness) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, IssuerHarness){
		"issues for the key of the request": testIssues,
		"refuses a damaged request":         testDamaged,
		"stops when the context is done":    testIssuerCancelled,
		"refuses with a reason":             testRefused,
		"says why it refuses":               testCodes,
		"serves many at once":               testConcurrent,
		"leaves pending, then issues":       testApproved,
		"leaves pending, then denies":       testDenied,
		"keeps pending requests apart":      testPendingApart,
		"knows no foreign id":               testForeignID,
		"says when it is not reached":       testUnavailable,
		"says when the answer was lost":     testLostAnswer,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHarness(t)) })
	}
}

// enroll enrolls for template and sees that one request was sent, no more.
func (h IssuerHarness) enroll(t *testing.T, template string) (*certs.Bundle, error) {
	t.Helper()
	return h.send(t, h.request(template))
}

// send enrolls with r and sees that one request was sent, no more.
func (h IssuerHarness) send(t *testing.T, r *certs.Request) (*certs.Bundle, error) {
	t.Helper()
	before := h.received()
	bundle, err := certs.Enroll(t.Context(), h.Issuer, r)
	sent := h.received() - before
	if h.Requests != nil && sent != 1 && (sent != 0 || !errors.Is(err, certs.ErrUnavailable)) {
		t.Errorf("the authority received %d requests for one, which ended in %v", sent, err)
	}
	return bundle, err
}

// received counts the requests that have reached the authority; 0 where nobody counts.
func (h IssuerHarness) received() int {
	if h.Requests == nil {
		return 0
	}
	return h.Requests()
}

func (h IssuerHarness) request(template string) *certs.Request {
	return &certs.Request{CommonName: "clouddp.contoso.com", Template: template, Key: Key()}
}

func testIssues(t *testing.T, h IssuerHarness) {
	t.Helper()
	bundle, err := h.enroll(t, h.Template)
	if err != nil {
		t.Fatalf("Enroll: %v", err)
	}
	wantFor(t, h.request(h.Template), bundle)
	if len(bundle.Chain) == 0 {
		t.Fatal("the answer holds no certificate of the issuer")
	}
	if err := bundle.Leaf.CheckSignatureFrom(bundle.Chain[0]); err != nil {
		t.Errorf("chain: %v", err)
	}
}

func testDamaged(t *testing.T, h IssuerHarness) {
	t.Helper()
	csr, err := h.request(h.Template).CSR()
	if err != nil {
		t.Fatal(err)
	}
	forged := append([]byte(nil), csr...)
	forged[len(forged)-1] ^= 1 // the signature no longer proves possession of the key
	for what, damaged := range map[string][]byte{"nothing": nil, "garbage": []byte("MII"), "half": csr[:len(csr)/2], "forged": forged} {
		_, err := h.Issuer.Issue(t.Context(), damaged, h.Template)
		if !errors.Is(err, certs.ErrDenied) && !errors.Is(err, certs.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrDenied or ErrInvalid", what, err)
		}
	}
}

func testIssuerCancelled(t *testing.T, h IssuerHarness) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	csr, err := h.request(h.Template).CSR()
	if err != nil {
		t.Fatal(err)
	}
	before := h.received()
	if _, err := h.Issuer.Issue(ctx, csr, h.Template); !errors.Is(err, context.Canceled) {
		t.Errorf("Issue: got %v, want context.Canceled", err)
	}
	if sent := h.received() - before; sent != 0 {
		t.Errorf("the authority received %d requests after the end of the context", sent)
	}
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	id := h.enrollPending(t, retriever, h.request(h.Pending))
	if _, err := retriever.Retrieve(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("Retrieve: got %v, want context.Canceled", err)
	}
}

func testRefused(t *testing.T, h IssuerHarness) {
	t.Helper()
	if h.Refused == "" {
		return
	}
	_, err := h.enroll(t, h.Refused)
	denied, ok := errors.AsType[*certs.DeniedError](err)
	if !ok || (denied.Code == 0 && denied.Reason == "") {
		t.Errorf("got %v, want a DeniedError with a code or a reason", err)
	}
}

func testCodes(t *testing.T, h IssuerHarness) {
	t.Helper()
	for _, refusal := range []struct {
		template string
		code     certs.HRESULT
	}{
		{h.NotPublished, certs.CodeNotPublished},
		{h.NoRight, certs.CodeTemplateDenied},
		{h.LongKey, certs.CodeKeyLength},
	} {
		if refusal.template == "" {
			continue
		}
		_, err := h.enroll(t, refusal.template)
		if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != refusal.code {
			t.Errorf("%s: got %v, want a DeniedError with %s", refusal.template, err, refusal.code)
		}
	}
}

// pends reports whether a request can be left pending.
func (h IssuerHarness) pends() bool { return h.Pending != "" && h.Approve != nil && h.Deny != nil }

// enrollPending sends a request that waits and returns its id.
func (h IssuerHarness) enrollPending(t *testing.T, retriever certs.Retriever, r *certs.Request) string {
	t.Helper()
	_, err := h.send(t, r)
	pending, isPending := errors.AsType[*certs.PendingError](err)
	if !isPending || pending.ID == "" {
		t.Fatalf("Enroll: got %v, want a PendingError with an id", err)
	}
	wantPending(t, retriever, pending.ID, r)
	return pending.ID
}

func wantPending(t *testing.T, retriever certs.Retriever, id string, r *certs.Request) {
	t.Helper()
	_, err := certs.Complete(t.Context(), retriever, id, r.Key)
	if again, _ := errors.AsType[*certs.PendingError](err); again == nil || again.ID != id {
		t.Fatalf("Complete before the decision: got %v, want a PendingError with id %s", err, id)
	}
}

func testApproved(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	id := h.enrollPending(t, retriever, h.request(h.Pending))
	if err := h.Approve(id); err != nil {
		t.Fatalf("Approve: %v", err)
	}
	for range 2 { // fetching does not use the request up
		bundle, err := certs.Complete(t.Context(), retriever, id, Key())
		if err != nil {
			t.Fatalf("Complete: %v", err)
		}
		wantFor(t, h.request(h.Pending), bundle)
	}
}

func testDenied(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	id := h.enrollPending(t, retriever, h.request(h.Pending))
	if err := h.Deny(id); err != nil {
		t.Fatalf("Deny: %v", err)
	}
	_, err := certs.Complete(t.Context(), retriever, id, Key())
	if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.ID != id {
		t.Errorf("Complete: got %v, want a DeniedError with id %s", err, id)
	}
}

func testForeignID(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok {
		return
	}
	foreign := []string{"", "0", "-1", "+1", "999999999", "no number", "1\r\nX"}
	if h.pends() {
		known := h.enrollPending(t, retriever, h.request(h.Pending))
		foreign = append(foreign, "+"+known, " "+known, known+" ")
	}
	for _, id := range foreign {
		if _, err := retriever.Retrieve(t.Context(), id); !errors.Is(err, certs.ErrNotFound) {
			t.Errorf("Retrieve(%q): got %v, want ErrNotFound", id, err)
		}
	}
}

func testUnavailable(t *testing.T, h IssuerHarness) {
	t.Helper()
	if h.Fail == nil {
		return
	}
	h.Fail()
	if _, err := h.enroll(t, h.Template); !errors.Is(err, certs.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if _, err := h.enroll(t, h.Template); err != nil {
		t.Errorf("the call after: %v", err)
	}
}

func testLostAnswer(t *testing.T, h IssuerHarness) {
	t.Helper()
	if h.LoseAnswer == nil {
		return
	}
	h.LoseAnswer()
	if _, err := h.enroll(t, h.Template); !errors.Is(err, certs.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
}
