package cmlog

import (
	"strings"
	"time"
)

// maxBias is the largest offset from UTC, in minutes, that is believed.
const maxBias = 24 * 60

// utc returns the time that a stamp such as "09-18-2026", "16:39:06.598", "+240" stands for; zero if it cannot be read.
func (o *Options) utc(date, clock, bias string) time.Time {
	year, month, day, ok := parseDate(date)
	sinceMidnight, okClock := parseClock(clock)
	if !ok || !okClock {
		return time.Time{}
	}
	minutes, ok := parseBias(bias)
	switch {
	case bias == "" && o.Location != nil:
		return wallClock(year, month, day, sinceMidnight, o.Location)
	case bias == "":
		minutes = 0
	case !ok:
		return time.Time{}
	case o.EastBias:
		minutes = -minutes
	}
	return wallClock(year, month, day, sinceMidnight, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

func wallClock(year int, month time.Month, day int, sinceMidnight time.Duration, zone *time.Location) time.Time {
	seconds, nanoseconds := int(sinceMidnight/time.Second), int(sinceMidnight%time.Second)
	return time.Date(year, month, day, 0, 0, seconds, nanoseconds, zone).UTC()
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

// parseBias reads "+240"; "+-420", which scripts write that put a sign before a signed number, is -420.
func parseBias(s string) (minutes int, ok bool) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digits, negative := s[1:], s[0] == '-'
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
