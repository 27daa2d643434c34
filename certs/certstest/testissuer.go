package certstest

import (
	"context"
	"errors"
	"sync"
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
	// Requests counts the requests that the authority has received, to see that none is sent twice.
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
	if h.Requests == nil {
		return certs.Enroll(t.Context(), h.Issuer, h.request(template))
	}
	before := h.Requests()
	bundle, err := certs.Enroll(t.Context(), h.Issuer, h.request(template))
	sent := h.Requests() - before
	if sent > 1 || (sent == 0 && !errors.Is(err, certs.ErrUnavailable)) {
		t.Errorf("the authority received %d requests for one, which ended in %v", sent, err)
	}
	return bundle, err
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
	if cn := bundle.Leaf.Subject.CommonName; cn != "clouddp.contoso.com" {
		t.Errorf("common name %q, want that of the request", cn)
	}
	if err := bundle.Leaf.VerifyHostname("clouddp.contoso.com"); err != nil {
		t.Errorf("DNS names: %v", err)
	}
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
	if _, err := h.Issuer.Issue(ctx, csr, h.Template); !errors.Is(err, context.Canceled) {
		t.Errorf("Issue: got %v, want context.Canceled", err)
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

func testConcurrent(t *testing.T, h IssuerHarness) {
	t.Helper()
	const callers = 8
	failures := make([]error, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { _, failures[i] = certs.Enroll(t.Context(), h.Issuer, h.request(h.Template)) })
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		t.Error(err)
	}
}

// pends reports whether a request can be left pending.
func (h IssuerHarness) pends() bool { return h.Pending != "" && h.Approve != nil && h.Deny != nil }

// enrollPending sends a request that waits and returns its id.
func enrollPending(t *testing.T, h IssuerHarness, retriever certs.Retriever) string {
	t.Helper()
	_, err := h.enroll(t, h.Pending)
	pending, isPending := errors.AsType[*certs.PendingError](err)
	if !isPending || pending.ID == "" {
		t.Fatalf("Enroll: got %v, want a PendingError with an id", err)
	}
	_, err = certs.Complete(t.Context(), retriever, pending.ID, Key())
	if again, _ := errors.AsType[*certs.PendingError](err); again == nil || again.ID != pending.ID {
		t.Fatalf("Complete before the decision: got %v, want a PendingError with id %s", err, pending.ID)
	}
	return pending.ID
}

func testApproved(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	id := enrollPending(t, h, retriever)
	if err := h.Approve(id); err != nil {
		t.Fatalf("Approve: %v", err)
	}
	for range 2 { // fetching does not use the request up
		bundle, err := certs.Complete(t.Context(), retriever, id, Key())
		if err != nil {
			t.Fatalf("Complete: %v", err)
		}
		if err := bundle.Leaf.VerifyHostname("clouddp.contoso.com"); err != nil {
			t.Errorf("DNS names: %v", err)
		}
	}
}

func testDenied(t *testing.T, h IssuerHarness) {
	t.Helper()
	retriever, ok := h.Issuer.(certs.Retriever)
	if !ok || !h.pends() {
		return
	}
	id := enrollPending(t, h, retriever)
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
	for _, id := range []string{"", "0", "-1", "999999999", "no number", "1\r\nX"} {
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
