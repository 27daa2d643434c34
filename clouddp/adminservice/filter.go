package adminservice

import (
	"strconv"
	"strings"
	"time"
)

// filter is an expression of OData; empty selects everything.
type filter string

// compare relates a property to a value by an operator such as eq.
func compare(property, operator string, literal string) filter {
	return filter(property + " " + operator + " " + literal)
}

// quote returns text as a literal: a quote in it is doubled, so that it cannot end there.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func number(n int64) string { return strconv.FormatInt(n, 10) }

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// equalText selects by text. Text that the service might not hand on to its database as it is selects everything: the
// caller filters again.
func equalText(property, text string) filter {
	if text == "" || !plain(text) {
		return ""
	}
	return compare(property, "eq", quote(text))
}

// plain reports whether text means the same in OData, WQL and SQL. The latter two have escapes of their own for some
// characters, and compare others than ASCII by rules of the database.
func plain(text string) bool {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '\\' || c == '"' || c == '\'' {
			return false
		}
	}
	return len(text) <= 255
}

func and(filters ...filter) filter { return join(" and ", filters) }

func or(filters ...filter) filter { return join(" or ", filters) }

// join puts those that are not empty together.
func join(operator string, filters []filter) filter {
	var parts []string
	for _, f := range filters {
		if f != "" {
			parts = append(parts, string(f))
		}
	}
	if len(parts) < 2 {
		return filter(strings.Join(parts, ""))
	}
	return filter("(" + strings.Join(parts, operator) + ")")
}
