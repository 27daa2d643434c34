package certs

import (
	"cmp"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
)

// CheckPFXOptions adjusts [CheckPFX]; nil or the zero value means every default.
type CheckPFXOptions struct {
	// Name is the subject of the findings, such as a file name; empty means "pfx file".
	Name string
	// Importers must open the file; nil means those a cloud distribution point meets: [ImporterWindows2019],
	// [ImporterWindows2016] and [ImporterAzure].
	Importers []Importer
	// FileMode is that of the file on disk; 0 is not looked at. On Windows it says nothing: leave it 0.
	FileMode fs.FileMode
	// CER is the .cer file that was exported beside the .pfx file; nil is not looked at.
	CER []byte
}

const (
	// goodPassword is how long, in characters, a password should be for a file that somebody may copy.
	goodPassword = 12
	// What .NET 9 takes by default (Pkcs12LoaderLimits.Defaults): iterations of one derivation, and of all.
	dotNetIterations, dotNetTotal = 300_000, 1_000_000
)

// CheckPFX looks for what will go wrong with a .pfx file: importers that refuse it, a password that some of them do not
// take, attributes that lead Windows astray, a file that others can read. What needs the password is left out if it is
// nil. The IDs of the findings begin with "pfx."; a file that cannot be opened is one of them, "pfx.open".
func CheckPFX(pfx []byte, password Password, o *CheckPFXOptions) []Finding {
	c := &pfxChecker{}
	if o != nil {
		c.CheckPFXOptions = *o
	}
	if c.Importers == nil {
		c.Importers = []Importer{ImporterWindows2019, ImporterWindows2016, ImporterAzure}
	}
	c.permissions()
	file, err := parsePFX("certs: check pfx", pfx)
	if err != nil {
		c.unopened(err)
		return c.findings
	}
	c.info = infoOf(file)
	c.profile()
	c.iterations()
	if password == nil {
		c.ber(c.info.BER)
		c.visibleKeys()
		return c.findings
	}
	c.inside(file, password)
	return c.findings
}

// pfxChecker gathers findings about one file.
type pfxChecker struct {
	CheckPFXOptions

	info     *PFXInfo
	findings []Finding
}

func (c *pfxChecker) add(severity slog.Level, id, evidence, remedy string) {
	c.findings = append(c.findings, Finding{"pfx." + id, severity, cmp.Or(c.Name, "pfx file"), evidence, remedy})
}

func (c *pfxChecker) fail(id, evidence, remedy string) { c.add(slog.LevelError, id, evidence, remedy) }

func (c *pfxChecker) warn(id, evidence, remedy string) { c.add(slog.LevelWarn, id, evidence, remedy) }

func (c *pfxChecker) note(id, evidence, remedy string) { c.add(slog.LevelInfo, id, evidence, remedy) }

func (c *pfxChecker) unopened(err error) {
	c.fail("open", err.Error(), "check the password, or export the file again")
}

func (c *pfxChecker) permissions() {
	if mode := c.FileMode.Perm(); mode&^0o600 != 0 {
		c.warn("fileperm", fmt.Sprintf("mode %04o", mode), "let the owner alone read it: mode 0600")
	}
}

// profile compares the algorithms with what the importers open.
func (c *pfxChecker) profile() {
	const remedy = "export it again with the profile windows-legacy, which every importer opens"
	made := fmt.Sprintf("encryption: %s; MAC: %s", orNone(strings.Join(c.info.Encryption, ", ")), orNone(c.info.MAC))
	for _, importer := range c.Importers {
		switch row := c.info.importBy(importer); {
		case !row.Known:
			c.warn("profile", fmt.Sprintf("%s; %s", row, made), remedy)
		case !row.Opens:
			c.fail("profile", fmt.Sprintf("%s; %s", row, made), remedy)
		}
	}
}

