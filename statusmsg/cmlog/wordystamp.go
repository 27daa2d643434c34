package cmlog

import (
	"bytes"
	"strings"
	"time"
)

// A wordy stamp is the C library's "Fri Dec  9 11:25:00 2022", with a fraction "17:09:46.507" where the writer has one.

// leastWordy is the length of the shortest wordy stamp.
const leastWordy = len("Fri Dec 9 11:25:00 2022")

// isWordy reports whether text begins as a wordy stamp does.
func isWordy(text []byte) bool {
	return len(text) >= leastWordy && text[3] == ' ' && text[7] == ' ' &&
		inTable(weekdays, text[:3]) && inTable(months, text[4:7])
}

const (
	weekdays = "SunMonTueWedThuFriSat"
	months   = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// inTable reports whether table, of words of three letters, holds word.
func inTable(table string, word []byte) bool { return strings.Index(table, string(word))%3 == 0 }

// setWordy keeps a wordy stamp of the server dialect: SMS 1 ended it with "~", SMS 2.0 with the name of the zone.
func (r *record) setWordy(line []byte, field span) {
	text := line[field.from:field.to]
	end := len(text)
	if year := bytes.LastIndexByte(text, ':'); year >= 0 {
		if space := bytes.IndexByte(text[year:], ' '); space >= 0 {
			end = min(end, year+space+len(" 1997"))
		}
	}
	r.date = span{field.from, field.from + end}
	rest := bytes.TrimLeft(text[end:], "~ ")
	r.bias = span{field.to - len(rest), field.to}
}

// parseWordy reads a wordy stamp.
func parseWordy(s string) (year int, month time.Month, day int, sinceMidnight time.Duration, ok bool) {
	parts := strings.Fields(s)
	if len(parts) != 5 {
		return 0, 0, 0, 0, false
	}
	month = time.Month(strings.Index(months, parts[1])/3 + 1)
	day, okDay := number(parts[2], 2)
	year, okYear := number(parts[4], 4)
	sinceMidnight, okClock := parseClock(parts[3])
	ok = okDay && okYear && okClock && day >= 1 && day <= daysIn(year, month)
	return year, month, day, sinceMidnight, ok
}
