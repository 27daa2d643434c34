package pkcs12

import (
	"encoding/asn1"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// File is what can be read of a file without its password.
type File struct {
	// BER says that the file is not DER, as far as can be seen.
	BER bool
	// MAC is nil if there is none.
	MAC *MAC
	// Parts are in the order of the file.
	Parts []Part

	content []byte // what the MAC is taken over
	coder   *transcoder
}

// Part is one of the safes in a file.
type Part struct {
	// Encryption is nil for an open part.
	Encryption *Encryption
	// Bags are those of an open part.
	Bags []Bag

	data []byte // of an encrypted part
}

// Bag is a key or a certificate.
type Bag struct {
	// IsKey tells a key from a certificate.
	IsKey bool
	// Encryption is that of a key, nil for an open one.
	Encryption *Encryption
	// FriendlyName is of a certificate the name in a store, of a key that of the key container.
	FriendlyName string
	// Provider is the Microsoft CSP or KSP of a key.
	Provider string

	data []byte // a certificate, a PKCS #8 key, or an encrypted one
}

// maxBags is how many keys and certificates a file may hold; .NET takes 200 of each.
const maxBags = 200

// Parse reads everything that is open in a file. An algorithm that is unknown is no error here.
func Parse(file []byte) (*File, error) {
	if len(file) > maxSize {
		return nil, fmt.Errorf("%d bytes, at most %d are read: %w", len(file), maxSize, errs.ErrLimit)
	}
	f := &File{coder: new(transcoder)}
	var outer pfx
	if err := f.coder.unmarshal(file, &outer); err != nil {
		return nil, err
	}
	if outer.Version != 3 {
		return nil, damaged("version %d, not 3", outer.Version)
	}
	var err error
	if f.content, err = dataOf(outer.AuthSafe); err != nil {
		return nil, err
	}
	if f.MAC, err = parseMAC(outer.MAC); err != nil {
		return nil, err
	}
	if err := f.parseParts(); err != nil {
		return nil, err
	}
	f.BER = f.coder.ber
	return f, nil
}

// dataOf returns the content of type data (RFC 5652 section 4), and says what else it might be.
func dataOf(c contentInfo) ([]byte, error) {
	switch id := c.Type.String(); id {
	case typeData:
		var data []byte
		err := unmarshal(c.Content.Bytes, &data)
		return data, err
	case typeSignedData:
		return nil, unsupported("signed with a certificate instead of a password")
	case typeEnvelopedData:
		return nil, unsupported("encrypted to an account instead of a password; export it again with a password")
	default:
		return nil, damaged("content of type %s", id)
	}
}

func (f *File) parseParts() error {
	var contents []contentInfo
	if err := f.coder.unmarshal(f.content, &contents); err != nil {
		return err
	}
	for _, content := range contents {
		part, err := f.parsePart(content)
		if err != nil {
			return err
		}
		f.Parts = append(f.Parts, part)
	}
	return nil
}

func (f *File) parsePart(c contentInfo) (Part, error) {
	if c.Type.String() != typeEncryptedData {
		data, err := dataOf(c)
		if err != nil {
			return Part{}, err
		}
		bags, err := f.coder.bags(data)
		return Part{Bags: bags}, err
	}
	var encrypted encryptedData
	if err := unmarshal(c.Content.Bytes, &encrypted); err != nil {
		return Part{}, err
	}
	encryption, err := parseEncryption(encrypted.Content.Algorithm)
	if err != nil {
		return Part{}, err
	}
	data := encrypted.Content.Content.Bytes
	if encrypted.Content.Content.IsCompound {
		data, err = joinOctets(data)
	}
	return Part{Encryption: encryption, data: data}, err
}

// bags reads SafeContents, those that lie in one another too.
func (t *transcoder) bags(contents []byte) ([]Bag, error) {
	var sealed []safeBag
	if err := t.unmarshal(contents, &sealed); err != nil {
		return nil, err
	}
	return t.flatten(sealed, 0)
}

func (t *transcoder) flatten(sealed []safeBag, depth int) ([]Bag, error) {
	var bags []Bag
	for _, bag := range sealed {
		inside, err := t.open(bag, depth)
		if err != nil {
			return nil, err
		}
		if bags = append(bags, inside...); len(bags) > maxBags || depth > maxDepth {
			return nil, fmt.Errorf("more than %d keys and certificates: %w", maxBags, errs.ErrLimit)
		}
	}
	return bags, nil
}

// open returns the keys and certificates in a bag: none for a kind that does not matter here.
func (t *transcoder) open(bag safeBag, depth int) ([]Bag, error) {
	b := Bag{data: bag.Value.Bytes}
	var err error
	switch bag.ID.String() {
	case bagSafeContents:
		var nested []safeBag
		if err := unmarshal(bag.Value.Bytes, &nested); err != nil {
			return nil, err
		}
		return t.flatten(nested, depth+1)
	case bagCert:
		var cert certBag
		if err := unmarshal(bag.Value.Bytes, &cert); err != nil {
			return nil, err
		}
		if cert.ID.String() != certX509 {
			return nil, nil
		}
		b.data = cert.Data
	case bagKey:
		b.IsKey = true
	case bagShroudedKey:
		b.IsKey = true
		b.Encryption, b.data, err = parseShroudedKey(bag.Value.Bytes)
	default:
		return nil, nil
	}
	b.name(bag.Attributes)
	return []Bag{b}, err
}

func parseShroudedKey(der []byte) (*Encryption, []byte, error) {
	var key shroudedKey
	if err := unmarshal(der, &key); err != nil {
		return nil, nil, err
	}
	encryption, err := parseEncryption(key.Algorithm)
	return encryption, key.Data, err
}

// name reads the attributes that matter; what is not as expected is left out.
func (b *Bag) name(attributes []bagAttribute) {
	for _, attribute := range attributes {
		if len(attribute.Values) != 1 || attribute.Values[0].Tag != asn1.TagBMPString {
			continue
		}
		switch text := fromUTF16BE(attribute.Values[0].Bytes); attribute.ID.String() {
		case attrFriendlyName:
			b.FriendlyName = text
		case attrProvider:
			b.Provider = text
		}
	}
}

// Encryptions returns every encryption that can be seen, in the order of the file.
func (f *File) Encryptions() []*Encryption {
	var seen []*Encryption
	for _, part := range f.Parts {
		if part.Encryption != nil {
			seen = append(seen, part.Encryption)
		}
		for _, bag := range part.Bags {
			if bag.Encryption != nil {
				seen = append(seen, bag.Encryption)
			}
		}
	}
	return seen
}

// bags returns those of all parts that are open.
func (f *File) bags() []Bag {
	var all []Bag
	for _, part := range f.Parts {
		all = append(all, part.Bags...)
	}
	return all
}
