package template

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

const maxSubAuthorities = 15

// ParseSID returns the security identifier that a directory holds in binary, as objectSid does. Anything else is an
// [*InvalidError].
func ParseSID(data []byte) (SID, error) {
	s, rest, problem := cutSID(data)
	if problem == "" && len(rest) > 0 {
		problem = fmt.Sprintf("%d bytes follow it", len(rest))
	}
	if problem != "" {
		return "", errs.Invalid("template: SID", "data", "%s", problem)
	}
	return s, nil
}

// Encode returns the binary form of s, nil if [SID.Validate] refuses it.
func (s SID) Encode() []byte {
	if s.problem() != "" {
		return nil
	}
	return appendSID(nil, s)
}

// cutSID returns the security identifier at the beginning of data and what follows it, [MS-DTYP] section 2.4.2.2.
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
func cutSID(data []byte) (s SID, rest []byte, problem string) {
	if len(data) < 8 {
		return "", nil, "a security identifier is cut off"
	}
	count := int(data[1])
	if data[0] != 1 || count < 1 || count > maxSubAuthorities {
		return "", nil, fmt.Sprintf("revision %d with %d numbers is no security identifier", data[0], count)
	}
	if len(data) < 8+4*count {
		return "", nil, "a security identifier is cut off"
	}
	authority := uint64(binary.BigEndian.Uint16(data[2:]))<<32 | uint64(binary.BigEndian.Uint32(data[4:]))
	text := fmt.Appendf(nil, "S-1-%d", authority)
	for i := range count {
		text = fmt.Appendf(text, "-%d", binary.LittleEndian.Uint32(data[8+4*i:]))
	}
	return SID(text), data[8+4*count:], ""
}

// appendSID appends the binary form of s, which is valid.
func appendSID(data []byte, s SID) []byte {
	parts := strings.Split(string(s), "-")[2:]
	var numbers []uint64
	for _, part := range parts {
		n, _ := strconv.ParseUint(part, 10, 48)
		numbers = append(numbers, n)
	}
	data = append(data, 1, byte(len(numbers)-1)) //nolint:gosec // at most 15
	data = append(data, binary.BigEndian.AppendUint64(nil, numbers[0])[2:]...)
	for _, n := range numbers[1:] {
		data = binary.LittleEndian.AppendUint32(data, uint32(n)) //nolint:gosec // 32 bits in a valid one
	}
	return data
}
