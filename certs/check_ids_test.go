package certs_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

const plannedTemplate = "1.3.6.1.4.1.311.21.8.1.2.3"

// fromTemplate adds the extension that names a template.
func fromTemplate(t *testing.T, o *order, oid asn1.ObjectIdentifier) {
	t.Helper()
	value := marshal(t, struct {
		ID           asn1.ObjectIdentifier
		Major, Minor int
	}{oid, 100, 4})
	o.ExtraExtensions = append(o.ExtraExtensions, extension(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}, false, value))
}

// service checks a service certificate after change against d after what.
func service(t *testing.T, change func(*order), what func(*certs.Deployment)) []certs.Finding {
	t.Helper()
	bundle := makeBundle(t, func(o *order) {
		fromTemplate(t, o, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 8, 1, 2, 3})
		o.NotAfter = o.NotBefore.Add(47 * 24 * time.Hour) // what every public authority may issue
		if change != nil {
			change(o)
		}
	})
	d := &certs.Deployment{FQDN: fqdn, TemplateOID: plannedTemplate, PublicAuthority: true, Roots: x509.NewCertPool()}
	for _, issuer := range bundle.Chain {
		d.Roots.AddCert(issuer)
	}
	if what != nil {
		what(d)
	}
	return d.CheckService(bundle, time.Now())
}

// spoiled checks a service certificate, a field of which says what no authority signs.
func spoiled(t *testing.T, spoil func(*x509.Certificate)) []certs.Finding {
	t.Helper()
	bundle := makeBundle(t, nil)
	leaf := *bundle.Leaf
	spoil(&leaf)
	bundle.Leaf = &leaf
	return certs.CheckService(bundle, fqdn, time.Now())
}

// management checks a self-signed management certificate after change.
func management(t *testing.T, change func(*order), what func(*certs.Deployment)) []certs.Finding {
	t.Helper()
	bundle := makeBundle(t, func(o *order) {
		o.signer, o.parents = nil, nil
		o.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		if change != nil {
			change(o)
		}
	})
	d := &certs.Deployment{SiteVersion: 1810, Uploaded: []certs.Thumbprint{bundle.Thumbprint()}}
	if what != nil {
		what(d)
	}
	return d.CheckManagement(bundle, time.Now())
}

