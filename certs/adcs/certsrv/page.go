package certsrv

import (
	"bytes"
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
	// values are what stands behind the tabs of a status: the message first, then the last result.
	values []string
	// numbers are the whole numbers in the visible text, each once.
	numbers []uint64
}

var (
	// linkToCertificate is the address of a certificate that was issued, in a link or in a script.
	linkToCertificate = regexp.MustCompile(`(?i)certnew\.cer\?ReqID=([1-9][0-9]{0,9})(?:[^0-9]|$)`)
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
		if _, value, found := strings.Cut(line, "\t\t"); found && strings.TrimSpace(value) != "" {
			p.values = append(p.values, value)
		}
		if trimmed := strings.TrimSpace(line); trimmed != "" {
			p.lines = append(p.lines, trimmed)
			p.addNumbers(trimmed)
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// addNumbers adds the whole numbers of 32 bits in a line that are no part of a word, a date, a time, a version or a code.
func (p *page) addNumbers(line string) {
	line = anyCode.ReplaceAllString(line, " ")
	for _, at := range digits.FindAllStringIndex(line, maxNumbers) {
		number, err := strconv.ParseUint(line[at[0]:at[1]], 10, 32)
		before, size := utf8.DecodeLastRuneInString(line[:at[0]])
		beforeThat, _ := utf8.DecodeLastRuneInString(line[:at[0]-size])
		after, size := utf8.DecodeRuneInString(line[at[1]:])
		afterThat, _ := utf8.DecodeRuneInString(line[at[1]+size:])
		if err != nil || number == 0 || joins(before, beforeThat) || joins(after, afterThat) {
			continue
		}
		if len(p.numbers) < maxNumbers && !slices.Contains(p.numbers, number) {
			p.numbers = append(p.numbers, number)
		}
	}
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

// onlyNumber returns the number on the page if there is one alone.
func (p *page) onlyNumber() string {
	if len(p.numbers) != 1 {
		return ""
	}
	return strconv.FormatUint(p.numbers[0], 10)
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
