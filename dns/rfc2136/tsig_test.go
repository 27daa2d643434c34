package rfc2136_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/rfc2136"
)

func TestSecretsPrintAsNothing(t *testing.T) {
	signer := rfc2136.TSIG{Name: keyName, Secret: rfc2136.StaticSecret([]byte("hunter2"))}
	session, err := signer.Session(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(signer)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("key", "secret", signer.Secret, "key", signer)
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s", signer, signer, signer, signer.Secret), fmt.Sprintf("%v %+v", session, session),
		string(encoded), logged.String(),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "104 117 110") {
			t.Errorf("the secret is in %s", text)
		}
	}
	if !strings.Contains(string(encoded), "[redacted]") || !strings.Contains(logged.String(), "[redacted]") {
		t.Errorf("no placeholder in %s, %s", encoded, logged.String())
	}
}

func TestUnusableKeys(t *testing.T) {
	good := rfc2136.StaticSecret([]byte("x"))
	for problem, key := range map[string]rfc2136.TSIG{
		"Name":      {Secret: good},
		"Algorithm": {Name: "k", Algorithm: "hmac-md5", Secret: good},
		"is nil":    {Name: "k"},
		"is empty":  {Name: "k", Secret: rfc2136.StaticSecret(nil)},
	} {
		_, err := key.Session(t.Context(), "")
		if !errors.Is(err, dns.ErrInvalid) || !strings.Contains(err.Error(), problem) {
			t.Errorf("got %v, want a problem with %q", err, problem)
		}
	}
	bad := rfc2136.TSIG{Name: "k", Secret: rfc2136.Base64Secret("hunter2!")}
	if _, err := bad.Session(t.Context(), ""); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("no base64: got %v", err)
	}
}

func TestBase64Secret(t *testing.T) {
	secret, err := rfc2136.Base64Secret("aHVudGVyMg==")()
	if err != nil || string(secret) != "hunter2" {
		t.Errorf("got %q, %v", secret, err)
	}
}

// TestSessionSigns compares with the HMAC of RFC 4231, section 4.3.
func TestSessionSigns(t *testing.T) {
	key := rfc2136.TSIG{Name: "K.", Secret: rfc2136.StaticSecret([]byte("Jefe"))}
	session, err := key.Session(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("what do ya want for nothing?")
	mac, err := session.Sign(data)
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if err != nil || fmt.Sprintf("%x", mac) != want || session.KeyName() != "k." || session.Algorithm() != "hmac-sha256." {
		t.Errorf("got %x, %v for %s %s", mac, err, session.KeyName(), session.Algorithm())
	}
	if err := session.Verify(data, mac); err != nil {
		t.Error(err)
	}
	mac[3]++
	if session.Verify(data, mac) == nil || session.Verify(data, mac[:8]) == nil || session.Verify(data, nil) == nil {
		t.Error("a wrong MAC is accepted")
	}
}
