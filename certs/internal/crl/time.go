package crl

import "time"

// isDERTime reports whether content is a time in Universal Time to the second, the only form that RFC 5280 allows. Lists
// have a time in each entry, so it does without package time.
func isDERTime(tag byte, content []byte) bool {
	switch {
	case tag == tagUTCTime && len(content) == 13:
	case tag == tagGeneralizedTime && len(content) == 15 && twoDigits(content) != noDigits:
	default:
		return false
	}
	begin := len(content) - 13 // of the last two digits of the year
	rest := content[begin+2:]
	month, day := twoDigits(rest), twoDigits(rest[2:])
	return twoDigits(content[begin:]) != noDigits && month >= 1 && month <= 12 &&
		day >= 1 && (day <= 28 || day <= daysOf(derYear(tag, content), month)) &&
		twoDigits(rest[4:]) < 24 && twoDigits(rest[6:]) < 60 && twoDigits(rest[8:]) < 60 && rest[10] == 'Z'
}

// derTime reads what isDERTime accepted.
func derTime(tag byte, content []byte) time.Time {
	rest := content[len(content)-11:]
	return time.Date(derYear(tag, content), time.Month(twoDigits(rest)), twoDigits(rest[2:]),
		twoDigits(rest[4:]), twoDigits(rest[6:]), twoDigits(rest[8:]), 0, time.UTC)
}

// derYear reads the year; of two digits, those from 50 on belong to the twentieth century.
func derYear(tag byte, content []byte) int {
	switch year := twoDigits(content); {
	case tag == tagGeneralizedTime:
		return 100*year + twoDigits(content[2:])
	case year < 50:
		return 2000 + year
	default:
		return 1900 + year
	}
}

// noDigits is more than any two digits.
const noDigits = 100

func twoDigits(text []byte) int {
	high, low := text[0]-'0', text[1]-'0'
	if high > 9 || low > 9 {
		return noDigits
	}
	return 10*int(high) + int(low)
}

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
