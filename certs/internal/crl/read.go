package crl

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"time"
)

// List is what was read of a revocation list: all but its entries.
type List struct {
	// ThisUpdate and NextUpdate are when the list was made and when the next is due, UTC; the latter is zero if the list
	// does not say.
	ThisUpdate, NextUpdate time.Time
	// Entry is that of the certificate asked about, nil if there is none.
	Entry *Entry

	extensions []pkix.Extension
	// removes says that some entry is removeFromCRL, whichever certificate it is about.
	removes bool
}

// Read reads the DER of a revocation list to its end, looks for the serial number of certificate in it, and verifies
// that issuer signed it. The list is never held in memory: reading takes 64 KiB. The error says what is wrong with the
// list, as the end of a sentence.
func Read(source io.Reader, certificate, issuer *x509.Certificate) (*List, error) {
	serial, err := asn1.Marshal(certificate.SerialNumber)
	if err != nil {
		return nil, err
	}
	_, serial, _, _ = cutElement(serial)
	r := &reader{stream: newStream(source), serial: serial}
	if err := r.read(issuer); err != nil {
		return nil, err
	}
	return &r.list, nil
}

type reader struct {
	stream       *stream
	serial       []byte
	algorithm    algorithm
	rawAlgorithm []byte
	list         List
}

func (r *reader) read(issuer *x509.Certificate) error {
	if tag, err := r.stream.peek(1); err == nil && tag == '-' {
		return errors.New("it is PEM; clients want DER")
	}
	end, err := r.stream.open(tagSequence, 1<<62)
	if err != nil {
		return err
	}
	r.stream.hold()
	signedEnd, err := r.stream.open(tagSequence, end)
	if err != nil {
		return err
	}
	for _, part := range []func(int64) error{
		r.version, r.signatureAlgorithm,
		func(limit int64) error { return r.issuerName(limit, issuer) },
		r.updates, r.entries, r.extensions,
	} {
		if err := part(signedEnd); err != nil {
			return err
		}
	}
	if r.stream.offset() != signedEnd {
		return errMalformed
	}
	return r.signature(end, issuer)
}

// version wants version 2, the only one with extensions.
func (r *reader) version(limit int64) error {
	tag, err := r.stream.peek(limit)
	switch {
	case err != nil:
		return err
	case tag != tagInteger:
		return errors.New("it is of version 1, which has no extensions")
	}
	raw, header, err := r.stream.next(tagInteger, limit)
	if err == nil && !bytes.Equal(raw[header:], []byte{1}) {
		return errMalformed
	}
	return err
}

func (r *reader) signatureAlgorithm(limit int64) error {
	raw, _, err := r.stream.next(tagSequence, limit)
	if err != nil {
		return err
	}
	r.rawAlgorithm = bytes.Clone(raw)
	if r.algorithm, err = parseAlgorithm(r.rawAlgorithm); err != nil {
		return err
	}
	r.stream.digestWith(r.algorithm.hash.New())
	return nil
}

func (r *reader) issuerName(limit int64, issuer *x509.Certificate) error {
	raw, _, err := r.stream.next(tagSequence, limit)
	if err == nil && !bytes.Equal(raw, issuer.RawSubject) {
		return errors.New("it is a list of another authority")
	}
	return err
}

// updates reads when the list was made and when the next is due; the latter is zero if absent.
func (r *reader) updates(limit int64) error {
	for _, update := range []*time.Time{&r.list.ThisUpdate, &r.list.NextUpdate} {
		tag, err := r.stream.peek(limit)
		if err != nil {
			return err
		}
		if update == &r.list.NextUpdate && tag != tagUTCTime && tag != tagGeneralizedTime {
			return nil
		}
		raw, header, err := r.stream.next(tag, limit)
		if err != nil {
			return err
		}
		if !isDERTime(tag, raw[header:]) {
			return errMalformed
		}
		*update = derTime(tag, raw[header:])
	}
	return nil
}

func (r *reader) entries(limit int64) error {
	tag, err := r.stream.peek(limit)
	if err != nil || tag != tagSequence {
		return err
	}
	end, err := r.stream.open(tagSequence, limit)
	if err != nil {
		return err
	}
	var entry Entry // one for all: lists have many
	for r.stream.offset() < end {
		raw, header, err := r.stream.next(tagSequence, end)
		if err != nil {
			return err
		}
		entry.reason, entry.Invalid = 0, time.Time{}
		isWanted, err := entry.parse(raw[header:], r.serial)
		if err != nil {
			return err
		}
		r.list.removes = r.list.removes || entry.Removed()
		if isWanted && r.list.Entry == nil {
			found := entry
			r.list.Entry = &found
		}
	}
	return nil
}

func (r *reader) extensions(limit int64) error {
	tag, err := r.stream.peek(limit)
	if err != nil || tag != tagExtensions {
		return err
	}
	raw, header, err := r.stream.next(tagExtensions, limit)
	if err != nil {
		return err
	}
	if rest, err := asn1.Unmarshal(bytes.Clone(raw[header:]), &r.list.extensions); err != nil || len(rest) > 0 {
		return errMalformed
	}
	return nil
}

// signature reads what follows the signed part up to limit, where the list must end.
func (r *reader) signature(limit int64, issuer *x509.Certificate) error {
	digest := r.stream.sum()
	raw, _, err := r.stream.next(tagSequence, limit)
	if err != nil {
		return err
	}
	if !bytes.Equal(raw, r.rawAlgorithm) {
		return errors.New("it names two signature algorithms")
	}
	raw, header, err := r.stream.next(tagBitString, limit)
	if err != nil {
		return err
	}
	if len(raw) == header || raw[header] != 0 || r.stream.offset() != limit {
		return errMalformed
	}
	if err := r.algorithm.verify(issuer, digest, raw[header+1:]); err != nil {
		return err
	}
	switch err := r.stream.fill(1); {
	case err == nil:
		return errors.New("something follows it")
	case !errors.Is(err, errTruncated):
		return err
	}
	return nil
}
