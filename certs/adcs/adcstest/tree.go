package adcstest

import (
	"slices"
	"strings"
)

// entry is one object of the directory.
type entry struct {
	dn         string
	name       name
	class      string
	attributes []attribute
}

// attribute has at least one value.
type attribute struct {
	name   string
	values [][]byte
}

func (e *entry) values(name string) [][]byte {
	for _, a := range e.attributes {
		if strings.EqualFold(a.name, name) {
			return a.values
		}
	}
	return nil
}

// set replaces the values of an attribute; without values it is gone.
func (e *entry) set(name string, values ...[]byte) {
	same := func(a attribute) bool { return strings.EqualFold(a.name, name) }
	e.attributes = slices.DeleteFunc(slices.Clone(e.attributes), same)
	if len(values) > 0 {
		e.attributes = append(e.attributes, attribute{name, values})
	}
}

// clone returns a copy whose attributes can be set without changing e.
func (e *entry) clone() *entry {
	c := *e
	c.attributes = slices.Clone(e.attributes)
	return &c
}

// tree holds every entry by the key of its name.
type tree map[string]*entry

// put makes an entry with what a server fills in itself. The parent is there, and no such entry.
func (t tree) put(dn, class string) *entry {
	n, _ := parseName(dn)
	first, _, _ := cutPart(dn)
	_, cn, _ := strings.Cut(first, "=")
	cn, _ = unescape(trim(cn))
	e := &entry{dn: dn, name: n, class: class}
	e.set("objectClass", []byte("top"), []byte(class))
	e.set("cn", []byte(cn))
	e.set("name", []byte(cn))
	e.set("distinguishedName", []byte(dn))
	e.set("showInAdvancedViewOnly", []byte("TRUE"))
	t[n.key()] = e
	return e
}

// at returns the entry called dn.
func (t tree) at(dn string) (*entry, bool) {
	n, ok := parseName(dn)
	if !ok {
		return nil, false
	}
	e, ok := t[n.key()]
	return e, ok
}

// below returns the entries right below dn, in the order of their names.
func (t tree) below(dn string) []*entry {
	base, _ := parseName(dn)
	var found []*entry
	for _, e := range t {
		if len(e.name) == len(base)+1 && e.name.below(base) {
			found = append(found, e)
		}
	}
	sortEntries(found)
	return found
}

func sortEntries(entries []*entry) {
	slices.SortFunc(entries, func(a, b *entry) int { return strings.Compare(a.name.key(), b.name.key()) })
}
