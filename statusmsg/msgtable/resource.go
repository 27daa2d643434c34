package msgtable

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

const (
	directoryHeaderSize = 16
	directoryEntrySize  = 8
	dataEntrySize       = 16

	subdirectory = 0x80000000 // bit of an entry: it leads to a further directory

	messageTableType = 11 // RT_MESSAGETABLE

	maxEntries = 1024     // of one resource directory
	maxTables  = 256      // languages, of all message tables of a file
	maxBytes   = 16 << 20 // of all message tables of a file
)

// resource is one message table as the file holds it.
type resource struct {
	language Language
	data     []byte
}

// entry is one line of a resource directory.
type entry struct {
	key    uint32
	offset uint32 // from the start of the resources
	isDir  bool
}

// walker collects the message tables of an image. Resources are a tree of exactly three levels: type, name, language.
type walker struct {
	image *image
	found []resource
	bytes int
}

// messageTables returns the message tables of m, in order of their languages.
func (m *image) messageTables() ([]resource, error) {
	if m.resources == 0 {
		return nil, nil
	}
	w := walker{image: m}
	types, err := w.directory("resource types", 0)
	if err != nil {
		return nil, err
	}
	isMessageTable := func(e entry) bool { return e.key == messageTableType }
	if i := slices.IndexFunc(types, isMessageTable); i >= 0 {
		err = w.names(types[i])
	}
	slices.SortStableFunc(w.found, func(a, b resource) int { return cmp.Compare(a.language, b.language) })
	return w.found, err
}

// names walks the message tables of a file, which usually has one.
func (w *walker) names(messageTable entry) error {
	entries, err := w.below("message table names", messageTable)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := w.languages(e); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) languages(name entry) error {
	entries, err := w.below("message table languages", name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := w.collect(e); err != nil {
			return err
		}
	}
	return nil
}

// collect reads the message table of one language.
func (w *walker) collect(e entry) error {
	part := fmt.Sprintf("message table of language 0x%04X", e.key)
	if e.isDir || e.key > 0xFFFF {
		return damaged(part, "is a further directory or has no language; resources have three levels")
	}
	place, err := w.at(part, e.offset, dataEntrySize)
	if err != nil {
		return err
	}
	address, size := binary.LittleEndian.Uint32(place), binary.LittleEndian.Uint32(place[4:])
	if len(w.found) == maxTables || size > maxBytes-uint32(w.bytes) { //nolint:gosec // bytes is at most maxBytes.
		return fmt.Errorf("%s: %s: more than %d tables or %d bytes: %w", subject, part, maxTables, maxBytes, ErrLimit)
	}
	data, err := w.image.readAddress(part, uint64(address), size)
	if err != nil {
		return err
	}
	w.bytes += len(data)
	w.found = append(w.found, resource{Language(e.key), data})
	return nil
}

// below reads the directory that an entry leads to.
func (w *walker) below(part string, e entry) ([]entry, error) {
	if !e.isDir {
		return nil, damaged(part, "are missing; resources have three levels")
	}
	return w.directory(part, e.offset)
}

// directory reads the entries of a directory at an offset from the start of the resources.
func (w *walker) directory(part string, offset uint32) ([]entry, error) {
	header, err := w.at(part, offset, directoryHeaderSize)
	if err != nil {
		return nil, err
	}
	count := uint32(binary.LittleEndian.Uint16(header[12:])) + uint32(binary.LittleEndian.Uint16(header[14:]))
	if count > maxEntries {
		return nil, fmt.Errorf("%s: %s: %d entries, %d are read: %w", subject, part, count, maxEntries, ErrLimit)
	}
	lines, err := w.at(part, offset+directoryHeaderSize, count*directoryEntrySize)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, count)
	for ; len(lines) > 0; lines = lines[directoryEntrySize:] {
		to := binary.LittleEndian.Uint32(lines[4:])
		entries = append(entries, entry{binary.LittleEndian.Uint32(lines), to &^ subdirectory, to&subdirectory != 0})
	}
	return entries, nil
}

// at reads at an offset from the start of the resources.
func (w *walker) at(part string, offset, size uint32) ([]byte, error) {
	return w.image.readAddress(part, uint64(w.image.resources)+uint64(offset), size)
}
