package certs_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

const crlURL = "http://pki.contoso.com/ca.crl"

// crlWorld is a certificate, its issuer, and the list that the issuer publishes.
type crlWorld struct {
	bundle *certs.Bundle
	issuer *x509.Certificate
	key    crypto.Signer
	now    time.Time
}

func newCRLWorld(t testing.TB, key crypto.Signer) *crlWorld {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: "CRL CA"}, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		SubjectKeyId: []byte("ca"), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(10000 * time.Hour),
	}
	authority = create(t, authority, authority, key.Public(), key)
	leaf := &x509.Certificate{
		Subject: pkix.Name{CommonName: fqdn}, SerialNumber: big.NewInt(0x00C0FFEE), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * time.Hour),
		CRLDistributionPoints: []string{"ldap:///CN=CRL%20CA", crlURL},
	}
	leaf = create(t, leaf, authority, certstest.Key().Public(), key)
	bundle, err := certs.NewBundle(certstest.Key(), leaf, authority)
	if err != nil {
		t.Fatal(err)
	}
	return &crlWorld{bundle, authority, key, now}
}

// list returns the DER of the list, after change.
func (w *crlWorld) list(t testing.TB, change func(*x509.RevocationList)) []byte {
	t.Helper()
	l := &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: w.now.Add(-time.Hour), NextUpdate: w.now.Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(5), RevocationTime: w.now, ReasonCode: 1}},
	}
	if change != nil {
		change(l)
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, w.issuer, w.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (w *crlWorld) revoke(entry x509.RevocationListEntry) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		entry.SerialNumber = w.bundle.Leaf.SerialNumber
		entry.RevocationTime = w.now.Add(-time.Minute)
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, entry)
	}
}

func (w *crlWorld) look(der []byte) certs.Revocation {
	var checker certs.RevocationChecker
	return checker.CheckList(bytes.NewReader(der), w.bundle.Leaf, w.issuer, w.now)
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func extension(id asn1.ObjectIdentifier, critical bool, value []byte) pkix.Extension {
	return pkix.Extension{Id: id, Critical: critical, Value: value}
}

var (
	oidPoint   = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidDelta   = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidUnknown = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 4}
)

// pointNamed is the content of an issuing distribution point with one address.
func pointNamed(t testing.TB, url string) []byte {
	t.Helper()
	name := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(url)}
	full := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: marshal(t, name)}
	point := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: marshal(t, full)}
	return marshal(t, []asn1.RawValue{point})
}

// flagged is the content of an issuing distribution point with one flag.
func flagged(t testing.TB, tag int) []byte {
	t.Helper()
	return marshal(t, []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte{0xFF}}})
}

