package dns

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// maxLine is the longest line of a list of aliases. Two names and what stands between them take less than 600 bytes.
const maxLine = 1024

// ParseAliases reads a list of aliases for [Audit], one a line: a name, a name and its target, or a line of a zone file
// such as "clouddp.contoso.com. 300 IN CNAME clouddp.cloudapp.net.". Names are fully qualified and come out canonical. What
// follows "#" or ";" is a comment; empty lines are skipped.
//
// A bad line yields an [*InvalidError] with its number, and the list goes on after it. A failing reader ends the list with
// its error. A line has at most 1024 bytes.
func ParseAliases(r io.Reader) iter.Seq2[Alias, error] {
	return func(yield func(Alias, error) bool) {
		if r == nil {
			problems := &InvalidError{Subject: "dns: aliases"}
			problems.Add("Reader", "is nil")
			yield(Alias{}, problems)
			return
		}
		lines := bufio.NewReaderSize(r, maxLine+len("\r\n"))
		for number := 1; ; number++ {
			line, err := readLine(lines)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Alias{}, fmt.Errorf("dns: aliases: line %d: %w", number, err))
				}
				return
			}
			if alias, found, err := parseLine(number, line); (found || err != nil) && !yield(alias, err) {
				return
			}
		}
	}
}

// readLine returns the next line without its end. One that is too long comes cut short, but still too long. The last line
// needs no end.
func readLine(r *bufio.Reader) (string, error) {
	slice, err := r.ReadSlice('\n')
	line := string(slice)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), err
}

// parseLine returns the alias of one line, if there is one.
func parseLine(number int, line string) (alias Alias, found bool, err error) {
	problems := &InvalidError{Subject: fmt.Sprintf("dns: aliases: line %d", number)}
	fields := fieldsOf(number, line)
	target, ok := targetOf(fields)
	switch {
	case len(line) > maxLine:
		problems.Add("Line", "is longer than %d bytes", maxLine)
	case len(fields) == 0:
		return Alias{}, false, nil
	case !ok:
		problems.Add("Line", "is neither NAME, NAME TARGET nor NAME TTL IN CNAME TARGET")
	default:
		alias.Name = checkName(problems, "Name", fields[0])
	}
	if target != "" {
		alias.Target = checkName(problems, "Target", target)
	}
	if err := problems.Err(); err != nil {
		return Alias{}, false, err
	}
	return alias, true, nil
}

// fieldsOf returns what stands in a line before a comment. Some editors begin a file with a byte order mark.
func fieldsOf(number int, line string) []string {
	if number == 1 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if comment := strings.IndexAny(line, "#;"); comment >= 0 {
		line = line[:comment]
	}
	return strings.Fields(line)
}

// targetOf returns the target of a line: nothing, what follows the name, or the last field as in a zone file, in which the
// TTL and the class are optional and stand in either order (RFC 1035, section 5.1).
func targetOf(fields []string) (target string, ok bool) {
	switch len(fields) {
	case 0, 1:
		return "", true
	case 2:
		return fields[1], true
	}
	last := len(fields) - 1
	if last > 4 || !strings.EqualFold(fields[last-1], TypeCNAME) {
		return "", false
	}
	ttls, classes := 0, 0
	for _, field := range fields[1 : last-1] {
		if _, err := strconv.ParseUint(field, 10, 31); err == nil {
			ttls++
		} else if strings.EqualFold(field, "IN") {
			classes++
		} else {
			return "", false
		}
	}
	return fields[last], ttls <= 1 && classes <= 1
}