// revocation looks a certificate up in the list of its issuer after change; nil means that no list is found.
func revocation(t *testing.T, change func(*crlWorld, *x509.RevocationList)) []certs.Finding {
	t.Helper()
	w := newCRLWorld(t, newECDSA(t))
	checker := &certs.RevocationChecker{Transport: published(func(r *http.Request) (*http.Response, error) {
		if change == nil || r.URL.Path == "/none.crl" {
			return answer(http.StatusNotFound, nil), nil
		}
		return answer(http.StatusOK, w.list(t, func(l *x509.RevocationList) { change(w, l) })), nil
	})}
	got, err := checker.Check(t.Context(), w.bundle, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return got[0].Findings
}

// renewal checks a renewed certificate after change.
func renewal(t *testing.T, change func(*order)) []certs.Finding {
	t.Helper()
	return certs.CheckRenewal(makeBundle(t, nil).Leaf, makeBundle(t, func(o *order) {
		o.NotAfter = time.Now().Add(400 * 24 * time.Hour)
		if change != nil {
			change(o)
		}
	}))
}

// asked checks a request after change.
func asked(change func(*certs.Request)) []certs.Finding {
	r := &certs.Request{CommonName: fqdn, Template: "CloudDPCert", Key: certstest.Key()}
	if change != nil {
		change(r)
	}
	return r.Check()
}

// TestNothingIsFoundWhereNothingIsWrong is the case that does not trigger, for every finding.
func TestNothingIsFoundWhereNothingIsWrong(t *testing.T) {
	own, err := certs.SelfSigned("Contoso management", &certs.SelfSignedOptions{Key: newECDSA(t)})
	if err != nil {
		t.Fatal(err)
	}
	for what, findings := range map[string][]certs.Finding{
		"service":     service(t, nil, nil),
		"management":  management(t, nil, nil),
		"revocation":  revocation(t, func(*crlWorld, *x509.RevocationList) {}),
		"renewal":     renewal(t, nil),
		"request":     asked(nil),
		"shared role": certs.SharedRole(own, makeBundle(t, nil)),
	} {
		if len(findings) != 0 {
			t.Errorf("%s: %v", what, findings)
		}
	}
}

func extKeyUsage(usages ...x509.ExtKeyUsage) func(*order) {
	return func(o *order) { o.ExtKeyUsage = usages }
}

// triggers has, for every finding, a case that triggers it, and its severity.
func triggers(t *testing.T) map[string]struct {
	findings []certs.Finding
	severity slog.Level
} {
	t.Helper()
	const fails, warns, tells = slog.LevelError, slog.LevelWarn, slog.LevelInfo
	now := time.Now()
	swapped := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	swapped.Leaf = makeBundle(t, nil).Leaf
	both := makeBundle(t, nil)
	underSub := makeBundle(t, nil)
	underSub.Chain = nil
	unordered := makeBundle(t, nil)
	unordered.Chain = append(makeBundle(t, func(o *order) { o.Subject.CommonName = "x.contoso.com" }).Chain, unordered.Chain...)
	unordered.Chain[0] = both.Leaf
	return map[string]struct {
		findings []certs.Finding
		severity slog.Level
	}{
		"cert.present":          {certs.CheckService(nil, fqdn, now), fails},
		"cert.key.present":      {certs.CheckService(&certs.Bundle{Leaf: both.Leaf, Chain: both.Chain}, fqdn, now), tells},
		"cert.key.match":        {certs.CheckService(swapped, fqdn, now), fails},
		"cert.key.exportable":   {service(t, func(o *order) { o.key = tokenKey{o.key} }, nil), fails},
		"cert.key.type":         {service(t, func(o *order) { o.key = newECDSA(t) }, nil), fails},
		"cert.key.size":         {service(t, func(o *order) { o.key = sizedKey{bits: 1024} }, nil), fails},
		"cert.sig.sha1":         {spoiled(t, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }), fails},
		"cert.sig.md5":          {spoiled(t, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.MD5WithRSA }), fails},
		"cert.sig.pss":          {spoiled(t, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA256WithRSAPSS }), warns},
		"cert.eku.serverauth":   {service(t, extKeyUsage(x509.ExtKeyUsageClientAuth), nil), fails},
		"cert.ku":               {service(t, func(o *order) { o.KeyUsage = x509.KeyUsageDigitalSignature }, nil), warns},
		"cert.cn.present":       {service(t, func(o *order) { o.Subject = pkix.Name{Organization: []string{"Contoso"}} }, nil), fails},
		"cert.cn.fqdn":          {service(t, func(o *order) { o.Subject.CommonName = "clouddp" }, nil), fails},
		"cert.cn.matches":       {service(t, nil, func(d *certs.Deployment) { d.FQDN = "other.contoso.com" }), fails},
		"cert.san.dns":          {service(t, func(o *order) { o.DNSNames = nil }, nil), fails},
		"cert.san.multi":        {service(t, func(o *order) { o.DNSNames = append(o.DNSNames, "x.contoso.com") }, nil), tells},
		"cert.name.prefix":      {service(t, rename("cloud-dp.contoso.com"), func(d *certs.Deployment) { d.FQDN = "" }), fails},
		"cert.name.azuredomain": {service(t, rename("clouddp.westeurope.cloudapp.azure.com"), func(d *certs.Deployment) { d.FQDN = "" }), fails},
		"cert.wildcard":         {service(t, rename("*.contoso.com"), nil), warns},
		"cert.validity":         {service(t, func(o *order) { o.NotAfter = now.Add(-time.Minute) }, nil), fails},
		"cert.serial.negative":  {spoiled(t, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(-1) }), fails},
		"cert.template":         {service(t, nil, func(d *certs.Deployment) { d.TemplateOID = "1.2.3" }), warns},
		"cert.chain.complete":   {certs.CheckService(underSub, fqdn, now), warns},
		"cert.chain.order":      {certs.CheckService(unordered, fqdn, now), warns},
		"cert.chain.root":       {service(t, withoutRoot(t), nil), tells},
		"cert.chain.trust":      {service(t, nil, func(d *certs.Deployment) { d.Roots = x509.NewCertPool() }), warns},
		"cert.crl.http":         {service(t, func(o *order) { o.CRLDistributionPoints = []string{"ldap:///CN=CA"} }, nil), warns},
		"cert.crl.reachable":    {revocation(t, nil), warns},
		"cert.crl.unusable":     {revocation(t, func(w *crlWorld, l *x509.RevocationList) { l.ThisUpdate = w.now.Add(time.Hour) }), warns},
		"cert.crl.stale":        {revocation(t, func(w *crlWorld, l *x509.RevocationList) { l.NextUpdate = w.now.Add(-time.Minute) }), warns},
		"cert.crl.delta":        {revocation(t, func(_ *crlWorld, l *x509.RevocationList) { freshest(t, "http://pki.contoso.com/none.crl")(l) }), warns},
		"cert.crl.revoked":      {revocation(t, func(w *crlWorld, l *x509.RevocationList) { w.revoke(x509.RevocationListEntry{})(l) }), fails},
		"cert.aia":              {service(t, func(o *order) { o.IssuingCertificateURL = nil }, nil), tells},
		"cert.ca.flag":          {service(t, func(o *order) { o.IsCA = true }, nil), fails},
		"cert.shared-role":      {certs.SharedRole(both, both), warns},

		"mgmt.present":        {certs.CheckManagement(nil, now), fails},
		"mgmt.key.present":    {certs.CheckManagement(&certs.Bundle{Leaf: both.Leaf}, now), tells},
		"mgmt.key.match":      {certs.CheckManagement(swapped, now), fails},
		"mgmt.key.type":       {management(t, func(o *order) { o.key = newECDSA(t) }, nil), fails},
		"mgmt.key.size":       {certs.CheckManagement(makeBundle(t, func(o *order) { o.key = sizedKey{bits: 3072} }), now), warns},
		"mgmt.sig.sha1":       {managementSpoiled(t, x509.SHA1WithRSA), fails},
		"mgmt.sig.md5":        {managementSpoiled(t, x509.MD5WithRSA), fails},
		"mgmt.sig.pss":        {managementSpoiled(t, x509.SHA512WithRSAPSS), warns},
		"mgmt.ku":             {management(t, func(o *order) { o.KeyUsage = x509.KeyUsageDigitalSignature }, nil), warns},
		"mgmt.eku.clientauth": {management(t, extKeyUsage(x509.ExtKeyUsageServerAuth), nil), tells},
		"mgmt.validity":       {management(t, func(o *order) { o.NotAfter = now.Add(time.Hour) }, nil), warns},
		"mgmt.serial.negative": {func() []certs.Finding {
			bundle := makeBundle(t, nil)
			leaf := *bundle.Leaf
			leaf.SerialNumber = new(big.Int)
			bundle.Leaf = &leaf
			return certs.CheckManagement(bundle, now)
		}(), fails},
		"mgmt.unneeded": {management(t, nil, func(d *certs.Deployment) { d.ResourceManager = true }), tells},
		"mgmt.classic":  {management(t, nil, func(d *certs.Deployment) { d.SiteVersion = 1902 }), fails},
		"mgmt.uploaded": {management(t, nil, func(d *certs.Deployment) { d.Uploaded = []certs.Thumbprint{} }), fails},
		"mgmt.limit":    {management(t, nil, func(d *certs.Deployment) { d.Uploaded = append(d.Uploaded, make([]certs.Thumbprint, 99)...) }), warns},

		"renewal.present": {certs.CheckRenewal(both.Leaf, nil), fails},
		"renewal.old":     {certs.CheckRenewal(nil, both), fails},
		"renewal.cn":      {renewal(t, func(o *order) { o.Subject.CommonName = "CloudDP.contoso.com" }), fails},
		"renewal.san":     {renewal(t, func(o *order) { o.DNSNames = []string{"x.contoso.com"} }), warns},
		"renewal.expiry":  {renewal(t, func(o *order) { o.NotAfter = now.Add(time.Hour) }), warns},

		"request.invalid":        {asked(func(r *certs.Request) { r.CommonName = "clouddp" }), fails},
		"request.key.type":       {asked(func(r *certs.Request) { r.Key = newECDSA(t) }), warns},
		"request.key.size":       {asked(func(r *certs.Request) { r.Key = sizedKey{bits: 3072} }), warns},
		"request.key.exportable": {asked(func(r *certs.Request) { r.Key = tokenKey{r.Key} }), warns},
		"request.name.prefix":    {asked(func(r *certs.Request) { r.CommonName = "cloud-dp.contoso.com" }), warns},
		"request.wildcard":       {asked(func(r *certs.Request) { r.CommonName = "*.contoso.com" }), warns},
		"request.template":       {asked(func(r *certs.Request) { r.Template = "" }), tells},
	}
}

