package cmlog

import (
	"strings"
	"time"
)

// maxBias is the largest offset from UTC, in minutes, that is believed.
const maxBias = 24 * 60

// clock turns stamps into UTC. Most records of a log are of one day, so it remembers the last date.
type clock struct {
	options *Options
	date    string
	day     int64 // midnight of date, in seconds as of time.Unix
	valid   bool
}

// utc returns the time that a stamp such as "09-18-2026", "16:39:06.598", "+240" stands for; zero if it cannot be read.
// A stamp that has no clock of its own is a wordy one or that of a row copied out of CMTrace.
func (c *clock) utc(date, clock, bias string) time.Time {
	if clock == "" {
		return c.options.whole(date)
	}
	sinceMidnight, ok := parseClock(clock)
	if !ok || !c.turnTo(date) {
		return time.Time{}
	}
	minutes, ok := parseBias(bias, c.options.EastBias)
	switch {
	case bias == "":
		return c.options.wall(c.day, sinceMidnight)
	case !ok:
		return time.Time{}
	}
	return unix(c.day+int64(minutes)*60, sinceMidnight)
}

// turnTo makes date the day of c and reports whether it is one.
func (c *clock) turnTo(date string) bool {
	if date != c.date {
		year, month, day, ok := parseDate(date)
		c.date, c.valid = strings.Clone(date), ok
		c.day = time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	}
	return c.valid
}

// whole reads a stamp in one piece; none of these has a bias.
func (o *Options) whole(stamp string) time.Time {
	parse := parseWordy
	if strings.IndexByte(stamp, '/') >= 0 {
		parse = parseColumn
	}
	year, month, day, sinceMidnight, ok := parse(stamp)
	if !ok {
		return time.Time{}
	}
	return o.wall(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), sinceMidnight)
}

// wall returns what a clock in the zone of o shows on the given day.
func (o *Options) wall(day int64, sinceMidnight time.Duration) time.Time {
	t := unix(day, sinceMidnight)
	if o.Location == nil {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), o.Location).UTC()
}

func unix(day int64, sinceMidnight time.Duration) time.Time {
	return time.Unix(day+int64(sinceMidnight/time.Second), int64(sinceMidnight%time.Second)).UTC()
}

// parseColumn reads "9/18/2026 4:39:06 PM"; without AM or PM the clock has 24 hours.
func parseColumn(s string) (year int, month time.Month, day int, sinceMidnight time.Duration, ok bool) {
	date, clock, _ := strings.Cut(s, " ")
	year, month, day, okDate := parseDate(strings.ReplaceAll(date, "/", "-"))
	clock, half, halved := strings.Cut(clock, " ")
	sinceMidnight, okClock := parseClock(clock)
	const noon = 12 * time.Hour
	if halved {
		sinceMidnight %= noon
	}
	if half == "PM" {
		sinceMidnight += noon
	}
	ok = okDate && okClock && (!halved || half == "AM" || half == "PM")
	return year, month, day, sinceMidnight, ok
}

// parseDate reads "MM-DD-YYYY"; month and day may have one digit.
func parseDate(s string) (year int, month time.Month, day int, ok bool) {
	first, rest, ok1 := strings.Cut(s, "-")
	second, third, ok2 := strings.Cut(rest, "-")
	m, ok3 := number(first, 2)
	day, ok4 := number(second, 2)
	year, ok5 := number(third, 4)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || len(third) != 4 {
		return 0, 0, 0, false
	}
	month = time.Month(m)
	return year, month, day, m >= 1 && m <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}

// parseClock reads "HH:MM:SS" with an optional fraction of up to nine digits.
func parseClock(s string) (time.Duration, bool) {
	if len(s) == len("10:27:17.661") {
		if clock, ok := parsePlainClock(s); ok {
			return clock, true
		}
	}
	hours, rest, ok1 := strings.Cut(s, ":")
	minutes, rest, ok2 := strings.Cut(rest, ":")
	seconds, fraction, hasFraction := strings.Cut(rest, ".")
	h, ok3 := number(hours, 2)
	m, ok4 := number(minutes, 2)
	sec, ok5 := number(seconds, 2)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || h > 23 || m > 59 || sec > 59 {
		return 0, false
	}
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	if !hasFraction {
		return clock, true
	}
	nanoseconds, ok := number(fraction, 9)
	for range 9 - min(len(fraction), 9) {
		nanoseconds *= 10
	}
	return clock + time.Duration(nanoseconds), ok
}

// parsePlainClock reads "10:27:17.661", as nearly every record has it.
func parsePlainClock(s string) (time.Duration, bool) {
	if s[2] != ':' || s[5] != ':' || s[8] != '.' {
		return 0, false
	}
	h, ok1 := number(s[:2], 2)
	m, ok2 := number(s[3:5], 2)
	sec, ok3 := number(s[6:8], 2)
	ms, ok4 := number(s[9:], 3)
	ok := ok1 && ok2 && ok3 && ok4 && h <= 23 && m <= 59 && sec <= 59
	return time.Duration(((h*60+m)*60+sec)*1000+ms) * time.Millisecond, ok
}

// parseBias reads "+240"; "+-420", which scripts write that put a sign before a signed number, is -420. Where east is
// positive the sign is the opposite one and may be missing.
func parseBias(s string, east bool) (minutes int, ok bool) {
	digits, negative := s, east
	if s != "" && (s[0] == '+' || s[0] == '-') {
		digits, negative = s[1:], (s[0] == '-') != east
	} else if !east {
		return 0, false
	}
	if strings.HasPrefix(digits, "-") {
		digits, negative = digits[1:], !negative
	}
	minutes, ok = number(digits, 4)
	if negative {
		minutes = -minutes
	}
	return minutes, ok && minutes >= -maxBias && minutes <= maxBias
}

// number reads one to limit decimal digits.
func number(s string, limit int) (int, bool) {
	if s == "" || len(s) > limit {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		digit := s[i] - '0'
		if digit > 9 {
			return 0, false
		}
		n = n*10 + int(digit)
	}
	return n, true
}
