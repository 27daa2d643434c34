package adminservice

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// sentinelYear is the last year whose times mean "never": the service gives 1970-01-01 and 1980-01-01, shifted by its
// time zone once or twice, and .NET gives year 1. The product is younger.
const sentinelYear = 1980

// parseTime reads a time in the forms that AdminService, WMI and .NET have for it. A time without a zone is in UTC. The
// zero time stands for nothing and for times that mean "never".
func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	for _, parse := range []func(string) (time.Time, error){parseISO, parseCIM, parseDotNet} {
		if at, err := parse(text); err == nil {
			return known(at.UTC()), nil
		}
	}
	return time.Time{}, errors.New("not a time")
}

// known returns at, or zero if it means "never".
func known(at time.Time) time.Time {
	if at.Year() <= sentinelYear || at.Year() >= 9999 {
		return time.Time{}
	}
	return at
}

// parseISO reads 2026-09-18T20:39:05Z with any fraction, and with an offset or none.
func parseISO(text string) (time.Time, error) {
	text = strings.Replace(text, " ", "T", 1)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Parse("2006-01-02T15:04:05", text)
}

// parseCIM reads the form of WMI, 20260918203905.123000+060: microseconds, and minutes east of UTC. Stars stand for an
// offset that is not known.
func parseCIM(text string) (time.Time, error) {
	if len(text) != len("20260918203905.123000+060") {
		return time.Time{}, errors.New("not of that length")
	}
	at, err := time.Parse("20060102150405.000000", text[:21])
	if err != nil {
		return time.Time{}, err
	}
	if offset := text[21:]; offset[1:] == "***" {
		return at, nil
	}
	minutes, err := strconv.Atoi(text[21:])
	if err != nil || text[21] != '+' && text[21] != '-' {
		return time.Time{}, errors.New("no offset")
	}
	return at.Add(-time.Duration(minutes) * time.Minute), nil
}

// parseDotNet reads /Date(1789763945000+0200)/: milliseconds since 1970; the offset is only how it was shown.
func parseDotNet(text string) (time.Time, error) {
	inner, opened := strings.CutPrefix(text, "/Date(")
	inner, closed := strings.CutSuffix(inner, ")/")
	if !opened || !closed || inner == "" {
		return time.Time{}, errors.New("not of that form")
	}
	if at := strings.LastIndexAny(inner, "+-"); at > 0 {
		inner = inner[:at]
	}
	milliseconds, err := strconv.ParseInt(inner, 10, 64)
	if err != nil || milliseconds < -1<<50 || milliseconds > 1<<50 {
		return time.Time{}, errors.New("no number of milliseconds")
	}
	return time.UnixMilli(milliseconds), nil
}