// withoutRoot puts an authority between the service and a root that is not in the bundle.
func withoutRoot(t *testing.T) func(*order) {
	t.Helper()
	return func(o *order) {
		rootKey := newECDSA(t)
		root := *o.parents[0]
		root.Subject, root.RawSubject, root.PublicKey = pkix.Name{CommonName: "Root CA"}, nil, nil
		issuer := *o.parents[0]
		issuer.SubjectKeyId, issuer.AuthorityKeyId = nil, nil
		made := create(t, &root, &root, rootKey.Public(), rootKey)
		o.parents = []*x509.Certificate{create(t, &issuer, made, o.signer.Public(), rootKey)}
	}
}

func managementSpoiled(t *testing.T, algorithm x509.SignatureAlgorithm) []certs.Finding {
	t.Helper()
	bundle := makeBundle(t, nil)
	leaf := *bundle.Leaf
	leaf.SignatureAlgorithm = algorithm
	bundle.Leaf = &leaf
	return certs.CheckManagement(bundle, time.Now())
}

func TestEveryFindingIsTriggered(t *testing.T) {
	all := triggers(t)
	for id, test := range all {
		i := slices.IndexFunc(test.findings, func(f certs.Finding) bool { return f.ID == id })
		if i < 0 {
			t.Errorf("%s: got %v", id, ids(test.findings))
			continue
		}
		if f := test.findings[i]; f.Severity != test.severity || f.Subject == "" || f.Evidence == "" || f.Remedy == "" {
			t.Errorf("%s: %+v, want severity %v and no empty field", id, f, test.severity)
		}
	}
	source := idsInSource(t, roles)
	if missing := difference(source, all); len(missing) > 0 {
		t.Errorf("no case triggers %q", missing)
	}
	for id := range all {
		if !source[id] {
			t.Errorf("%s is not in the source", id)
		}
	}
}

