package certs

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
)

// goodPassword is how long, in characters, a password should be for a file that somebody may copy.
const goodPassword = 12

// password complains of the password that opened the file by what importers do with it, never showing anything of it.
func (c *pfxChecker) password(secret string) {
	const remedy = "choose a password of 12 or more printable ASCII characters"
	isASCII := !strings.ContainsFunc(secret, func(r rune) bool { return r > unicode.MaxASCII })
	switch {
	case secret == "":
		c.fail("password.empty", "the password is empty", remedy+": Azure wants one")
		return
	case strings.ContainsRune(secret, 0):
		c.fail("password.nul", "the password holds a NUL character", remedy+": programs in C stop reading at the NUL")
	case strings.ContainsFunc(secret, func(r rune) bool { return r > 0xFFFF }):
		c.fail("password.nonbmp", "the password holds a character beyond U+FFFF", remedy+": Java and most programs in Go refuse it")
	case !isASCII && slices.Contains(c.Importers, ImporterJava):
		c.fail("password.nonascii", "the password is not ASCII", remedy+": Java refuses it")
	case !isASCII:
		c.warn("password.nonascii", "the password is not ASCII", remedy+": some importers refuse it, Java among them")
	}
	if strings.ContainsFunc(secret, func(r rune) bool { return r != 0 && unicode.IsControl(r) }) {
		c.warn("password.control", "the password holds a line break, a tab or another control character",
			remedy+": prompts and password files cannot hold it")
	}
	if utf8.RuneCountInString(secret) < goodPassword {
		evidence := fmt.Sprintf("fewer than %d characters, with %d iterations against guessing", goodPassword, c.info.Iterations)
		c.warn("password.weak", evidence, remedy)
	}
}

// inside wants one key with its certificate, the chain in order, and the same certificate in the .cer file.
func (c *pfxChecker) inside(content *pkcs12.Content) {
	for _, key := range content.Keys {
		_, isRSA := key.Public().(*rsa.PublicKey)
		c.attributes(key.Name, Provider(key.Provider), isRSA)
		if _, isEdwards := key.Public().(ed25519.PublicKey); isEdwards {
			c.warn("key.type", "the key is Ed25519", "use an RSA key: NSS imports no other kind but ECDSA, Configuration Manager none")
		}
	}
	if keys := len(distinct(content.Keys)); keys != 1 {
		c.keyCount(fmt.Sprintf("%d private keys", keys))
	}
	if content.Unreadable != nil {
		c.fail("certificate", content.Unreadable.Error(), "have the certificate issued again: it breaks the rules of X.509")
	}
	bundle, err := bundleOf(content)
	if err != nil {
		_, several := errors.AsType[*KeyCountError](err)
		if !several && content.Unreadable == nil && len(content.Keys) > 0 {
			c.fail("key.match", evidence(err), "export certificate and key together")
		}
		return
	}
	c.chain(bundle, certificatesOf(content))
	if c.CER != nil {
		c.twoFiles(bundle)
	}
}

// chain compares the certificates of the file with the chain that can be made of them.
func (c *pfxChecker) chain(bundle *Bundle, inFile []*x509.Certificate) {
	issuers := slices.DeleteFunc(slices.Clone(inFile), bundle.Leaf.Equal)
	issuers = slices.CompactFunc(issuers, (*x509.Certificate).Equal)
	known := slices.DeleteFunc(slices.Clone(issuers), func(cert *x509.Certificate) bool {
		return !slices.ContainsFunc(bundle.Chain, cert.Equal)
	})
	switch {
	case len(known) < len(issuers):
		c.note("chain", fmt.Sprintf("%d certificates do not belong to the chain of %s", len(issuers)-len(known), bundle),
			"export the certificate that is meant alone, with its issuers")
	case !slices.EqualFunc(known, bundle.Chain, (*x509.Certificate).Equal):
		c.note("chain", "the issuers are not in order", "put the nearest first: some servers present them as they stand in the file")
	}
}

func (c *pfxChecker) twoFiles(bundle *Bundle) {
	const remedy = "export both files from the same certificate: what is signed with the one is verified with the other"
	leaf, err := ParseCER(c.CER)
	switch {
	case err != nil:
		c.fail("twofiles", "the .cer file "+evidence(err), remedy)
	case !leaf.Equal(bundle.Leaf):
		evidence := fmt.Sprintf("the .cer file holds %s, the .pfx file %s", ThumbprintOf(leaf), bundle.Thumbprint())
		c.fail("twofiles", evidence, remedy)
	}
}
