package template

import (
	"bytes"
	"slices"
	"strings"
)

// Equal reports whether a directory that holds u holds t: the same attributes, whatever the order of their values, under
// the same name, and the same security descriptor; where one of the two has none, the same Access. What principals are
// called does not matter.
func (t Template) Equal(u Template) bool {
	if !strings.EqualFold(t.Name, u.Name) {
		return false
	}
	other := fieldsOf(&u)
	for i, f := range fieldsOf(&t) {
		if !slices.EqualFunc(f.value.encode(), other[i].value.encode(), bytes.Equal) {
			return false
		}
	}
	if t.Security.isKnown() && u.Security.isKnown() {
		return bytes.Equal(t.Security.Encode(), u.Security.Encode())
	}
	return t.grantsAll(u.Access) && u.grantsAll(t.Access)
}

// grantsAll reports whether t grants to each principal at least what access says.
func (t Template) grantsAll(access []Access) bool {
	return !slices.ContainsFunc(access, func(a Access) bool { return a.Rights&^t.Granted(a.SID) != 0 })
}
