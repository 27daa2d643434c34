//go:build integration

package certs_test

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// TestScriptsAndSignersOpenOurs gives every profile to two programs that people build with and that [certs.Importer] does
// not name, since they load files through whichever OpenSSL they are linked with: Python's cryptography and osslsigncode.
func TestScriptsAndSignersOpenOurs(t *testing.T) {
	service, _ := newService(t)
	program := save(t, "program.exe", leastProgram(t))
	for _, profile := range []certs.Profile{certs.WindowsLegacy, certs.Windows2019} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			pfx := save(t, "ours.pfx", export(t, service, &certs.PFXOptions{Profile: profile}))
			shown := run(t, "/usr/bin/python3", "-c", loadPFX, pfx, pfxPassword)
			if !strings.Contains(shown, "CN=clouddp.contoso.com") || !strings.Contains(shown, "key matches") {
				t.Errorf("Python's cryptography shows %s", shown)
			}
			signed := filepath.Join(t.TempDir(), "signed.exe")
			run(t, "osslsigncode", "sign", "-pkcs12", pfx, "-pass", pfxPassword, "-in", program, "-out", signed)
			if signer, _ := try(t, "osslsigncode", "verify", signed); !strings.Contains(signer, "CN=clouddp.contoso.com") {
				t.Errorf("osslsigncode signed, and sees\n%s", signer)
			}
		})
	}
}

// loadPFX is a program for Python that opens a file and shows whose it is.
const loadPFX = `
import sys
from cryptography.hazmat.primitives.serialization import pkcs12
key, leaf, chain = pkcs12.load_key_and_certificates(open(sys.argv[1], "rb").read(), sys.argv[2].encode())
print(leaf.subject.rfc4514_string(), len(chain))
if key.public_key().public_numbers() == leaf.public_key().public_numbers():
    print("key matches")
`

// leastProgram returns the least that counts as a program for Windows: headers alone.
func leastProgram(t *testing.T) []byte {
	t.Helper()
	const dosHeader, size = 64, 1024
	var headers bytes.Buffer
	headers.WriteString("MZ")
	headers.Write(make([]byte, dosHeader-headers.Len()-4))
	for _, part := range []any{
		uint32(dosHeader),
		[4]byte{'P', 'E'},
		pe.FileHeader{Machine: pe.IMAGE_FILE_MACHINE_AMD64, SizeOfOptionalHeader: uint16(binary.Size(pe.OptionalHeader64{}))},
		pe.OptionalHeader64{Magic: 0x20b, NumberOfRvaAndSizes: 16},
		make([]byte, size-dosHeader-4-binary.Size(pe.FileHeader{})-binary.Size(pe.OptionalHeader64{})),
	} {
		if err := binary.Write(&headers, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return headers.Bytes()
}
