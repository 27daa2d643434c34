//go:build integration

package certs_test

import (
	"context"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// debianPackages are where the programs come from.
func debianPackages() map[string]string {
	return map[string]string{
		"openssl": "openssl", "keytool": "openjdk-17-jdk-headless", "java": "openjdk-17-jdk-headless",
		"pk12util": "libnss3-tools", "certutil": "libnss3-tools", "nss-pp": "libnss3-tools",
		"certtool": "gnutls-bin", "node": "nodejs", "osslsigncode": "osslsigncode", "/usr/bin/python3": "python3-cryptography",
	}
}

// try runs a program and returns all that it printed, and whether it was content.
func try(t *testing.T, name string, args ...string) (output string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package %s", name, debianPackages()[name])
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	all, err := command.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("%s: %v", name, err)
	}
	return string(all), err == nil
}

// run runs a program that must be content.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, ok := try(t, name, args...)
	if !ok {
		t.Fatalf("%s %q:\n%s", name, args, output)
	}
	return output
}

func save(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// opens asks an importer: it must have both certificate and key in the end.
func opens(t *testing.T, importer certs.Importer, pfx, password string) (output string, ok bool) {
	t.Helper()
	const certificate, key = "BEGIN CERTIFICATE", "KEY-----"
	secret := "pass:" + password
	switch importer {
	case certs.ImporterOpenSSL:
		return shows(t, []string{certificate, key}, "openssl", "pkcs12", "-in", pfx, "-passin", secret, "-nodes")
	case certs.ImporterOpenSSLLegacy:
		return shows(t, []string{certificate, key}, "openssl", "pkcs12", "-legacy", "-in", pfx, "-passin", secret, "-nodes")
	case certs.ImporterJava:
		return shows(t, []string{"private key: ", "certificate: "}, "java", "-XX:TieredStopAtLevel=1", save(t, "Entries.java", []byte(printEntries)), pfx, password)
	case certs.ImporterNSS:
		return newNSS(t).add(t, pfx, password)
	case certs.ImporterGnuTLS:
		return openedByGnuTLS(t, pfx, password)
	case certs.ImporterNode:
		return shows(t, []string{"connected to clouddp.contoso.com"}, "node", "-e", serveTLS, pfx, password)
	default:
		t.Fatalf("%s does not run here", importer)
		return "", false
	}
}

// shows runs a program and reports whether it was content and printed all the parts.
func shows(t *testing.T, parts []string, name string, args ...string) (output string, ok bool) {
	t.Helper()
	output, ok = try(t, name, args...)
	for _, part := range parts {
		ok = ok && strings.Contains(output, part)
	}
	return output, ok
}

// openedByGnuTLS asks certtool twice: it takes a file apart without decrypting the key in it.
func openedByGnuTLS(t *testing.T, pfx, password string) (output string, ok bool) {
	t.Helper()
	output, ok = shows(t, []string{"BEGIN CERTIFICATE", "PRIVATE KEY-----"}, "certtool", "--p12-info", "--inder", "--infile", pfx, "--password", password)
	block := []byte(output)
	for ok {
		var found *pem.Block
		if found, block = pem.Decode(block); found == nil {
			return output, ok
		}
		if found.Type != "ENCRYPTED PRIVATE KEY" {
			continue
		}
		key := save(t, "key.pem", pem.EncodeToMemory(found))
		var more string
		more, ok = shows(t, []string{"Public Key Algorithm", "private exponent"}, "certtool", "--key-info", "--pkcs8", "--infile", key, "--password", password)
		output += more
	}
	return output, ok
}

// printEntries is a program for Java that prints what is in a key store, with the attributes of its keys.
const printEntries = `
import java.io.File;
import java.security.KeyStore;
import java.util.Collections;

class Entries {
	public static void main(String[] args) throws Exception {
		char[] password = args[1].toCharArray();
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (var file = new java.io.FileInputStream(args[0])) {
			store.load(file, password);
		}
		for (String name : Collections.list(store.aliases())) {
			System.out.println("friendly name: " + name);
			if (store.getEntry(name, new KeyStore.PasswordProtection(password)) instanceof KeyStore.PrivateKeyEntry entry) {
				System.out.println("private key: " + entry.getPrivateKey().getAlgorithm());
				System.out.println("certificate: " + entry.getCertificate().getType());
				entry.getAttributes().forEach(System.out::println);
			}
		}
		System.out.println("entries: " + store.size());
	}
}
`

// serveTLS is a program for Node that serves TLS with a file and connects to itself.
const serveTLS = `
const tls = require('tls'), fs = require('fs')
const fail = e => { console.error(String(e)); process.exit(1) }
try {
	const pfx = fs.readFileSync(process.argv[1])
	const server = tls.createServer({pfx, passphrase: process.argv[2]}, c => c.end())
	server.listen(0, '127.0.0.1', () => {
		const client = tls.connect({host: '127.0.0.1', port: server.address().port, rejectUnauthorized: false}, () => {
			console.log('connected to ' + client.getPeerCertificate().subject.CN)
			client.end()
			server.close()
		})
		client.on('error', fail)
	})
} catch (e) { fail(e) }
`

// nss is a certificate database.
type nss string

func newNSS(t *testing.T) nss {
	t.Helper()
	database := nss("sql:" + t.TempDir())
	run(t, "certutil", "-N", "-d", string(database), "--empty-password")
	return database
}

// add imports a file and reports whether there is a key now.
func (n nss) add(t *testing.T, pfx, password string) (output string, ok bool) {
	t.Helper()
	output, ok = try(t, "pk12util", "-i", pfx, "-d", string(n), "-W", password, "-n", "unnamed")
	if !ok {
		return output, false
	}
	keys, ok := try(t, "certutil", "-K", "-d", string(n))
	return output + keys, ok && strings.Contains(keys, "< 0>")
}
