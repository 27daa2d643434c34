package certs

import "time"

// isDERTime reports whether content is a time in Universal Time to the second, the only form that RFC 5280 allows. Lists
// have a time in each entry, so it does without package time.
func isDERTime(tag byte, content []byte) bool {
	digits := 12
	if tag == tagGeneralizedTime {
		digits = 14
	} else if tag != tagUTCTime {
		return false
	}
	if len(content) != digits+1 || content[digits] != 'Z' {
		return false
	}
	for _, c := range content[:digits] {
		if c < '0' || c > '9' {
			return false
		}
	}
	year, rest := derYear(tag, content)
	month, day := twoDigits(rest), twoDigits(rest[2:])
	return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month) &&
		twoDigits(rest[4:]) < 24 && twoDigits(rest[6:]) < 60 && twoDigits(rest[8:]) < 60
}

// derTime reads what isDERTime accepted.
func derTime(tag byte, content []byte) time.Time {
	year, rest := derYear(tag, content)
	return time.Date(year, time.Month(twoDigits(rest)), twoDigits(rest[2:]), twoDigits(rest[4:]), twoDigits(rest[6:]), twoDigits(rest[8:]), 0, time.UTC)
}

// derYear reads the year; of two digits, those from 50 on belong to the twentieth century.
func derYear(tag byte, content []byte) (year int, rest []byte) {
	if tag == tagGeneralizedTime {
		return 100*twoDigits(content) + twoDigits(content[2:]), content[4:]
	}
	if year = twoDigits(content); year < 50 {
		return 2000 + year, content[2:]
	}
	return 1900 + year, content[2:]
}

func twoDigits(digits []byte) int { return 10*int(digits[0]-'0') + int(digits[1]-'0') }

func daysOf(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
