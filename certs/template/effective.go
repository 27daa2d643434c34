package template

import "slices"

// ownerRights is the principal for what the owner may do in the place of what an owner always may.
const ownerRights = "S-1-3-4"

// inEveryToken are the principals that whoever logs in is a member of.
func inEveryToken() []SID { return []SID{Everyone, AuthenticatedUsers} }

// Access returns what d allows each principal, in the order of the entries. Control access and full control include
// Enroll and AutoEnroll; each way to change a template counts as Write; entries that deny something to the same
// principal, to [Everyone] or to [AuthenticatedUsers] are heeded where they stand. Not seen are what other groups of a
// member allow and deny (see [SecurityDescriptor.AccessFor]), groups within groups, the rights of the owner, and entries
// about single properties or under a condition.
func (d SecurityDescriptor) Access() []Access {
	if d.dacl == nil {
		if d.isOpen() {
			return []Access{{SID: Everyone, Rights: allRights}}
		}
		return nil
	}
	allowed, denied := map[SID]powers{}, map[SID]powers{}
	var order []SID
	for _, entry := range d.dacl.entries {
		p := entry.powers()
		if p == 0 {
			continue
		}
		if entry.isDenial() {
			denied[entry.sid] |= p // what was allowed before stays so
			continue
		}
		if _, known := allowed[entry.sid]; !known {
			order = append(order, entry.sid)
		}
		allowed[entry.sid] |= p &^ (denied[entry.sid] | denied[Everyone] | denied[AuthenticatedUsers])
	}
	var access []Access
	for _, sid := range order {
		if rights := allowed[sid].rights(); rights != 0 {
			access = append(access, Access{SID: sid, Rights: rights})
		}
	}
	return access
}

// AccessFor returns what d allows the holder of a token: a user or computer and every group that it belongs to, those
// within groups too. [Everyone] and [AuthenticatedUsers], which are in every token, need not be listed. The entries are
// read in their order, as Windows does: the first that allows or denies something decides. The owner may change who may
// do what, and so has Write. Not seen are entries about single properties or under a condition.
func (d SecurityDescriptor) AccessFor(token ...SID) Rights {
	if d.isOpen() {
		return allRights
	}
	holder := slices.Concat(token, inEveryToken())
	var allowed, denied powers
	if d.owner != "" && slices.Contains(holder, d.owner) {
		holder = append(holder, ownerRights)
		if !limitsOwner(d.entries()) {
			allowed = maskReadControl | maskChangeAccess
		}
	}
	for _, entry := range d.entries() {
		switch {
		case !slices.Contains(holder, entry.sid):
		case entry.isDenial():
			denied |= entry.powers() // what was allowed before stays so
		default:
			allowed |= entry.powers() &^ denied
		}
	}
	return allowed.rights()
}

// isOpen reports whether d has a list that is present and null, which keeps nobody out.
func (d SecurityDescriptor) isOpen() bool { return d.dacl == nil && d.control&controlDACLPresent != 0 }

// isKnown reports whether d was read, or made with access.
func (d SecurityDescriptor) isKnown() bool { return d.control&controlDACLPresent != 0 }

func (d SecurityDescriptor) entries() []ace {
	if d.dacl == nil {
		return nil
	}
	return d.dacl.entries
}

// limitsOwner reports whether one of entries says what the owner may do.
func limitsOwner(entries []ace) bool { return slices.ContainsFunc(entries, ace.limitsOwner) }

func (a ace) limitsOwner() bool { return a.sid == ownerRights && a.flags&aceInheritOnly == 0 }
