package adcstest

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Choices of a filter by the number of their context tag.
const (
	filterAnd      ber.Tag = 0
	filterOr       ber.Tag = 1
	filterNot      ber.Tag = 2
	filterEquality ber.Tag = 3
	filterPresent  ber.Tag = 7
)

// matches reports whether e fits a filter. Of the kinds of filter those that look for one value are known.
func (e *entry) matches(filter *ber.Packet) (bool, error) {
	switch filter.Tag {
	case filterAnd, filterOr:
		for _, part := range filter.Children {
			matches, err := e.matches(part)
			if err != nil || matches == (filter.Tag == filterOr) {
				return matches, err
			}
		}
		return filter.Tag == filterAnd, nil
	case filterNot:
		parts, err := fields(filter, 1)
		if err != nil {
			return false, err
		}
		matches, err := e.matches(parts[0])
		return !matches, err
	case filterPresent:
		return strings.EqualFold(text(filter), "objectClass") || len(e.values(text(filter))) > 0, nil
	case filterEquality:
		parts, err := fields(filter, 2)
		if err != nil {
			return false, err
		}
		return e.has(text(parts[0]), content(parts[1])), nil
	default:
		return false, refuse(unwilling, "filters of kind %d are not known here", filter.Tag)
	}
}

func (e *entry) has(attribute string, value []byte) bool {
	d, ok := define(attribute)
	return ok && slices.ContainsFunc(e.values(attribute), func(v []byte) bool { return d.equal(v, value) })
}
