package certs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
)

// PFXInfo is what a .pfx file shows without its password. What lies inside an encrypted part stays hidden: certificates
// nearly always, the key in files by some tools. It holds no secret.
type PFXInfo struct {
	// BER says that the file is not DER. NSS writes such files, and many programs cannot read them.
	BER bool
	// Parts is the number of safes in the file; most tools write two.
	Parts int
	// MAC is how the file is authenticated, "HMAC SHA-1"; empty if it is not.
	MAC string
	// Encryption has every algorithm once, in the order of the file.
	Encryption []string
	// Iterations is the largest count of a key derivation, TotalIterations the sum of all.
	Iterations, TotalIterations int
	// Keys is the number of private keys that can be seen, encrypted or not.
	Keys int
	// KeyName is the name of the first of them: of the key container on Windows, of the entry in Java. Provider is where
	// Windows will keep it. Both may be empty.
	KeyName  string
	Provider Provider
	// Imports says what each importer makes of the file, given the right password.
	Imports []Import
}

// InspectPFX describes a .pfx file of at most 1 MiB without its password, among other things which importers open it
// and which will say that the password is wrong. Errors: [ErrIntegrity] for a damaged file, [ErrLimit] for one that is too
// large, [ErrUnsupported] for one that is not protected by a password, [*InvalidError] for a file of another kind.
func InspectPFX(pfx []byte) (*PFXInfo, error) {
	file, err := parsePFX("certs: inspect pfx", pfx)
	if err != nil {
		return nil, err
	}
	return infoOf(file), nil
}

func infoOf(file *pkcs12.File) *PFXInfo {
	info := &PFXInfo{BER: file.BER, Parts: len(file.Parts), Imports: traitsOf(file).imports()}
	if file.MAC != nil {
		info.MAC = file.MAC.Name
		info.count(file.MAC.Iterations)
	}
	for _, e := range file.Encryptions() {
		info.count(e.Iterations)
		if !slices.Contains(info.Encryption, e.Name) {
			info.Encryption = append(info.Encryption, e.Name)
		}
	}
	for _, part := range file.Parts {
		for _, bag := range part.Bags {
			if !bag.IsKey {
				continue
			}
			if info.Keys++; info.Keys == 1 {
				info.KeyName, info.Provider = bag.FriendlyName, Provider(bag.Provider)
			}
		}
	}
	return info
}

func (i *PFXInfo) count(iterations int) {
	i.Iterations = max(i.Iterations, iterations)
	i.TotalIterations += iterations
}

// importBy returns the row of an importer.
func (i *PFXInfo) importBy(importer Importer) (row Import, known bool) {
	for _, row := range i.Imports {
		if row.Importer == importer {
			return row, true
		}
	}
	return Import{}, false
}

// String describes the file in several lines, the last ones an importer each.
func (i *PFXInfo) String() string {
	var b strings.Builder
	encoding := "DER"
	if i.BER {
		encoding = "BER"
	}
	fmt.Fprintf(&b, "%s; parts: %d; visible keys: %d\n", encoding, i.Parts, i.Keys)
	fmt.Fprintf(&b, "MAC: %s\n", orNone(i.MAC))
	fmt.Fprintf(&b, "encryption: %s\n", orNone(strings.Join(i.Encryption, "; ")))
	fmt.Fprintf(&b, "iterations: %d at most, %d in all\n", i.Iterations, i.TotalIterations)
	fmt.Fprintf(&b, "key name: %s\n", printable(orNone(i.KeyName)))
	fmt.Fprintf(&b, "provider: %s\n", printable(orNone(string(i.Provider))))
	for _, row := range i.Imports {
		fmt.Fprintln(&b, row)
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// String describes the row in one line, with its source: "Java 17: opens (the integration tests of this package)".
func (i Import) String() string {
	switch {
	case !i.Known:
		return fmt.Sprintf("%s: unknown (%s)", i.Importer, i.Source)
	case i.Opens:
		return fmt.Sprintf("%s: opens (%s)", i.Importer, i.Source)
	default:
		return fmt.Sprintf("%s: refuses and says %q (%s)", i.Importer, i.Says, i.Source)
	}
}