func TestListsAreRead(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	with := func(e pkix.Extension) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) { l.ExtraExtensions = append(l.ExtraExtensions, e) }
	}
	both := func(changes ...func(*x509.RevocationList)) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) {
			for _, change := range changes {
				change(l)
			}
		}
	}
	someReasons := marshal(t, []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 3, Bytes: []byte{6, 0x40}}})
	stale := func(l *x509.RevocationList) { l.NextUpdate = w.now.Add(-time.Second) }
	invalid := extension(asn1.ObjectIdentifier{2, 5, 29, 24}, false, marshal(t, asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte("20260101000000Z")}))
	for name, test := range map[string]struct {
		change func(*x509.RevocationList)
		status certs.RevocationStatus
		says   string // in the reason or in the evidence
	}{
		"good":                   {nil, certs.RevocationGood, ""},
		"empty":                  {func(l *x509.RevocationList) { l.RevokedCertificateEntries = nil }, certs.RevocationGood, ""},
		"revoked":                {w.revoke(x509.RevocationListEntry{}), certs.RevocationRevoked, "unspecified"},
		"compromised":            {w.revoke(x509.RevocationListEntry{ReasonCode: 1, ExtraExtensions: []pkix.Extension{invalid}}), certs.RevocationRevoked, "keyCompromise"},
		"on hold":                {w.revoke(x509.RevocationListEntry{ReasonCode: 6}), certs.RevocationRevoked, "certificateHold"},
		"odd reason":             {w.revoke(x509.RevocationListEntry{ReasonCode: 7}), certs.RevocationRevoked, "reason 7"},
		"removed":                {w.revoke(x509.RevocationListEntry{ReasonCode: 8}), certs.RevocationUnknown, "delta"},
		"stale":                  {stale, certs.RevocationStale, "was due"},
		"revoked in a stale one": {both(stale, w.revoke(x509.RevocationListEntry{})), certs.RevocationRevoked, "unspecified"},
		"from the future":        {func(l *x509.RevocationList) { l.ThisUpdate = w.now.Add(30 * time.Minute) }, certs.RevocationUnknown, "yet to come"},
		"delta":                  {with(extension(oidDelta, true, []byte{2, 1, 1})), certs.RevocationUnknown, "delta"},
		"revoked in a delta":     {both(with(extension(oidDelta, true, []byte{2, 1, 1})), w.revoke(x509.RevocationListEntry{})), certs.RevocationUnknown, "delta"},
		"indirect":               {with(extension(oidPoint, true, flagged(t, 4))), certs.RevocationUnknown, "indirect"},
		"users":                  {with(extension(oidPoint, true, flagged(t, 1))), certs.RevocationGood, ""},
		"authorities":            {with(extension(oidPoint, true, flagged(t, 2))), certs.RevocationUnknown, "authorities only"},
		"attributes":             {with(extension(oidPoint, true, flagged(t, 5))), certs.RevocationUnknown, "attribute"},
		"some reasons":           {with(extension(oidPoint, true, someReasons)), certs.RevocationUnknown, "some reasons"},
		"revoked, some reasons":  {both(with(extension(oidPoint, true, someReasons)), w.revoke(x509.RevocationListEntry{ReasonCode: 1})), certs.RevocationRevoked, "keyCompromise"},
		"this point":             {with(extension(oidPoint, true, pointNamed(t, crlURL))), certs.RevocationGood, ""},
		"another point":          {with(extension(oidPoint, true, pointNamed(t, crlURL+"2"))), certs.RevocationUnknown, "does not name"},
		"damaged point":          {with(extension(oidPoint, true, []byte{0x30, 5})), certs.RevocationUnknown, "DER"},
		"critical":               {with(extension(oidUnknown, true, []byte{5, 0})), certs.RevocationUnknown, "critical extension"},
		"not critical":           {with(extension(oidUnknown, false, []byte{5, 0})), certs.RevocationGood, ""},
		"critical in an entry": {func(l *x509.RevocationList) {
			l.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{extension(oidUnknown, true, []byte{5, 0})}
		}, certs.RevocationUnknown, "critical extension"},
		"of another authority in an entry": {func(l *x509.RevocationList) {
			l.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{extension(asn1.ObjectIdentifier{2, 5, 29, 29}, true, []byte{0x30, 0})}
		}, certs.RevocationUnknown, "indirect"},
	} {
		got := w.look(w.list(t, test.change))
		if got.Status != test.status {
			t.Errorf("%s: %v, want %v: %v", name, got.Status, test.status, got.Findings)
		}
		text := got.Reason
		for _, f := range got.Findings {
			text += f.Evidence
		}
		if !strings.Contains(text, test.says) || (got.Status == certs.RevocationGood) != (len(got.Findings) == 0) {
			t.Errorf("%s: %q with findings %v, want %q", name, got.Reason, got.Findings, test.says)
		}
	}
	if got := w.look(w.list(t, w.revoke(x509.RevocationListEntry{ExtraExtensions: []pkix.Extension{invalid}}))); got.InvalidSince.Year() != 2026 ||
		!got.Revoked.Equal(w.now.Add(-time.Minute)) || !got.NextUpdate.Equal(w.now.Add(time.Hour)) {
		t.Errorf("times: %+v", got)
	}
}