func difference[V any](want map[string]bool, got map[string]V) []string {
	var missing []string
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[id]; !ok {
			missing = append(missing, id)
		}
	}
	return missing
}

// roles says in which roles the findings of a file appear; files of others are those of the PKCS #12 checks.
var roles = map[string][]string{
	"checker.go": {"cert", "mgmt"}, "check_service.go": {"cert"}, "check_chain.go": {"cert"}, "revocation.go": {"cert"}, "revocation_delta.go": {"cert"},
	"check_management.go": {"mgmt"}, "check_renewal.go": {"renewal"}, "check_request.go": {"request"},
}

// idsInSource finds the identifiers in the source: the arguments of the methods of checker, and the first element of a
// Finding.
func idsInSource(t *testing.T, roles map[string][]string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for name, prefixes := range roles {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, id := range idsAt(n) {
				if strings.Contains(id, "-") || strings.HasPrefix(id, "request.") { // written out
					found[id] = true
					continue
				}
				for _, role := range rolesOf(id, prefixes) {
					found[role+"."+id] = true
				}
			}
			return true
		})
	}
	return found
}

// rolesOf spreads what checker.go and the shared check of serial numbers find over every role that calls them.
func rolesOf(id string, prefixes []string) []string {
	switch id {
	case "present":
		return []string{"cert", "mgmt", "renewal"}
	case "serial.negative":
		return []string{"cert", "mgmt"}
	}
	return prefixes
}

func idsAt(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		method, ok := n.Fun.(*ast.SelectorExpr)
		position := map[string]int{"fail": 0, "warn": 0, "info": 0, "note": 0, "add": 1, "addAbout": 2}
		if i, isCheck := position[nameOf(method, ok)]; isCheck && i < len(n.Args) {
			return literal(n.Args[i])
		}
	case *ast.CompositeLit:
		if name, ok := n.Type.(*ast.Ident); ok && name.Name == "Finding" && len(n.Elts) > 0 {
			return literal(n.Elts[0])
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "ID" {
			return literal(n.Value)
		}
	}
	return nil
}

func nameOf(method *ast.SelectorExpr, ok bool) string {
	if !ok {
		return ""
	}
	return method.Sel.Name
}

func literal(e ast.Expr) []string {
	text, ok := e.(*ast.BasicLit)
	if !ok || text.Kind != token.STRING {
		return nil
	}
	id, err := strconv.Unquote(text.Value)
	if err != nil {
		return nil
	}
	return []string{id}
}

// No file may hide findings from the test above.
func TestFindingsAreMadeInKnownFiles(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if roles[name] != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "pfx") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sign := range []string{".warn(", ".fail(", ".info(", ".add(slog.", "Finding{{"} {
			if bytes.Contains(source, []byte(sign)) {
				t.Errorf("%s makes findings (%s) and is not among the roles", name, sign)
			}
		}
	}
}

func TestNothingIsKnown(t *testing.T) {
	var d *certs.Deployment
	good := makeBundle(t, nil)
	if got := append(d.CheckService(good, time.Now()), d.CheckManagement(good, time.Now())...); !slices.Equal(ids(got), []string{"mgmt.eku.clientauth"}) {
		t.Errorf("got %v", got)
	}
}

func TestNegativeSerialIsSeenWhenTheFileIsRead(t *testing.T) {
	der := bytes.Clone(makeBundle(t, func(o *order) { o.SerialNumber = big.NewInt(0x4711) }).Leaf.Raw)
	at := bytes.Index(der, []byte{2, 2, 0x47, 0x11})
	der[at+2] = 0x80
	_, err := certs.ParseCER(der)
	wantCategory(t, "ParseCER", err, certs.ErrInvalid)
	if err == nil || !strings.Contains(err.Error(), "negative serial number") {
		t.Errorf("got %v", err)
	}
}
