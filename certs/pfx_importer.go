package certs

import (
	"crypto"
	"slices"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
)

// Importer is software that .pfx files are opened with.
type Importer string

// The importers whose answers are known. Those that run on Linux are asked by the integration tests of this package.
const (
	ImporterWindows2019   Importer = "Windows Server 2019" // and Windows 10 1709, and later
	ImporterWindows2016   Importer = "Windows Server 2016" // and earlier
	ImporterAzure         Importer = "Azure cloud services"
	ImporterOpenSSL       Importer = "OpenSSL 3.0"
	ImporterOpenSSLLegacy Importer = "OpenSSL 3.0 -legacy"
	ImporterJava          Importer = "Java 17"
	ImporterNSS           Importer = "NSS"
	ImporterGnuTLS        Importer = "GnuTLS"
	ImporterNode          Importer = "Node.js"
)

// Import is what one importer makes of a file.
type Import struct {
	// Importer is the software asked about.
	Importer Importer
	// Known is false where nobody has documented what happens; Opens means nothing then.
	Known bool
	// Opens reports whether certificate and key are imported.
	Opens bool
	// Says is the beginning of the answer that a refusal reads, often "wrong password" in other words.
	Says string
	// Source is where the fact comes from.
	Source string
}

// traits are what importers stumble over, as far as it can be seen without the password.
type traits struct {
	ciphers  []pkcs12.Cipher
	pbes2    []pkcs12.Cipher // those of them that are used by PBES2
	mac      crypto.Hash     // 0 for none and for an unknown one
	pbmac1   bool
	noMAC    bool
	ber      bool
	openKey  bool // a key without encryption
	allKnown bool // no algorithm that this package does not know
	sha256   bool // no key derivation of PBES2 by another digest
}

func traitsOf(file *pkcs12.File) *traits {
	t := &traits{ber: file.BER, noMAC: file.MAC == nil, allKnown: true, sha256: true}
	for _, e := range file.Encryptions() {
		t.ciphers = append(t.ciphers, e.Cipher)
		if e.PBES2 {
			t.pbes2 = append(t.pbes2, e.Cipher)
			t.sha256 = t.sha256 && e.Digest == crypto.SHA256
		}
		t.allKnown = t.allKnown && e.Cipher != pkcs12.UnknownCipher
	}
	if m := file.MAC; m != nil {
		t.mac, t.pbmac1 = m.Digest, m.PBMAC1
		t.allKnown = t.allKnown && m.Digest != 0
	}
	for _, part := range file.Parts {
		for _, bag := range part.Bags {
			t.openKey = t.openKey || bag.IsKey && bag.Encryption == nil
		}
	}
	return t
}

func (t *traits) uses(any ...pkcs12.Cipher) bool {
	return slices.ContainsFunc(t.ciphers, func(c pkcs12.Cipher) bool { return slices.Contains(any, c) })
}

func (t *traits) usesPBES2(any ...pkcs12.Cipher) bool {
	return slices.ContainsFunc(t.pbes2, func(c pkcs12.Cipher) bool { return slices.Contains(any, c) })
}

func (t *traits) rc2() bool { return t.uses(pkcs12.RC2With40Bits, pkcs12.RC2With128Bits) }

func (t *traits) aes() bool { return t.uses(pkcs12.AES128, pkcs12.AES192, pkcs12.AES256) }

// encrypted reports whether something is, as far as can be seen.
func (t *traits) encrypted() bool { return len(t.ciphers) > 0 }

// old reports whether a file looks as Windows has always written it.
func (t *traits) old() bool {
	return t.plainMAC(crypto.SHA1) && len(t.pbes2) == 0 && !t.uses(pkcs12.RC2With128Bits, pkcs12.TripleDESWith2Keys)
}

// modern reports whether a file looks as Windows Server 2019 writes it with AES.
func (t *traits) modern() bool {
	only := !slices.ContainsFunc(t.ciphers, func(c pkcs12.Cipher) bool { return c != pkcs12.AES256 })
	return t.plainMAC(crypto.SHA256) && only && t.sha256
}