func TestListWithoutNextUpdateIsUnknown(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	for name, test := range map[string]struct {
		change func(*x509.RevocationList)
		want   certs.RevocationStatus
	}{"not listed": {nil, certs.RevocationUnknown}, "listed": {w.revoke(x509.RevocationListEntry{}), certs.RevocationRevoked}} {
		list, err := x509.ParseRevocationList(w.list(t, test.change))
		if err != nil {
			t.Fatal(err)
		}
		var signed asn1.RawValue
		if _, err := asn1.Unmarshal(list.RawTBSRevocationList, &signed); err != nil {
			t.Fatal(err)
		}
		signed.Bytes = bytes.Replace(signed.Bytes, marshal(t, list.NextUpdate), nil, 1)
		signed.FullBytes = nil
		if got := w.look(w.sign(t, marshal(t, signed))); got.Status != test.want || !got.NextUpdate.IsZero() || got.ThisUpdate.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The times of entries are read as the standard library reads them.
func TestTimesOfEntries(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	list, err := x509.ParseRevocationList(w.list(t, w.revoke(x509.RevocationListEntry{})))
	if err != nil {
		t.Fatal(err)
	}
	was := []byte(list.RevokedCertificateEntries[0].RevocationTime.UTC().Format("060102150405Z"))
	for _, text := range []string{
		"000101000000Z", "491231235959Z", "500101000000Z", "240229000000Z", "000229000000Z", "250228235959Z",
		"230229000000Z", "250230000000Z", "250431000000Z", "250132000000Z", "250100000000Z", "251301000000Z", "250001000000Z",
		"250101240000Z", "250101006000Z", "250101000060Z", "25010100000:Z", "2/0101000000Z", "250101000000z", "2501010000+01",
	} {
		der := w.sign(t, bytes.Replace(list.RawTBSRevocationList, was, []byte(text), 1))
		_, err := x509.ParseRevocationList(der)
		if got := w.look(der); (got.Status == certs.RevocationUnknown) != (err != nil) {
			t.Errorf("%s: %v, x509 says %v", text, got.Status, err)
		}
	}
}

func TestDamagedListsAreUnknown(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	good := w.list(t, nil)
	forged := bytes.Clone(good)
	forged[bytes.Index(forged, marshal(t, big.NewInt(5)))+2]++ // another serial number is revoked
	other := newCRLWorld(t, newECDSA(t))
	for name, der := range map[string][]byte{
		"nothing":  nil,
		"text":     []byte("<html>404</html>"),
		"half":     good[:len(good)/2],
		"longer":   append(bytes.Clone(good), 0),
		"forged":   forged,
		"PEM":      pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: good}),
		"another":  other.list(t, nil),
		"absurd":   {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xF0},
		"infinite": {0x30, 0x80, 0, 0},
	} {
		if got := w.look(der); got.Status != certs.RevocationUnknown || !slices.Equal(ids(got.Findings), []string{"cert.crl.unusable"}) {
			t.Errorf("%s: %v, %v", name, got.Status, got.Findings)
		}
	}
	var checker certs.RevocationChecker
	for name, pair := range map[string][2]*x509.Certificate{
		"no certificate": {nil, w.issuer}, "no issuer": {w.bundle.Leaf, nil}, "not the issuer": {w.bundle.Leaf, other.issuer},
		"another's certificate": {other.bundle.Leaf, w.issuer},
	} {
		if got := checker.CheckList(bytes.NewReader(good), pair[0], pair[1], w.now); got.Status != certs.RevocationUnknown || len(got.Findings) != 1 {
			t.Errorf("%s: %v, %v", name, got.Status, got.Findings)
		}
	}
	exactly, short := certs.RevocationChecker{MaxBytes: int64(len(good))}, certs.RevocationChecker{MaxBytes: int64(len(good)) - 1}
	if got := exactly.CheckList(bytes.NewReader(good), w.bundle.Leaf, w.issuer, w.now); got.Status != certs.RevocationGood {
		t.Errorf("as large as the limit: %v", got.Findings)
	}
	if got := short.CheckList(bytes.NewReader(good), w.bundle.Leaf, w.issuer, w.now); got.Status != certs.RevocationUnknown {
		t.Errorf("larger than the limit: %v", got.Status)
	}
}

