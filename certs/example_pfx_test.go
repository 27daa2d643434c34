package certs_test

import (
	"crypto/x509"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// examplePFX returns a file as an administrator might have exported it.
func examplePFX(o *certs.PFXOptions) ([]byte, certs.Password, error) {
	password := certs.StaticPassword("a long password")
	bundle, err := certs.SelfSigned("Contoso automation", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		return nil, nil, err
	}
	pfx, err := bundle.PFX(password, o)
	return pfx, password, err
}

// Signing in to Azure with the certificate in any .pfx file. The parser of azidentity itself reads only files with the
// old encryption.
func ExampleParsePFX_azidentity() {
	pfx, password, err := examplePFX(&certs.PFXOptions{Profile: certs.Windows2019})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = azidentity.ParseCertificates(pfx, []byte("a long password"))
	fmt.Println("azidentity reads it:", err == nil)

	bundle, err := certs.ParsePFX(pfx, password)
	if err != nil {
		fmt.Println(err)
		return
	}
	chain := append([]*x509.Certificate{bundle.Leaf}, bundle.Chain...)
	const tenant, client = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
	credential, err := azidentity.NewClientCertificateCredential(tenant, client, chain, bundle.PrivateKey(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%T for %s\n", credential, bundle.Leaf.Subject)
	// Output:
	// azidentity reads it: false
	// *azidentity.ClientCertificateCredential for CN=Contoso automation
}

// What an administrator wants to know before a .pfx file goes to a server that nobody has tried.
func ExampleInspectPFX() {
	pfx, _, err := examplePFX(&certs.PFXOptions{Profile: certs.Windows2019, Provider: certs.ProviderRSAAES})
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := certs.InspectPFX(pfx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Encryption[0])
	fmt.Println("MAC:", info.MAC)
	for _, row := range info.Imports[:2] {
		fmt.Printf("%s: opens %t, says %q\n", row.Importer, row.Opens, row.Says)
	}
	// Output:
	// PBES2 AES-256-CBC, PBKDF2 HMAC SHA-256
	// MAC: HMAC SHA-256
	// Windows Server 2019: opens true, says ""
	// Windows Server 2016: opens false, says "The specified network password is not correct"
}

func ExampleCheckPFX() {
	pfx, password, err := examplePFX(&certs.PFXOptions{Profile: certs.Windows2019, KeyName: "CloudDP"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range certs.CheckPFX(pfx, password, &certs.CheckPFXOptions{FileMode: 0o644}) {
		fmt.Println(f.Severity, f.ID)
	}
	// Output:
	// WARN pfx.fileperm
	// ERROR pfx.profile
	// ERROR pfx.profile
	// INFO pfx.csp
	// INFO pfx.friendlyname
}
