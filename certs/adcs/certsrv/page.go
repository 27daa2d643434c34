package certsrv

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

const maxNumbers = 64

// page is what can be known of a page without reading its words.
type page struct {
	// issued is the id in the address of a certificate.
	issued string
	// denied says that the page has the element that tells of a refusal.
	denied bool
	// lines are the lines of the visible text.
	lines []string
	// values are what stands behind the labels and tabs of a status: the message first, then the last result.
	values []string
}

// statusLines is how many lines a status has.
const statusLines = 2

var (
	// linkToCertificate is the address of a certificate that was issued, in a link or in a script.
	linkToCertificate = regexp.MustCompile(`(?i)certnew\.cer\?ReqID=([1-9][0-9]{0,9})(?:[^0-9]|$)`)
	// statusLine is a label, a colon and the tabs before a value; tabs alone indent any page.
	statusLine = regexp.MustCompile(`^[^\t]*[^\s:：][^\t]*[:：]\t\t[ \t]*(\S.*)$`)
	// anyCode is a result code with what explains it: "0x80094012 (-2146877422)".
	anyCode = regexp.MustCompile(`\b0[xX][0-9a-fA-F]+\b(?: \([^)]{0,80}\))?`)
)

// parsePage reads a page. Anything is a page.
func parsePage(content []byte) *page {
	p := &page{}
	if found := linkToCertificate.FindSubmatch(content); found != nil {
		p.issued = string(found[1])
	}
	var text strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader(content))
	hidden := ""
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			p.readText(text.String())
			return p
		case html.TextToken:
			if hidden == "" {
				text.WriteString(strings.ToValidUTF8(string(tokens.Text()), "\uFFFD"))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := tokens.TagName()
			if isHidden(string(name)) {
				hidden = string(name)
			}
			p.readAttributes(tokens, more)
			text.WriteByte('\n')
		default: // the end of an element, or a comment
			if name, _ := tokens.TagName(); hidden != "" && string(name) == hidden {
				hidden = ""
			}
			text.WriteByte('\n')
		}
	}
}

// isHidden reports whether what an element holds is not shown on the page.
func isHidden(name string) bool {
	return slices.Contains([]string{"script", "style", "title", "textarea", "select"}, name)
}

// readAttributes looks for the id of a refusal.
func (p *page) readAttributes(tokens *html.Tokenizer, more bool) {
	for more {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		p.denied = p.denied || string(key) == "id" && strings.EqualFold(string(value), "locDenied")
	}
}

func (p *page) readText(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if found := statusLine.FindStringSubmatch(line); found != nil {
			p.values = append(p.values, found[1])
		}
		if trimmed := strings.TrimSpace(line); trimmed != "" {
			p.lines = append(p.lines, trimmed)
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// numbersIn returns the whole numbers of 32 bits in a line that are no part of a word, a date, a time, a version or a code.
func numbersIn(line string) []uint64 {
	line = anyCode.ReplaceAllString(line, " ")
	var numbers []uint64
	for _, at := range digits.FindAllStringIndex(line, maxNumbers) {
		number, err := strconv.ParseUint(line[at[0]:at[1]], 10, 32)
		before, size := utf8.DecodeLastRuneInString(line[:at[0]])
		beforeThat, _ := utf8.DecodeLastRuneInString(line[:at[0]-size])
		after, size := utf8.DecodeRuneInString(line[at[1]:])
		afterThat, _ := utf8.DecodeRuneInString(line[at[1]+size:])
		if err != nil || number == 0 || joins(before, beforeThat) || joins(after, afterThat) {
			continue
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// numbers returns the numbers on the page that a request may have, each once, the highest first. Those in a line that names the
// authority may be parts of its name. It also reports whether there is such a line.
func (p *page) numbers(authority string) (numbers []uint64, named bool) {
	for _, line := range p.lines {
		if names(line, authority) {
			named = true
			continue
		}
		if numbers = append(numbers, numbersIn(line)...); len(numbers) > maxNumbers {
			return nil, named // no page of the authority has so many
		}
	}
	slices.SortFunc(numbers, func(a, b uint64) int { return cmp.Compare(b, a) })
	return slices.Compact(numbers), named
}

// names reports whether a line has the name of the authority in it.
func names(line, authority string) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return authority != "" && strings.Contains(plain(line), plain(authority))
}

// joins reports whether the text beside a number makes it a part of something else. Chinese and Japanese put a number
// between words without a space.
func joins(beside, beyond rune) bool {
	switch {
	case strings.ContainsRune(".,:", beside):
		return unicode.IsDigit(beyond)
	case unicode.In(beside, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return false
	}
	return unicode.IsLetter(beside) || unicode.IsDigit(beside) || strings.ContainsRune(`-/\_+=%@$&`, beside)
}

// refusedNumber returns the number in the line that tells of a refusal, if there is one alone.
func (p *page) refusedNumber() string {
	for _, line := range p.lines {
		if answer.Code(line) == 0 {
			continue
		}
		if numbers := numbersIn(line); len(numbers) == 1 {
			return strconv.FormatUint(numbers[0], 10)
		}
		return ""
	}
	return ""
}

// code returns the first result code of a failure, or 0.
func (p *page) code() certs.HRESULT {
	for _, line := range p.lines {
		if code := answer.Code(line); code != 0 {
			return code
		}
	}
	return 0
}

// reason returns how the authority words an outcome: the message of a status, else the line with the result code.
func (p *page) reason() string {
	if len(p.values) > 0 {
		return answer.Clean(p.values[0])
	}
	for _, line := range p.lines {
		if answer.Code(line) != 0 {
			return answer.Clean(line)
		}
	}
	return ""
}