func (c *pfxChecker) iterations() {
	if c.info.Iterations > dotNetIterations || c.info.TotalIterations > dotNetTotal {
		c.warn("iterations", fmt.Sprintf("%d at most, %d in all", c.info.Iterations, c.info.TotalIterations),
			fmt.Sprintf("export it again with fewer: .NET takes %d, and %d in all", dotNetIterations, dotNetTotal))
	}
}

func (c *pfxChecker) ber(found bool) {
	if found {
		c.warn("ber", "the file is BER", "export it again with OpenSSL or Windows: many programs read DER only")
	}
}

// inside looks at what the password opens.
func (c *pfxChecker) inside(file *pkcs12.File, password Password) {
	secret, err := readPassword("certs: check pfx", password)
	if err != nil {
		c.unopened(err)
		return
	}
	c.password(secret)
	content, err := openPFX("certs: check pfx", file, secret)
	if err != nil {
		c.ber(c.info.BER)
		c.unopened(err)
		return
	}
	c.ber(content.BER)
	for _, key := range content.Keys {
		_, isRSA := key.Public().(*rsa.PublicKey)
		c.key(key.Name, Provider(key.Provider), isRSA)
	}
	c.content(content)
}

// password complains of passwords by what importers do with them, never showing anything of it.
func (c *pfxChecker) password(secret string) {
	const remedy = "choose a password of 12 or more printable ASCII characters"
	isASCII := !strings.ContainsFunc(secret, func(r rune) bool { return r > '~' })
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
	if utf8.RuneCountInString(secret) < goodPassword {
		evidence := fmt.Sprintf("fewer than %d characters, with %d iterations against guessing", goodPassword, c.info.Iterations)
		c.warn("password.weak", evidence, remedy)
	}
}

// visibleKeys looks at the keys that need no password.
func (c *pfxChecker) visibleKeys() {
	if c.info.Keys > 0 {
		c.key(c.info.KeyName, c.info.Provider, false)
	}
	if c.info.Keys > 1 {
		c.keyCount(fmt.Sprintf("%d private keys", c.info.Keys))
	}
}

func (c *pfxChecker) key(name string, provider Provider, isRSA bool) {
	switch {
	case provider.isKSP():
		c.warn("csp", fmt.Sprintf("the key is meant for %q", provider),
			`name a CSP for programs that say "Invalid provider type specified"`)
	case provider == "" && isRSA:
		c.note("csp", fmt.Sprintf("no provider is named: Windows takes %q, which cannot sign with SHA-256", ProviderEnhanced),
			"name "+string(ProviderRSAAES)+" if a program signs with the key")
	}
	if name != "" {
		c.note("friendlyname", fmt.Sprintf("the key container will be called %q", name),
			"leave the name of the key out: two imports under one name overwrite each other's key")
	}
}

func (c *pfxChecker) keyCount(evidence string) {
	c.fail("keycount", evidence, "export the certificate that is meant alone, with its key")
}

// content wants one key with its certificate, and the same certificate in the .cer file.
func (c *pfxChecker) content(content *pkcs12.Content) {
	if keys := len(distinct(content.Keys)); keys != 1 {
		c.keyCount(fmt.Sprintf("%d private keys", keys))
	}
	bundle, err := bundleOf(content)
	if err != nil {
		_, several := errors.AsType[*KeyCountError](err)
		if !several && len(content.Keys) > 0 {
			c.fail("key.match", err.Error(), "export certificate and key together")
		}
		return
	}
	if c.CER != nil {
		c.twoFiles(bundle)
	}
}

func (c *pfxChecker) twoFiles(bundle *Bundle) {
	const remedy = "export both files from the same certificate: what is signed with the one is verified with the other"
	leaf, err := ParseCER(c.CER)
	switch {
	case err != nil:
		c.fail("twofiles", err.Error(), remedy)
	case !leaf.Equal(bundle.Leaf):
		evidence := fmt.Sprintf("the .cer file holds %s, the .pfx file %s", ThumbprintOf(leaf), bundle.Thumbprint())
		c.fail("twofiles", evidence, remedy)
	}
}
