package certs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
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

// What .NET 9 takes by default (Pkcs12LoaderLimits.Defaults): iterations of one derivation, and of all.
const dotNetIterations, dotNetTotal = 300_000, 1_000_000

// remedyLegacy says how to write a file anew for every importer, whoever holds it.
const remedyLegacy = "export it again with the profile windows-legacy, which every importer opens; on Windows with " +
	"Export-PfxCertificate -CryptoAlgorithmOption TripleDES_SHA1, in OpenSSL with pkcs12 -export -keypbe PBE-SHA1-3DES " +
	"-certpbe PBE-SHA1-3DES -macalg sha1"

// CheckPFX looks for what will go wrong with a .pfx file: importers that refuse it, a password that some of them do not
// take, attributes that lead Windows astray, a file that others can read. What needs the password is left out if it is
// nil. The IDs of the findings begin with "pfx."; a file that cannot be opened is one of them, "pfx.open", and a password
// that cannot be had another, "pfx.password.read".
func CheckPFX(pfx []byte, password Password, o *CheckPFXOptions) []Finding {
	c := &pfxChecker{}
	if o != nil {
		c.CheckPFXOptions = *o
	}
	if c.Importers == nil {
		c.Importers = []Importer{ImporterWindows2019, ImporterWindows2016, ImporterAzure}
	}
	c.permissions()
	file, err := parsePFX(subjectCheckPFX, pfx)
	if err != nil {
		c.unopened(err)
		return c.findings
	}
	c.info = infoOf(file)
	if password == nil {
		c.outside()
		c.visibleKeys()
		return c.findings
	}
	secret, err := readPassword(subjectCheckPFX, password)
	if err != nil {
		c.fail("password.read", evidence(err), "give the password of the file: the file itself has not been opened")
		c.outside()
		return c.findings
	}
	content, err := openPFX(subjectCheckPFX, file, secret)
	if err != nil {
		c.outside()
		c.unopened(err)
		return c.findings
	}
	c.info = infoOf(content.File)
	c.outside()
	c.password(secret)
	c.inside(content)
	return c.findings
}

const subjectCheckPFX = "certs: check pfx"

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
	remedy := "copy or export the file again: it is damaged"
	switch {
	case errors.Is(err, ErrLimit):
		remedy = "export the file again: no genuine one is so large or so costly to open"
	case errors.Is(err, ErrUnsupported):
		remedy = remedyLegacy
	case errors.Is(err, ErrInvalid):
		remedy = "give the .pfx file that holds the certificate and its key"
	case c.info != nil:
		remedy = "check the password, letter by letter and for a line break at its end, or export the file again: " +
			"a wrong password and a damaged file look alike"
	}
	c.fail("open", evidence(err), remedy)
}

// evidence is what an error says beyond what was being done.
func evidence(err error) string {
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return invalid.Problems[0].Reason
	}
	return strings.TrimPrefix(err.Error(), subjectCheckPFX+": ")
}

func (c *pfxChecker) permissions() {
	if mode := c.FileMode.Perm(); mode&^0o600 != 0 {
		c.warn("fileperm", fmt.Sprintf("mode %04o", mode), "let the owner alone read it: mode 0600")
	}
}

// outside looks at how the file is made, as far as it can be seen.
func (c *pfxChecker) outside() {
	c.profile()
	c.iterations()
	if c.info.BER {
		c.warn("ber", "the file is BER", "export it again with OpenSSL or Windows: many programs read DER only")
	}
}

// profile compares the algorithms with what the importers open.
func (c *pfxChecker) profile() {
	made := fmt.Sprintf("encryption: %s; MAC: %s", orNone(strings.Join(c.info.Encryption, ", ")), orNone(c.info.MAC))
	for _, importer := range c.Importers {
		switch row, known := c.info.importBy(importer); {
		case !known:
			c.warn("profile", fmt.Sprintf("nothing is known of an importer %q", importer), "name one of those that InspectPFX lists")
		case !row.Known:
			c.warn("profile", fmt.Sprintf("%s; %s", row, made), remedyLegacy)
		case !row.Opens:
			c.fail("profile", fmt.Sprintf("%s; %s", row, made), remedyLegacy)
		}
	}
}

func (c *pfxChecker) iterations() {
	if c.info.Iterations > dotNetIterations || c.info.TotalIterations > dotNetTotal {
		c.warn("iterations", fmt.Sprintf("%d at most, %d in all", c.info.Iterations, c.info.TotalIterations),
			fmt.Sprintf("export it again with fewer: .NET takes %d, and %d in all", dotNetIterations, dotNetTotal))
	}
}

// visibleKeys looks at the keys that need no password.
func (c *pfxChecker) visibleKeys() {
	if c.info.Keys > 0 {
		c.attributes(c.info.KeyName, c.info.Provider, false)
	}
	if c.info.Keys > 1 {
		c.keyCount(fmt.Sprintf("%d private keys", c.info.Keys))
	}
}

// attributes looks at what lies beside a key.
func (c *pfxChecker) attributes(name string, provider Provider, isRSA bool) {
	const cannotSign = "which cannot sign with SHA-256"
	switch {
	case provider.isKSP():
		c.warn("csp", fmt.Sprintf("the key is meant for %q", provider),
			`name a CSP for programs that say "Invalid provider type specified"`)
	case provider == "" && isRSA:
		c.note("csp", fmt.Sprintf("no provider is named: Windows takes %q, %s", ProviderEnhanced, cannotSign),
			"name "+string(ProviderRSAAES)+" if a program signs with the key")
	case provider == ProviderEnhanced:
		c.note("csp", fmt.Sprintf("the key is meant for %q, %s", provider, cannotSign),
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
