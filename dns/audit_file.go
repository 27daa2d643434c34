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
		lines := bufio.NewReaderSize(r, maxLine+2) // and its end
		for number := 1; ; number++ {
			line, err := readLine(lines)
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				if !errors.Is(err, io.EOF) {
					yield(Alias{}, fmt.Errorf("dns: aliases: line %d: %w", number, err))
				}
				return
			}
			if alias, found, err := parseLine(number, line, err); (found || err != nil) && !yield(alias, err) {
				return
			}
		}
	}
}

// readLine returns the next line. One that is too long is skipped and reported as bufio.ErrBufferFull. The last line
// needs no end.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	text := string(line)
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		return "", bufio.ErrBufferFull
	}
	if errors.Is(err, io.EOF) && text != "" {
		return text, nil
	}
	return text, err
}

// parseLine returns the alias of one line, if there is one.
func parseLine(number int, line string, tooLong error) (alias Alias, found bool, err error) {
	problems := &InvalidError{Subject: fmt.Sprintf("dns: aliases: line %d", number)}
	if tooLong != nil {
		problems.Add("Line", "is longer than %d bytes", maxLine)
		return Alias{}, false, problems
	}
	if number == 1 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if comment := strings.IndexAny(line, "#;"); comment >= 0 {
		line = line[:comment]
	}
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return Alias{}, false, nil
	}
	target, ok := targetOf(fields[1:])
	if !ok {
		problems.Add("Line", "is neither NAME, NAME TARGET nor NAME TTL IN CNAME TARGET")
		return Alias{}, false, problems
	}
	alias.Name = checkName(problems, "Name", fields[0])
	if target != "" {
		alias.Target = checkName(problems, "Target", target)
	}
	if err := problems.Err(); err != nil {
		return Alias{}, false, err
	}
	return alias, true, nil
}

// targetOf returns the target out of what follows a name: nothing, the target, or the fields of a zone file, in which the
// TTL and the class are optional and stand in either order (RFC 1035, section 5.1).
func targetOf(fields []string) (target string, ok bool) {
	switch len(fields) {
	case 0:
		return "", true
	case 1:
		return fields[0], true
	}
	last := len(fields) - 1
	if last > 3 || !strings.EqualFold(fields[last-1], TypeCNAME) {
		return "", false
	}
	ttls, classes := 0, 0
	for _, field := range fields[:last-1] {
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
