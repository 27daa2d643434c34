package template

import (
	"cmp"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// tick is the unit of periods in a directory.
const tick = 100 * time.Nanosecond

// maxValues bounds the values of one attribute.
const maxValues = 1000

func single(values [][]byte) (value, problem string) {
	if len(values) != 1 {
		return "", fmt.Sprintf("has %d values instead of one", len(values))
	}
	return string(values[0]), ""
}

func valuesOf(list []string) [][]byte {
	var values [][]byte
	for _, s := range list {
		values = append(values, []byte(s))
	}
	return values
}

// texts returns values as text.
func texts(values [][]byte) (list []string, problem string) {
	if len(values) > maxValues {
		return nil, fmt.Sprintf("has %d values, more than %d", len(values), maxValues)
	}
	for _, v := range values {
		if !utf8.Valid(v) {
			return nil, fmt.Sprintf("%.300q is not UTF-8", v)
		}
		list = append(list, string(v))
	}
	return list, ""
}

// text is one string; an empty one is absent.
type text struct{ s *string }

func (v text) encode() [][]byte {
	if *v.s == "" {
		return nil
	}
	return [][]byte{[]byte(*v.s)}
}

func (v text) decode(values [][]byte) (problem string) {
	*v.s, problem = single(values)
	return problem
}

func (v text) words() string { return *v.s }

// number is a signed number of 32 bits in decimal.
type number[T ~int] struct{ n *T }

func (v number[T]) encode() [][]byte { return [][]byte{[]byte(v.words())} }

func (v number[T]) decode(values [][]byte) string {
	n, problem := parseInt32(values)
	*v.n = T(n)
	return problem
}

func (v number[T]) words() string { return strconv.Itoa(int(*v.n)) }

func parseInt32(values [][]byte) (n int32, problem string) {
	s, problem := single(values)
	if problem != "" {
		return 0, problem
	}
	wide, err := strconv.ParseInt(s, 10, 32)
	if err != nil || strconv.FormatInt(wide, 10) != s {
		return 0, fmt.Sprintf("%.300q is not a signed number of 32 bits", s)
	}
	return int32(wide), ""
}

// word is a set of flags: 32 bits, written as a signed number.
type word[T interface {
	~uint32
	fmt.Stringer
}] struct{ bits *T }

func (v word[T]) encode() [][]byte {
	signed := int32(*v.bits) // the highest bit makes it negative
	return [][]byte{strconv.AppendInt(nil, int64(signed), 10)}
}

func (v word[T]) decode(values [][]byte) string {
	n, problem := parseInt32(values)
	*v.bits = T(n)
	return problem
}

func (v word[T]) words() string { return (*v.bits).String() }

// period is a length of time: a negative number of ticks in eight bytes, the lowest first.
type period struct{ d *time.Duration }

func (v period) encode() [][]byte {
	ticks := -int64(*v.d / tick)
	return [][]byte{binary.LittleEndian.AppendUint64(nil, uint64(ticks))} //nolint:gosec // two's complement
}

func (v period) decode(values [][]byte) string {
	s, problem := single(values)
	if problem != "" {
		return problem
	}
	if len(s) != 8 {
		return fmt.Sprintf("%d bytes are no period, which has 8", len(s))
	}
	ticks := int64(binary.LittleEndian.Uint64([]byte(s))) //nolint:gosec // two's complement
	if ticks > 0 || ticks < -math.MaxInt64/int64(tick) {
		return fmt.Sprintf("%d ticks are not between 0 and 292 years, counted down", ticks)
	}
	*v.d = time.Duration(-ticks) * tick
	return ""
}

func (v period) words() string { return days(*v.d) }

func days(d time.Duration) string {
	if d%day != 0 {
		return d.String()
	}
	return fmt.Sprintf("%d days", d/day)
}

// keyUsage is the payload of the BIT STRING of the extension, its first bit the highest: two bytes, or one in old
// templates.
type keyUsage struct{ t *Template }

func (v keyUsage) encode() [][]byte {
	payload := binary.BigEndian.AppendUint16(nil, bits.Reverse16(uint16(v.t.KeyUsage))) //nolint:gosec // Validate checks it
	if v.t.shortKeyUsage && payload[1] == 0 {
		payload = payload[:1]
	}
	return [][]byte{payload}
}

func (v keyUsage) decode(values [][]byte) string {
	s, problem := single(values)
	switch {
	case problem != "":
		return problem
	case len(s) != 1 && len(s) != 2:
		return fmt.Sprintf("%d bytes are no key usage, which has one or two", len(s))
	}
	payload := []byte(s + "\x00")
	v.t.KeyUsage = x509.KeyUsage(bits.Reverse16(binary.BigEndian.Uint16(payload)))
	v.t.shortKeyUsage = len(s) == 1
	return ""
}

func (v keyUsage) words() string {
	return bitNames(uint32(v.t.KeyUsage), []bitName{ //nolint:gosec // Validate checks it
		{uint32(x509.KeyUsageDigitalSignature), "digital signature"},
		{uint32(x509.KeyUsageContentCommitment), "non-repudiation"},
		{uint32(x509.KeyUsageKeyEncipherment), "key encipherment"},
		{uint32(x509.KeyUsageDataEncipherment), "data encipherment"},
		{uint32(x509.KeyUsageKeyAgreement), "key agreement"},
		{uint32(x509.KeyUsageCertSign), "certificate signing"},
		{uint32(x509.KeyUsageCRLSign), "CRL signing"},
		{uint32(x509.KeyUsageEncipherOnly), "encipher only"},
		{uint32(x509.KeyUsageDecipherOnly), "decipher only"},
	}, "|")
}

// set is a list of strings whose order a directory does not keep.
type set struct{ list *[]string }

func (v set) sorted() []string { return slices.Sorted(slices.Values(*v.list)) }

func (v set) encode() [][]byte { return valuesOf(v.sorted()) }

func (v set) decode(values [][]byte) string {
	list, problem := texts(values)
	slices.Sort(list)
	*v.list = list
	return problem
}

func (v set) words() string { return strings.Join(v.sorted(), ", ") }

// providers is a list of names, each behind its preference and a comma.
type providers struct{ list *[]CSP }

func (v providers) sorted() []CSP {
	return slices.SortedFunc(slices.Values(*v.list), func(a, b CSP) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference), cmp.Compare(a.Name, b.Name))
	})
}

