package msgtable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The parts of a PE image, as Microsoft documents them in "PE Format".
const (
	peOffsetAt     = 0x3C // of the DOS header: where the PE signature lies
	dosHeaderSize  = 0x40
	coffHeaderSize = 4 + 20 // with the PE signature
	sectionSize    = 40
	directorySize  = 8

	pe32, pe32Directories         = 0x10B, 96
	pe32Plus, pe32PlusDirectories = 0x20B, 112

	resourceDirectory = 2  // among the data directories
	maxSections       = 96 // more are refused by Windows too
)

// image is a PE file whose sections are known.
type image struct {
	file      *io.SectionReader
	sections  []section
	resources uint32 // relative virtual address of the resource directory
}

// section says where a range of relative virtual addresses lies in the file.
type section struct {
	address, size, offset uint32
}

func newImage(file *io.SectionReader) (*image, error) {
	m := &image{file: file}
	start, err := m.signature()
	if err != nil {
		return nil, err
	}
	header, err := m.read("COFF header", start, coffHeaderSize)
	if err != nil {
		return nil, err
	}
	if string(header[:4]) != "PE\x00\x00" {
		return nil, damaged("COFF header", "has no PE signature; the file is no Windows program or DLL")
	}
	optional := start + coffHeaderSize
	optionalSize := int64(binary.LittleEndian.Uint16(header[20:]))
	if err := m.readOptional(optional, optionalSize); err != nil {
		return nil, err
	}
	return m, m.readSections(optional+optionalSize, int(binary.LittleEndian.Uint16(header[6:])))
}

// signature returns where the PE signature lies.
func (m *image) signature() (int64, error) {
	dos, err := m.read("DOS header", 0, dosHeaderSize)
	if err != nil {
		return 0, err
	}
	if string(dos[:2]) != "MZ" {
		return 0, damaged("DOS header", "does not begin with MZ; the file is no Windows program or DLL")
	}
	return int64(binary.LittleEndian.Uint32(dos[peOffsetAt:])), nil
}

// readOptional finds the resource directory.
func (m *image) readOptional(at, size int64) error {
	const part = "optional header"
	header, err := m.read(part, at, size)
	if err != nil {
		return err
	}
	if size < 2 {
		return damaged(part, "is missing; the file is an object file")
	}
	directories := 0
	switch magic := binary.LittleEndian.Uint16(header); magic {
	case pe32:
		directories = pe32Directories
	case pe32Plus:
		directories = pe32PlusDirectories
	default:
		return damaged(part, "has the unknown magic number %#x", magic)
	}
	if len(header) < directories {
		return damaged(part, "has %d bytes, %d are needed", size, directories)
	}
	count := binary.LittleEndian.Uint32(header[directories-4:])
	entry := directories + resourceDirectory*directorySize
	if count <= resourceDirectory || len(header) < entry+directorySize {
		return nil
	}
	m.resources = binary.LittleEndian.Uint32(header[entry:])
	return nil
}

func (m *image) readSections(at int64, count int) error {
	if count > maxSections {
		return damaged("section table", "has %d sections; Windows takes %d", count, maxSections)
	}
	table, err := m.read("section table", at, int64(count)*sectionSize)
	if err != nil {
		return err
	}
	for ; len(table) > 0; table = table[sectionSize:] {
		m.sections = append(m.sections, section{
			address: binary.LittleEndian.Uint32(table[12:]),
			size:    binary.LittleEndian.Uint32(table[16:]),
			offset:  binary.LittleEndian.Uint32(table[20:]),
		})
	}
	return nil
}

// readAddress reads at a relative virtual address; the range must lie within one section.
func (m *image) readAddress(part string, address uint64, size uint32) ([]byte, error) {
	for _, s := range m.sections {
		start := uint64(s.address)
		if address >= start && address+uint64(size) <= start+uint64(s.size) {
			return m.read(part, int64(s.offset)+int64(address-start), int64(size)) //nolint:gosec // Below 2^33.
		}
	}
	return nil, damaged(part, "has %d bytes at address %#x, which no section holds", size, address)
}

// read returns a range of the file, allocating no more than the file can hold.
func (m *image) read(part string, at, size int64) ([]byte, error) {
	if at > m.file.Size() || size > m.file.Size()-at {
		return nil, damaged(part, "has %d bytes at offset %#x, the file ends at %#x", size, at, m.file.Size())
	}
	data := make([]byte, size)
	_, err := m.file.ReadAt(data, at)
	switch {
	case err == nil || size == 0:
		return data, nil
	case errors.Is(err, io.EOF):
		return nil, damaged(part, "ends early: the file is shorter than its size")
	}
	return nil, fmt.Errorf("%s: %s: %w: %w", subject, part, ErrUnavailable, err)
}
