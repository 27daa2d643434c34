package template

import (
	"bytes"
	"slices"
)

// attributeChanges lists the attributes that differ. Identity and revision are no part of what is desired.
func attributeChanges(existing, desired Template) []Change {
	var changes []Change
	was := fieldsOf(&existing)
	for i, want := range fieldsOf(&desired) {
		switch want.field {
		case "OID", "Revision", "MinorRevision":
			continue
		}
		if !isSame(was[i], want) {
			changes = append(changes, setting(existing.Name, want.attribute, was[i].value.words(), want.value.words()))
		}
	}
	return changes
}

// isSame compares what is written. Of key usage it does not: there is one more way to write it.
func isSame(was, want field) bool {
	if want.field == "KeyUsage" {
		return was.value.words() == want.value.words()
	}
	return slices.EqualFunc(was.value.encode(), want.value.encode(), bytes.Equal)
}

// everyAttribute lists what a new template is made of.
func everyAttribute(t Template) []Change {
	var changes []Change
	for _, f := range fieldsOf(&t) {
		switch f.field {
		case "DisplayName", "OID", "Revision", "MinorRevision":
			continue
		}
		if words := f.value.words(); words != "" {
			changes = append(changes, setting(t.Name, f.attribute, "", words))
		}
	}
	return changes
}

func setting(name, attribute, from, to string) Change {
	return Change{Action: SetAttribute, Template: name, Attribute: attribute, From: from, To: to}
}

// accessChanges grants what is missing and revokes what [Desired] says is revoked. It returns the access that is left.
func accessChanges(existing, desired Template) ([]Change, []Access) {
	var changes []Change
	var access []Access
	for _, a := range existing.Access {
		a.Name = nameIn(desired.Access, a)
		if extra := a.Rights & revocable(desired, a.SID) &^ desired.Granted(a.SID); extra != 0 {
			changes = append(changes, accessChange(Revoke, desired.Name, a, extra))
			a.Rights &^= extra
		}
		access = append(access, a)
	}
	for _, a := range desired.Access {
		if missing := a.Rights &^ existing.Granted(a.SID); missing != 0 {
			changes = append(changes, accessChange(Grant, desired.Name, a, missing))
			access = append(access, Access{SID: a.SID, Rights: missing})
		}
	}
	return changes, mergeAccess(access)
}

// revocable returns what sid may not have unless it is desired.
func revocable(desired Template, sid SID) Rights {
	switch {
	case slices.ContainsFunc(desired.Access, func(a Access) bool { return a.SID == sid }):
		return allRights
	case sid.IsBroad():
		return enrollment | Write
	}
	return enrollment
}

func accessChange(action Action, name string, a Access, rights Rights) Change {
	return Change{Action: action, Template: name, Principal: a.SID, PrincipalName: a.Name, Rights: rights}
}

// nameIn returns what list calls the principal of a, or a itself.
func nameIn(list []Access, a Access) string {
	for _, known := range list {
		if known.SID == a.SID && known.Name != "" {
			return known.Name
		}
	}
	return a.Name
}

// mergeAccess joins the entries of each principal and drops those without rights.
func mergeAccess(entries []Access) []Access {
	var merged []Access
	for _, e := range entries {
		i := slices.IndexFunc(merged, func(m Access) bool { return m.SID == e.SID })
		switch {
		case i >= 0:
			merged[i].Rights |= e.Rights
		case e.Rights != 0:
			merged = append(merged, e)
		}
	}
	return merged
}