func (v providers) texts() []string {
	var list []string
	for _, p := range v.sorted() {
		list = append(list, strconv.Itoa(p.Preference)+","+p.Name)
	}
	return list
}

func (v providers) encode() [][]byte { return valuesOf(v.texts()) }

func (v providers) decode(values [][]byte) string {
	list, problem := texts(values)
	if problem != "" {
		return problem
	}
	for _, s := range list {
		preference, name, found := strings.Cut(s, ",")
		n, err := strconv.Atoi(preference)
		if !found || err != nil || strconv.Itoa(n) != preference {
			return fmt.Sprintf("%.300q is not a number, a comma and a name", s)
		}
		*v.list = append(*v.list, CSP{n, name})
	}
	*v.list = v.sorted()
	return ""
}

func (v providers) words() string {
	var words []string
	for _, s := range v.texts() {
		if strings.ContainsAny(s, `;"`) { // else it might look like two
			s = strconv.Quote(s)
		}
		words = append(words, s)
	}
	return strings.Join(words, "; ")
}

// applicationPolicies is a list of object identifiers or, in templates for newer key providers, one string of properties.
type applicationPolicies struct{ t *Template }

func (v applicationPolicies) encode() [][]byte {
	if len(v.t.KeyProperties) > 0 {
		return [][]byte{[]byte(joinProperties(v.t.KeyProperties))}
	}
	return set{&v.t.RAApplicationPolicies}.encode()
}

func (v applicationPolicies) decode(values [][]byte) (problem string) {
	if len(values) == 1 && strings.Contains(string(values[0]), propertyEnd) {
		v.t.KeyProperties, problem = splitProperties(string(values[0]))
		return problem
	}
	return set{&v.t.RAApplicationPolicies}.decode(values)
}

func (v applicationPolicies) words() string {
	if len(v.t.KeyProperties) > 0 {
		return joinProperties(v.t.KeyProperties)
	}
	return set{&v.t.RAApplicationPolicies}.words()
}
