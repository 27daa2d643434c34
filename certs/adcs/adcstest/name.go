package adcstest

import (
	"encoding/hex"
	"strings"
)

// name is a distinguished name in parts, the most special first, each of the form "cn=webserver": what is compared.
type name []string

// parseName reads a distinguished name of RFC 4514 in which every part has one value.
func parseName(text string) (name, bool) {
	var n name
	for part, rest := "", text; rest != ""; {
		var ok bool
		if part, rest, ok = cutPart(rest); !ok {
			return nil, false
		}
		attribute, value, found := strings.Cut(part, "=")
		encoded := strings.HasPrefix(value, "#") // BER in hexadecimal digits, which nobody writes
		value, ok = unescape(trim(value))
		if !found || !ok || encoded || strings.TrimSpace(attribute) == "" || value == "" {
			return nil, false
		}
		n = append(n, fold(strings.TrimSpace(attribute)+"="+value))
	}
	return n, true
}

// fold makes equal what Active Directory compares as equal: it sees neither case nor, of which some stand here for all,
// accents ([MS-ADTS], "Unicode String Comparison").
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
func fold(text string) string {
	return strings.NewReplacer("á", "a", "ä", "a", "é", "e", "ö", "o", "ü", "u").Replace(strings.ToLower(text))
}

// cutPart splits text after its first part. A comma at the end has nothing behind it, which is wrong.
func cutPart(text string) (part, rest string, ok bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ',':
			return text[:i], text[i+1:], i+1 < len(text)
		case '+', ';', '"', '<', '>':
			return "", "", false
		}
	}
	return text, "", true
}

// trim removes the spaces around a value, but not one that is escaped.
func trim(value string) string {
	trimmed := strings.TrimSpace(value)
	if strings.HasSuffix(trimmed, `\`) && len(strings.TrimLeft(value, " ")) > len(trimmed) {
		trimmed += " "
	}
	return trimmed
}

func unescape(value string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			b.WriteByte(value[i])
			continue
		}
		rest := value[i+1:]
		if len(rest) >= 2 {
			if raw, err := hex.DecodeString(rest[:2]); err == nil {
				b.Write(raw)
				i += 2
				continue
			}
		}
		if rest == "" {
			return "", false
		}
		b.WriteByte(rest[0])
		i++
	}
	return b.String(), true
}

// key identifies the name in a map.
func (n name) key() string { return strings.Join(n, "\x00") }

func (n name) parent() name { return n[1:] }

// below reports whether n is somewhere below base, or base itself.
func (n name) below(base name) bool {
	return len(n) >= len(base) && n[len(n)-len(base):].key() == base.key()
}

// escape makes a value part of a distinguished name.
func escape(value string) string {
	var b strings.Builder
	for i, r := range value {
		if strings.ContainsRune(`,+"\<>;=`, r) || i == 0 && (r == '#' || r == ' ') || i == len(value)-1 && r == ' ' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
