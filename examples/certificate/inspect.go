package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// inspect shows what can be seen of a file without its password.
func inspect(_ context.Context, o options, p *printer) error {
	f, err := readFile(o.files[0])
	if err != nil {
		return err
	}
	if f.leaf != nil {
		showCertificate(f.leaf, p)
		return nil
	}
	info, err := certs.InspectPFX(f.content)
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	object := map[string]any{
		"kind": "pfx", "ber": info.BER, "mac": info.MAC, "encryption": info.Encryption, "iterations": info.Iterations,
		"keys": info.Keys, "keyName": info.KeyName, "provider": info.Provider, "importers": importers(info),
	}
	if p.json {
		p.say(object, "")
		return nil
	}
	for line := range strings.Lines(info.String()) {
		p.note("%s", cli.Clean(strings.TrimSuffix(line, "\n")))
	}
	return nil
}

// importers words what each importer makes of the file.
func importers(info *certs.PFXInfo) map[certs.Importer]string {
	verdicts := map[certs.Importer]string{}
	for _, row := range info.Imports {
		switch {
		case !row.Known:
			verdicts[row.Importer] = "unknown"
		case row.Opens:
			verdicts[row.Importer] = "opens"
		default:
			verdicts[row.Importer] = "refuses: " + row.Says
		}
	}
	return verdicts
}

func showCertificate(c *x509.Certificate, p *printer) {
	object := map[string]any{
		"kind": "cer", "subject": c.Subject.String(), "issuer": c.Issuer.String(), "dnsNames": c.DNSNames, "thumbprint": certs.ThumbprintOf(c),
		"notBefore": c.NotBefore.UTC(), "notAfter": c.NotAfter.UTC(),
		"key": c.PublicKeyAlgorithm.String(), "keyBits": keyBits(c), "signature": c.SignatureAlgorithm.String(),
	}
	p.say(object, "%s, for %s", c.Subject, strings.Join(c.DNSNames, ", "))
	p.note("issued by %s", cli.Clean(c.Issuer.String()))
	p.note("thumbprint %s", certs.ThumbprintOf(c))
	p.note("valid from %s to %s", c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly))
	p.note("%s key of %d bits, signed with %s", c.PublicKeyAlgorithm, keyBits(c), c.SignatureAlgorithm)
}

// keyBits is the length of the key, 0 of a kind that is not known.
func keyBits(c *x509.Certificate) int {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize
	case ed25519.PublicKey:
		return 8 * len(key)
	}
	return 0
}
