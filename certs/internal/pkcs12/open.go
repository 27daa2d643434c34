package pkcs12

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/clouddp/sdk/internal/errs"
)

// maxKeySize is the largest PKCS #8 key read, in bytes; RSA with 16,384 bits takes 9,300.
const maxKeySize = 16 << 10

// Content is what an open file holds.
type Content struct {
	// Keys and Certificates are in the order of the file.
	Keys         []Key
	Certificates []Certificate
	// Unreadable is why the standard library could not read the first certificate that is left out; nil if it read all.
	Unreadable error
	// File is the opened file: its encrypted parts show their bags. BER says that something in it is not DER.
	File *File
}

// Key is a private key with its attributes.
type Key struct {
	crypto.Signer
	// Name is the friendly name: that of the key container on Windows, the alias in Java.
	Name string
	// Provider is the Microsoft CSP or KSP, possibly empty.
	Provider string
}

// Certificate is a certificate with the name that a store shows.
type Certificate struct {
	*x509.Certificate

	// FriendlyName may be empty.
	FriendlyName string
}

// opener holds what opening a file needs.
type opener struct {
	*File
	*budget

	secret secret
}

// Open verifies the MAC and decrypts everything. A certificate that the standard library cannot read is left out.
func (f *File) Open(password string) (*Content, error) {
	if f.MAC == nil {
		return nil, unsupported("it holds no MAC, so that nobody can tell whether it was changed; export it again with one")
	}
	o := &opener{File: f, budget: newBudget()}
	forms := secrets(password)
	if err := o.planOpen(len(forms)); err != nil {
		return nil, err
	}
	if err := o.verify(forms); err != nil {
		return nil, err
	}
	opened, err := o.decryptParts()
	if err != nil {
		return nil, err
	}
	content, err := o.content(opened)
	if err != nil {
		return nil, err
	}
	opened.BER = o.coder.ber
	return content, nil
}

// planOpen plans every derivation that can be seen; the MAC may be tried with more than one form of the password.
func (o *opener) planOpen(forms int) error {
	for range forms {
		if err := o.plan(o.MAC.Iterations, o.MAC.blocks()); err != nil {
			return err
		}
	}
	for _, encryption := range o.Encryptions() {
		if err := o.plan(encryption.Iterations, encryption.blocks()); err != nil {
			return err
		}
	}
	return nil
}

// verify finds the form of the password that the MAC is right for.
func (o *opener) verify(forms []secret) error {
	for _, form := range forms {
		if err := o.inTime(); err != nil {
			return err
		}
		ok, err := o.MAC.verify(o.File.content, form)
		if err != nil {
			return err
		}
		if ok {
			o.secret = form
			return nil
		}
	}
	return wrongPassword()
}

// decryptParts returns the file with the bags of all parts. The keys in a part that was encrypted show their cost only now.
func (o *opener) decryptParts() (*File, error) {
	opened := &File{MAC: o.MAC, Parts: slices.Clone(o.Parts)}
	bags := 0
	for i := range opened.Parts {
		part := &opened.Parts[i]
		if part.Encryption != nil {
			plain, err := o.decrypt(part.Encryption, part.data)
			if err != nil {
				return nil, err
			}
			if part.Bags, err = o.coder.bags(plain); err != nil {
				return nil, err
			}
			if err := o.planBags(part.Bags); err != nil {
				return nil, err
			}
		}
		if bags += len(part.Bags); bags > maxBags {
			return nil, fmt.Errorf("more than %d keys and certificates: %w", maxBags, errs.ErrLimit)
		}
	}
	return opened, nil
}

func (o *opener) planBags(bags []Bag) error {
	for _, bag := range bags {
		if bag.Encryption == nil {
			continue
		}
		if err := o.plan(bag.Encryption.Iterations, bag.Encryption.blocks()); err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) decrypt(e *Encryption, data []byte) ([]byte, error) {
	if err := o.inTime(); err != nil {
		return nil, err
	}
	return e.decrypt(data, o.secret)
}

func (o *opener) content(opened *File) (*Content, error) {
	c := &Content{File: opened}
	for _, bag := range opened.bags() {
		if bag.IsKey {
			key, err := o.key(bag)
			if err != nil {
				return nil, err
			}
			c.Keys = append(c.Keys, Key{key, bag.FriendlyName, bag.Provider})
			continue
		}
		certificate, err := x509.ParseCertificate(bag.data)
		switch {
		case err == nil:
			c.Certificates = append(c.Certificates, Certificate{certificate, bag.FriendlyName})
		case c.Unreadable == nil:
			c.Unreadable = err
		}
	}
	return c, nil
}

func (o *opener) key(bag Bag) (crypto.Signer, error) {
	der := bag.data
	if bag.Encryption != nil {
		var err error
		if der, err = o.decrypt(bag.Encryption, bag.data); err != nil {
			return nil, err
		}
	}
	if len(der) > maxKeySize {
		return nil, fmt.Errorf("a key of %d bytes, at most %d are read: %w", len(der), maxKeySize, errs.ErrLimit)
	}
	der, err := o.coder.der(der)
	if err != nil {
		return nil, err
	}
	if err := o.inTime(); err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("private key: %w: %w", err, errs.ErrIntegrity)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, unsupported("a private key of type %T, which cannot sign,", parsed)
	}
	return key, nil
}
