package certs_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

const leakPassword = "correct horse battery"

// holder keeps secrets where no method of theirs is called: in unexported fields.
type holder struct {
	bundle   *certs.Bundle
	value    certs.Bundle
	password certs.Password
	key      any
	Exported any
}

func TestNothingShowsASecret(t *testing.T) {
	service, _ := newService(t)
	password := certs.StaticPassword(leakPassword)
	tlsCertificate := service.TLS()
	options := &certs.PFXOptions{FriendlyName: "Cloud DP", Provider: certs.ProviderRSAAES, KeySpec: certs.KeyExchange}
	pfx, err := service.PFX(password, options)
	if err != nil {
		t.Fatal(err)
	}
	info, err := certs.InspectPFX(pfx)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := certs.ParsePFX(pfx, password)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{
		"bundle":         service,
		"bundle value":   *service,
		"TLS":            tlsCertificate,
		"TLS key":        tlsCertificate.PrivateKey,
		"password":       password,
		"local CA":       certs.LocalCA{Authority: service},
		"holder":         holder{service, *service, password, tlsCertificate.PrivateKey, tlsCertificate.PrivateKey},
		"holder pointer": &holder{service, *service, password, tlsCertificate.PrivateKey, password},
		"map":            map[string]any{"b": service, "k": tlsCertificate.PrivateKey, "p": password},
		"opened bundle":  opened,
		"pfx info":       info,
		"pfx options":    options,
		"pfx findings":   certs.CheckPFX(pfx, password, nil),
		"list":           struct{ r any }{[]any{service, password}},
		"request":        &certs.Request{CommonName: fqdn, Key: certstest.Key()},
		"request value":  certs.Request{CommonName: fqdn, Key: certstest.Key()},
		"options":        &certs.SelfSignedOptions{Key: certstest.Key()},
		"options value":  certs.SelfSignedOptions{Key: certstest.Key()},
	} {
		_, ownKey := keyOfCaller[name]
		for how, text := range renderings(value) {
			if how == "spew" && ownKey {
				continue // reflection reaches what a caller has put into an interface
			}
			if secret := firstSecret(text); secret != "" {
				t.Errorf("%s by %s shows the %s", name, how, secret)
			}
		}
	}
}

// keyOfCaller are the values that hold a key which this package has not sealed.
var keyOfCaller = map[string]bool{"request": true, "request value": true, "options": true, "options value": true}

// TestNothingShowsANewKey is for keys of this package's making: they are sealed from the first.
func TestNothingShowsANewKey(t *testing.T) {
	key, err := certs.GenerateKey(2048)
	if err != nil {
		t.Fatal(err)
	}
	service, err := certs.SelfSigned(fqdn, &certs.SelfSignedOptions{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	secret, ok := service.PrivateKey().(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("a key of type %T", service.PrivateKey())
	}
	for name, value := range map[string]any{
		"key": key, "request": &certs.Request{CommonName: fqdn, Key: key}, "options": certs.SelfSignedOptions{Key: key},
	} {
		for how, text := range renderings(value) {
			if shown := firstSecretOf(secret, text); shown != "" {
				t.Errorf("%s by %s shows the %s", name, how, shown)
			}
		}
	}
	for how, text := range map[string]string{"a request": fmt.Sprintf("%+v", &certs.Request{CommonName: fqdn, Key: key}), "JSON": renderings(&certs.Request{CommonName: fqdn, Key: key})["JSON"]} {
		if !strings.Contains(text, fqdn) || !strings.Contains(text, "[redacted]") {
			t.Errorf("%s shows nothing of use: %s", how, text)
		}
	}
}

// renderings shows value in every way in which values end up in logs, files and test failures.
func renderings(value any) map[string]string {
	all := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%p", "%t", "%e", "%T"} {
		all[verb] = fmt.Sprintf(verb, value)
	}
	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "value", value)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("x", "value", value)
	all["slog text"], all["slog JSON"] = text.String(), structured.String()
	if encoded, err := json.Marshal(value); err == nil {
		all["JSON"] = string(encoded)
	}
	var dump strings.Builder
	spew(&dump, reflect.ValueOf(value), 0)
	all["spew"] = dump.String()
	return all
}

// spew prints everything that reflection reaches, unexported fields included, as diffs of failed assertions do.
func spew(w *strings.Builder, v reflect.Value, depth int) {
	if depth > 12 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			spew(w, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			spew(w, field, depth+1)
		}
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(w, "%v %x ", v, v)
		for i := range min(v.Len(), 64) {
			spew(w, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			spew(w, v.MapIndex(key), depth+1)
		}
	default:
		fmt.Fprintf(w, "%v ", v)
	}
}

// firstSecret returns what of key and password is found in text, or "".
func firstSecret(text string) string {
	key, ok := certstest.Key().(*rsa.PrivateKey)
	if !ok {
		return "nothing: the key is no RSA key"
	}
	return firstSecretOf(key, text)
}

func firstSecretOf(key *rsa.PrivateKey, text string) string {
	lower := strings.ToLower(text)
	for name, secret := range map[string]string{
		"password":                leakPassword,
		"password, hexadecimal":   fmt.Sprintf("%x", leakPassword),
		"password, Base64":        base64.StdEncoding.EncodeToString([]byte(leakPassword)),
		"password, bytes":         strings.Trim(fmt.Sprintf("%d", []byte(leakPassword)), "[]"),
		"exponent":                key.D.String(),
		"exponent, hexadecimal":   fmt.Sprintf("%x", key.D),
		"exponent, Base64":        base64.StdEncoding.EncodeToString(key.D.Bytes()),
		"exponent, words":         strings.Trim(fmt.Sprint(key.D.Bits()), "[]"),
		"first prime":             key.Primes[0].String(),
		"first prime, words":      strings.Trim(fmt.Sprint(key.Primes[0].Bits()), "[]"),
		"second prime, hex words": fmt.Sprintf("%x", key.Primes[1]),
	} {
		if strings.Contains(lower, strings.ToLower(secret)) {
			return name
		}
	}
	return ""
}

// TestSecretsWouldBeFound proves that the test above can fail.
func TestSecretsWouldBeFound(t *testing.T) {
	key := certstest.Key()
	for how, text := range map[string]string{
		"%v":     fmt.Sprintf("%v", key),
		"%x":     fmt.Sprintf("%x", key),
		"JSON":   renderings(key)["JSON"],
		"spew":   renderings(struct{ k any }{key})["spew"],
		"string": renderings(struct{ p string }{leakPassword})["spew"],
	} {
		if firstSecret(text) == "" {
			t.Errorf("%s of a bare secret was not noticed", how)
		}
	}
}

func TestErrorsHideThePassword(t *testing.T) {
	service, _ := newService(t)
	pfx, err := service.PFX(certs.StaticPassword("other"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, wrong := certs.ParsePFX(pfx, certs.StaticPassword(leakPassword))
	_, refused := service.PFX(certs.StaticPassword(leakPassword+"\x00"), nil)
	for _, err := range []error{wrong, refused} {
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), leakPassword) {
			t.Errorf("got %v, want an error without the password", err)
		}
	}
}
