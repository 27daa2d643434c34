package statusmsg

import "fmt"

// FullID is the number of a message as message files and the property MessageFullID of WMI classes have it: severity,
// facility and [ID] in one 32-bit word, laid out as the message compiler documents it. Bits 31 and 30 are the severity,
// 29 marks a customer's message, 28 is reserved, 27 to 16 are the facility and 15 to 0 the ID.
type FullID uint32

const (
	severityBits  = 0xC0000000
	facilityBits  = 0x0FFF0000
	facilityShift = 16
	codeBits      = 0x0000FFFF
)

// JoinID packs a number. Of severity the two highest bits count and of facility the twelve lowest; the messages of a
// site have facility 0.
func JoinID(severity Severity, facility uint16, id ID) FullID {
	return FullID(uint32(severity)&severityBits | uint32(facility)<<facilityShift&facilityBits | uint32(id))
}

// FullIDFrom returns the number that a signed or unsigned number stands for, as [SeverityFrom] does.
func FullIDFrom(number int64) FullID { return FullID(SeverityFrom(number)) }

// Split unpacks f, leaving out the customer and the reserved bit. A site has no messages of severity [SeverityUnknown],
// but message files may: the message compiler calls it success.
func (f FullID) Split() (severity Severity, facility uint16, id ID) {
	return Severity(f & severityBits), uint16(f & facilityBits >> facilityShift), ID(f & codeBits)
}

// String returns f in hexadecimal: "0x400024C1".
func (f FullID) String() string { return fmt.Sprintf("0x%08X", uint32(f)) }