func TestEverySignatureOfListsIsVerified(t *testing.T) {
	for _, algorithm := range []x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	} {
		w := newCRLWorld(t, certstest.Key())
		der := w.list(t, func(l *x509.RevocationList) { l.SignatureAlgorithm = algorithm })
		if got := w.look(der); got.Status != certs.RevocationGood {
			t.Errorf("%v: %v", algorithm, got.Findings)
		}
		der[len(der)-1] ^= 1
		if got := w.look(der); got.Status != certs.RevocationUnknown {
			t.Errorf("%v, damaged: %v", algorithm, got.Status)
		}
	}
	w := newCRLWorld(t, certstest.Key())
	old := w.list(t, nil)
	sha256, sha1 := marshal(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}), marshal(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5})
	if got := w.look(bytes.ReplaceAll(old, sha256, sha1)); got.Status != certs.RevocationUnknown || !strings.Contains(got.Findings[0].Evidence, "SHA-1") {
		t.Errorf("SHA-1: %v", got)
	}
	issuer := *w.issuer
	issuer.KeyUsage = x509.KeyUsageCertSign
	var checker certs.RevocationChecker
	if got := checker.CheckList(bytes.NewReader(old), w.bundle.Leaf, &issuer, w.now); got.Status != certs.RevocationUnknown {
		t.Errorf("an issuer that may not sign lists: %v", got)
	}
}

// published answers every address with what it is told.
type published func(*http.Request) (*http.Response, error)

func (p published) RoundTrip(r *http.Request) (*http.Response, error) { return p(r) }

func answer(status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}

