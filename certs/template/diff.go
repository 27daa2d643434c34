package template

import "slices"

// attributeChanges lists the attributes that differ. Identity and revision are no part of what is desired.
func attributeChanges(existing, desired Template) []Change {
	var changes []Change
	was := fieldsOf(&existing)
	for i, want := range fieldsOf(&desired) {
		switch want.field {
		case "OID", "Revision", "MinorRevision":
			continue
		}
		if from, to := was[i].value.words(), want.value.words(); from != to {
			changes = append(changes, Change{SetAttribute, existing.Name, want.attribute, from, to})
		}
	}
	return changes
}

// accessChanges grants what is missing and revokes the enrollment rights of everybody who is not desired. Other rights of
// others stay.
func accessChanges(existing, desired Template) ([]Change, []Access) {
	var changes []Change
	var access []Access
	for _, a := range existing.Access {
		if extra := a.Rights & enrollment &^ desired.Granted(a.SID); extra != 0 {
			changes = append(changes, Change{Revoke, desired.Name, string(a.SID), "", extra.String()})
			a.Rights &^= extra
		}
		access = append(access, a)
	}
	for _, a := range desired.Access {
		if missing := a.Rights &^ existing.Granted(a.SID); missing != 0 {
			changes = append(changes, Change{Grant, desired.Name, string(a.SID), "", missing.String()})
			access = append(access, Access{a.SID, missing})
		}
	}
	return changes, mergeAccess(access)
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