// plainMAC reports whether nothing but the encryption is left to stumble over.
func (t *traits) plainMAC(h crypto.Hash) bool {
	return t.mac == h && !t.pbmac1 && !t.ber && !t.openKey && t.allKnown && t.encrypted()
}

// refusal is a reason for which an importer does not open a file.
type refusal struct {
	applies bool
	says    string
}

const (
	sourceTested = "the integration tests of this package"
	sourceOld    = "acme.sh#6805, openssl#27035, ansible.windows#582, vcert#463"
	sourceNew    = "Microsoft, Export-PfxCertificate: TripleDES_SHA1 and AES256_SHA256"
	sourceAzure  = "reports of Azure Cloud Services and Container Apps refusing AES-256 with SHA-256"
	sourceThen   = "what the export wizard of that Windows writes: 3DES or RC2 with SHA-1; EJBCA, ejbca-ce#922"
	sourceNobody = "not documented"
)

// imports asks every importer.
func (t *traits) imports() []Import {
	return []Import{
		t.windows2019(),
		t.before(ImporterWindows2016, "The specified network password is not correct", sourceOld),
		t.before(ImporterAzure, "the password is incorrect", sourceAzure),
		t.openssl(ImporterOpenSSL, t.rc2()),
		t.openssl(ImporterOpenSSLLegacy, false),
		t.java(),
		t.nss(),
		t.gnutls(),
		t.node(),
	}
}

func (t *traits) windows2019() Import {
	opens := t.old() || t.modern()
	if !opens {
		return Import{Importer: ImporterWindows2019, Source: sourceNobody}
	}
	return Import{Importer: ImporterWindows2019, Known: true, Opens: true, Source: sourceNew}
}

// before is for what knows no AES in these files, and takes it for a wrong password.
func (t *traits) before(i Importer, says, source string) Import {
	switch {
	case t.aes():
		return Import{Importer: i, Known: true, Says: says, Source: source}
	case t.old():
		return Import{Importer: i, Known: true, Opens: true, Source: sourceThen}
	default:
		return Import{Importer: i, Source: sourceNobody}
	}
}

func (t *traits) openssl(i Importer, withoutCipher bool) Import {
	return t.tested(i,
		refusal{t.pbmac1, "Mac verify error: invalid password?"},
		refusal{withoutCipher, "Error outputting keys and certificates"})
}

func (t *traits) java() Import {
	return t.tested(ImporterJava,
		refusal{t.pbmac1, "Integrity check failed: java.security.NoSuchAlgorithmException"},
		refusal{t.usesPBES2(pkcs12.TripleDES, pkcs12.AES192), "PBE parameter parsing error"},
		refusal{t.uses(pkcs12.TripleDESWith2Keys), "keystore password was incorrect"},
		refusal{t.openKey, "nothing: the key is left out"})
}

func (t *traits) nss() Import {
	return t.tested(ImporterNSS,
		refusal{t.noMAC, "SEC_ERROR_BAD_DER"},
		refusal{t.pbmac1, "SEC_ERROR_BAD_PASSWORD"},
		refusal{t.uses(pkcs12.TripleDESWith2Keys), "SEC_ERROR_PKCS12_UNABLE_TO_IMPORT_KEY"})
}

func (t *traits) gnutls() Import {
	const says = "There were errors parsing the structure"
	return t.tested(ImporterGnuTLS, refusal{t.noMAC || t.pbmac1, says},
		refusal{t.uses(pkcs12.TripleDESWith2Keys, pkcs12.RC2With128Bits), says})
}

func (t *traits) node() Import {
	return t.tested(ImporterNode,
		refusal{t.pbmac1 || t.rc2(), "Unsupported PKCS12 PFX data"},
		refusal{t.noMAC && t.encrypted(), "mac absent"})
}

// tested is for an importer that was asked to open every algorithm, in PBES2 with keys derived by SHA-256.
func (t *traits) tested(i Importer, refusals ...refusal) Import {
	for _, r := range refusals {
		if r.applies {
			return Import{Importer: i, Known: true, Says: r.says, Source: sourceTested}
		}
	}
	if !t.allKnown || !t.sha256 {
		return Import{Importer: i, Source: sourceNobody}
	}
	return Import{Importer: i, Known: true, Opens: true, Source: sourceTested}
}