func TestListsAreFetchedAsClientsDo(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	list := w.list(t, nil)
	redirect := func(to string) published {
		return func(r *http.Request) (*http.Response, error) {
			if r.URL.String() == to {
				return answer(http.StatusOK, list), nil
			}
			a := answer(http.StatusFound, nil)
			a.Header.Set("Location", to)
			return a, nil
		}
	}
	for name, test := range map[string]struct {
		transport published
		want      certs.RevocationStatus
		id        string
	}{
		"found":           {func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, list), nil }, certs.RevocationGood, ""},
		"not found":       {func(*http.Request) (*http.Response, error) { return answer(http.StatusNotFound, list), nil }, certs.RevocationUnknown, "cert.crl.reachable"},
		"broken off":      {func(*http.Request) (*http.Response, error) { return nil, io.ErrClosedPipe }, certs.RevocationUnknown, "cert.crl.reachable"},
		"a page":          {func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, []byte("<html>")), nil }, certs.RevocationUnknown, "cert.crl.unusable"},
		"redirect":        {redirect("http://other.contoso.com/ca.crl"), certs.RevocationGood, ""},
		"redirect to TLS": {redirect("https://pki.contoso.com/ca.crl"), certs.RevocationUnknown, "cert.crl.reachable"},
		"redirect file":   {redirect("file:///etc/passwd"), certs.RevocationUnknown, "cert.crl.reachable"},
		"circle":          {redirect(crlURL + "?"), certs.RevocationGood, ""},
		"too large": {func(*http.Request) (*http.Response, error) {
			a := answer(http.StatusOK, list)
			a.ContentLength = 1 << 40
			return a, nil
		}, certs.RevocationUnknown, "cert.crl.reachable"},
		"stops in the middle": {func(*http.Request) (*http.Response, error) {
			a := answer(http.StatusOK, nil)
			a.ContentLength, a.Body = -1, io.NopCloser(io.MultiReader(bytes.NewReader(list[:50]), brokenReader{}))
			return a, nil
		}, certs.RevocationUnknown, "cert.crl.reachable"},
	} {
		checker := &certs.RevocationChecker{Transport: test.transport}
		got, err := checker.Check(t.Context(), w.bundle, w.now)
		if err != nil || len(got) != 1 || got[0].Status != test.want || (test.id != "" && !slices.Equal(ids(got[0].Findings), []string{test.id})) {
			t.Errorf("%s: %+v, %v, want %v, %q", name, got, err, test.want, test.id)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestCertificateWithoutAListOnTheWeb(t *testing.T) {
	bundle := makeBundle(t, func(o *order) { o.CRLDistributionPoints = []string{"ldap:///CN=CA"} })
	var checker certs.RevocationChecker
	got, err := checker.Check(t.Context(), bundle, time.Now())
	if err != nil || len(got) != 1 || got[0].Status != certs.RevocationUnknown || !slices.Equal(ids(got[0].Findings), []string{"cert.crl.http"}) {
		t.Errorf("ldap alone: %+v, %v", got, err)
	}
	alone, err := certs.NewBundle(bundle.PrivateKey(), bundle.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	got, err = checker.Check(t.Context(), alone, time.Now())
	if err != nil || len(got) != 1 || !strings.Contains(got[0].Findings[0].Evidence, "not at hand") {
		t.Errorf("no issuer: %+v, %v", got, err)
	}
	_, err = checker.Check(t.Context(), &certs.Bundle{}, time.Now())
	wantCategory(t, "zero Bundle", err, certs.ErrInvalid)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = checker.Check(cancelled, bundle, time.Now())
	wantCategory(t, "cancelled", err, context.Canceled)
}

// The address is that of the loopback interface, by whatever name it is called.
func TestInsideAddressesAreRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") }))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1.2.3", "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1",
		"100.64.0.1", "[fe80::1]", "[fd00::1]", "224.0.0.1", "[ff02::1]", "255.255.255.255", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"[::127.0.0.1]", "198.18.0.1", "192.0.2.1", "[fec0::1]", "168.63.129.16", "[3fff::1]", "[5f00::1]", "[100:0:0:1::1]",
	} {
		wantRefused(t, certs.RevocationChecker{}, "http://"+host+port+"/ca.crl")
		if host != "localhost" { // what a name resolves to, the proxy knows alone
			wantRefused(t, certs.RevocationChecker{Transport: &http.Transport{Proxy: through(server.URL)}}, "http://"+host+"/ca.crl")
		}
	}
}

// through returns what sends every request to a proxy.
func through(proxy string) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
}

func wantRefused(t *testing.T, checker certs.RevocationChecker, list string) {
	t.Helper()
	bundle := makeBundle(t, func(o *order) { o.CRLDistributionPoints = []string{list} })
	got, err := checker.Check(t.Context(), bundle, time.Now())
	if err != nil || !slices.Equal(ids(got[0].Findings), []string{"cert.crl.reachable"}) ||
		!strings.Contains(got[0].Findings[0].Evidence, "not an address on the internet") {
		t.Errorf("%s: %+v, %v", list, got, err)
	}
}

func TestInsideAddressesCanBeAllowed(t *testing.T) {
	w := newCRLWorld(t, newECDSA(t))
	list := w.list(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(list) }))
	defer server.Close()
	leaf := *w.bundle.Leaf
	leaf.CRLDistributionPoints = []string{server.URL}
	w.bundle.Leaf = &leaf
	checker := &certs.RevocationChecker{AllowPrivate: true}
	if got, err := checker.Check(t.Context(), w.bundle, w.now); err != nil || got[0].Status != certs.RevocationGood {
		t.Errorf("%+v, %v", got, err)
	}
}

// sign makes a revocation list of its signed part.
func (w *crlWorld) sign(t testing.TB, signed []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(signed)
	signature, err := w.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	body := slices.Concat(signed, marshal(t, algorithm), marshal(t, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}))
	return marshal(t, asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: body})
}
