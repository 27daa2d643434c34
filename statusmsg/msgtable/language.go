package msgtable

import (
	"fmt"
	"slices"
)

// Language is a Windows language identifier: a primary language in the ten low bits and a variety of it above. The
// numbers are documented by Microsoft in "[MS-LCID]: Windows Language Code Identifier Reference".
type Language uint16

// Some languages of Configuration Manager; any other number may be used.
const (
	// Neutral is no language in particular, the one of last resort but one.
	Neutral Language = 0
	// English is that of the United States, the one of last resort.
	English Language = 0x0409
	// ChineseSimplified is that of China.
	ChineseSimplified Language = 0x0804
	// French is that of France.
	French Language = 0x040C
	// German is that of Germany.
	German Language = 0x0407
	// Japanese is that of Japan.
	Japanese Language = 0x0411
	// Russian is that of Russia.
	Russian Language = 0x0419
	// Spanish is that of Spain, in modern order.
	Spanish Language = 0x0C0A
)

// Primary returns l without its variety: that of Swiss German (0x0807) is German of no country (0x0007).
func (l Language) Primary() Language { return l & 0x03FF }

// String returns l in hexadecimal: "0x0409".
func (l Language) String() string { return fmt.Sprintf("0x%04X", uint16(l)) }

// preference orders the languages that there are: the wanted ones, each followed by its other varieties, then as Windows
// does when it formats a message [Neutral] and [English], then all others.
func preference(wanted, there []Language) []Language {
	ordered := make([]Language, 0, len(there))
	add := func(accept func(Language) bool) {
		for _, l := range there {
			if accept(l) && !slices.Contains(ordered, l) {
				ordered = append(ordered, l)
			}
		}
	}
	exactly := func(wanted Language) { add(func(l Language) bool { return l == wanted }) }
	for _, w := range wanted {
		exactly(w)
		exactly(w.Primary())
		add(func(l Language) bool { return w != Neutral && l.Primary() == w.Primary() })
	}
	exactly(Neutral)
	exactly(English)
	add(func(Language) bool { return true })
	return ordered
}
