package template

import (
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clouddp/sdk/internal/errs"
)

// maxINF bounds a file.
const maxINF = 1 << 20

// ParseRequestINF reads what [RequestINF.Format] writes, in any order and with comments: keys and sections are compared
// without regard to case. A key that [RequestINF] has no field for is a problem like a bad value or one that is there
// twice, so that nothing is lost unnoticed: the error is an [*InvalidError] listing all of them by line. So is a file
// without MachineKeySet, whose key would be the user's. A file of more than 1 MiB is [ErrLimit].
func ParseRequestINF(data []byte) (RequestINF, error) {
	if len(data) > maxINF {
		return RequestINF{}, fmt.Errorf("template: request: %d bytes, more than %d: %w", len(data), maxINF, ErrLimit)
	}
	p := &infParser{seen: map[string]bool{}, problems: errs.InvalidError{Subject: "template: request"}}
	p.set = p.keys()
	if !utf8.Valid(data) {
		p.problems.Add("file", "is not UTF-8")
		return RequestINF{}, p.problems.Err()
	}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		number++
		if problem := p.line(strings.TrimSpace(withoutComment(line))); problem != "" {
			p.problems.Add(fmt.Sprintf("line %d", number), "%s", problem)
		}
		if len(p.problems.Problems) > maxValues {
			break
		}
	}
	if len(p.problems.Problems) == 0 && !p.seen["newrequest machinekeyset"] {
		p.problems.Add("MachineKeySet", "is missing: the key would be the user's, and a service needs one of the computer")
	}
	if err := p.problems.Err(); err != nil {
		return RequestINF{}, err
	}
	if err := p.request.Validate(); err != nil {
		return RequestINF{}, err
	}
	return p.request, nil
}

type infParser struct {
	request  RequestINF
	set      map[string]func(value string) (problem string) // by section and key, in lower case
	seen     map[string]bool                                // the keys of set that were there
	section  string
	names    bool // the last line began or went on with the alternative names
	problems errs.InvalidError
}

func withoutComment(line string) string {
	quoted := false
	for i, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ';' && !quoted:
			return line[:i]
		}
	}
	return line
}

func (p *infParser) line(line string) (problem string) {
	if line == "" {
		return ""
	}
	if name, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(name, "]") {
		p.section, p.names = strings.ToLower(name[:len(name)-1]), false
		return ""
	}
	key, value, found := strings.Cut(line, "=")
	if !found {
		return fmt.Sprintf("%.100q is neither a section nor a key with a value", line)
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
		value = value[1 : n-1]
	}
	if strings.Contains(value, `"`) {
		return fmt.Sprintf("%.100q has a quotation mark of its own", value)
	}
	name := p.section + " " + strings.ToLower(key)
	set, known := p.set[name]
	switch {
	case !known:
		return fmt.Sprintf("[%.100s] %.100s is not known", p.section, key)
	case p.seen[name] && !repeatable[name]:
		return fmt.Sprintf("[%.100s] %.100s is there twice", p.section, key)
	}
	p.seen[name] = true
	return set(value)
}

// repeatable are the keys that a section may have more than once.
var repeatable = map[string]bool{"enhancedkeyusageextension oid": true, "extensions _continue_": true}

func (p *infParser) keys() map[string]func(value string) (problem string) {
	r := &p.request
	return map[string]func(string) string{
		"version signature":                     constant("$Windows NT$"),
		"newrequest subject":                    p.subject,
		"newrequest exportable":                 boolean(&r.Exportable),
		"newrequest keyalgorithm":               store(&r.KeyAlgorithm),
		"newrequest keylength":                  decimal(&r.KeyLength),
		"newrequest keyspec":                    decimal(&r.KeySpec),
		"newrequest keyusage":                   p.keyUsage,
		"newrequest machinekeyset":              constant("TRUE"),
		"newrequest providername":               store(&r.Provider),
		"newrequest providertype":               decimal(&r.ProviderType),
		"newrequest requesttype":                constant("PKCS10"),
		"newrequest hashalgorithm":              store(&r.HashAlgorithm),
		"enhancedkeyusageextension oid":         p.purpose,
		"extensions 2.5.29.17":                  p.beginNames,
		"extensions _continue_":                 p.continueNames,
		"requestattributes certificatetemplate": store(&r.Template),
	}
}

func constant(want string) func(string) string {
	return func(value string) string {
		if !strings.EqualFold(value, want) {
			return fmt.Sprintf("%.100q is not %s", value, want)
		}
		return ""
	}
}

func store(field *string) func(string) string {
	return func(value string) string {
		*field = value
		return ""
	}
}

func boolean(field *bool) func(string) string {
	return func(value string) string {
		*field = strings.EqualFold(value, "TRUE")
		if !*field && !strings.EqualFold(value, "FALSE") {
			return fmt.Sprintf("%.100q is neither TRUE nor FALSE", value)
		}
		return ""
	}
}

func decimal[T ~int](field *T) func(string) string {
	return func(value string) string {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return fmt.Sprintf("%.100q is not a number", value)
		}
		*field = T(n)
		return ""
	}
}

func (p *infParser) subject(value string) string {
	name, found := strings.CutPrefix(value, "CN=")
	if !found {
		return fmt.Sprintf("%.100q is not one common name", value)
	}
	p.request.CommonName = name
	return ""
}

func (p *infParser) keyUsage(value string) string {
	n, err := strconv.ParseUint(value, 0, 16)
	if err != nil {
		return fmt.Sprintf("%.100q is not a number of 16 bits", value)
	}
	p.request.KeyUsage = x509.KeyUsage(infUsage(uint16(n)))
	return ""
}

func (p *infParser) purpose(value string) string {
	p.request.ExtKeyUsage = append(p.request.ExtKeyUsage, value)
	return ""
}

func (p *infParser) beginNames(value string) string {
	p.names = true
	rest, found := strings.CutPrefix(value, "{text}")
	if !found {
		return fmt.Sprintf("%.100q does not begin with {text}", value)
	}
	return p.continueNames(rest)
}

func (p *infParser) continueNames(value string) string {
	if !p.names {
		return "continues nothing"
	}
	for part := range strings.SplitSeq(value, "&") {
		name, found := strings.CutPrefix(part, "dns=")
		if part != "" && !found {
			return fmt.Sprintf("%.100q is not a DNS name", part)
		}
		if found {
			p.request.DNSNames = append(p.request.DNSNames, name)
		}
	}
	return ""
}
