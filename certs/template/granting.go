package template

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clouddp/sdk/internal/errs"
)

// WithAccess returns d changed so that each principal listed has just the rights beside it, and principals not listed
// have none, but for those with Write: administrators keep what they have, unless they are everybody ([SID.IsBroad]).
// Owner, group, SACL, and entries that deny, are about something else or are not understood stay as they are, and no
// entry changes its place; new ones stand behind the list's own and before those inherited from the container. Inherited
// entries stay too unless they grant too much; then the list is cut off from the container and they become its own.
// Entries for Owner Rights (S-1-3-4) limit the owner, who without any may change who may do what: the last one never goes,
// but keeps READ_CONTROL where all of it is too much.
// Setting what is there already changes nothing. Bad access is an [*InvalidError]; what an entry that denies stands
// against is [ErrConflict], be it for the principal itself, for [Everyone] or for [AuthenticatedUsers]. A denial for
// another group that members of the principal belong to is not seen.
func (d SecurityDescriptor) WithAccess(access []Access) (SecurityDescriptor, error) {
	e := &errs.InvalidError{Subject: "template: access"}
	Template{Access: access}.validateAccess(e)
	if err := e.Err(); err != nil {
		return SecurityDescriptor{}, err
	}
	surplus := d.surplus(access)
	if d.dacl != nil && len(surplus) == 0 && !d.lacks(access) {
		return d, nil
	}
	changed, place := d.removing(surplus)
	changed = changed.adding(access, place)
	changed.raw = changed.build()
	if len(changed.dacl.append(nil)) > maxACL {
		return SecurityDescriptor{}, fmt.Errorf("template: access: the list outgrows %d bytes: %w", maxACL, errs.ErrLimit)
	}
	granted := Template{Access: changed.Access()}
	for _, a := range access {
		if missing := a.Rights &^ granted.Granted(a.SID); missing != 0 {
			return SecurityDescriptor{}, fmt.Errorf("template: access: an entry denies %s to %s, or to everybody; remove it by hand: %w",
				missing, a.principal(), ErrConflict)
		}
	}
	return changed, nil
}

func (d SecurityDescriptor) lacks(access []Access) bool {
	has := Template{Access: d.Access()}
	return slices.ContainsFunc(access, func(a Access) bool { return a.Rights&^has.Granted(a.SID) != 0 })
}

// surplus returns what principals have and should not.
func (d SecurityDescriptor) surplus(access []Access) map[SID]Rights {
	surplus := map[SID]Rights{}
	for _, has := range d.Access() {
		i := slices.IndexFunc(access, func(a Access) bool { return a.SID == has.SID })
		switch {
		case i >= 0:
			surplus[has.SID] = has.Rights &^ access[i].Rights
		case has.Rights&Write == 0 || has.SID.IsBroad():
			surplus[has.SID] = has.Rights
		}
	}
	maps.DeleteFunc(surplus, func(_ SID, r Rights) bool { return r == 0 })
	return surplus
}

// placeOfGrants returns where new entries go: before what is inherited, but never before a denial of the list's own.
func (d SecurityDescriptor) placeOfGrants() int {
	place := slices.IndexFunc(d.entries(), ace.isInherited)
	if place < 0 {
		return len(d.entries())
	}
	for i, entry := range d.entries() {
		if i >= place && entry.isDenial() && !entry.isInherited() {
			place = i + 1
		}
	}
	return place
}

// removing takes rights away, makes what was inherited its own if it must, and returns where new entries go.
func (d SecurityDescriptor) removing(surplus map[SID]Rights) (changed SecurityDescriptor, place int) {
	if d.dacl == nil { // absent or null: everything that is granted is granted by what is added
		d.dacl = &acl{revision: aclRevision}
		d.control |= controlDACLPresent | controlDACLProtected
		return d, 0
	}
	entries := slices.Clone(d.dacl.entries)
	isSurplus := func(a ace) bool {
		return !a.isDenial() && a.powers()&powersFor(surplus[a.sid]) != 0
	}
	place = d.placeOfGrants()
	if slices.ContainsFunc(entries, func(a ace) bool { return a.isInherited() && isSurplus(a) }) {
		d.control |= controlDACLProtected
		for i := range entries {
			entries[i].flags &^= aceInherited
		}
	}
	var left []ace
	end := 0
	for i, entry := range entries {
		isLast := !limitsOwner(left) && !limitsOwner(entries[i+1:])
		if isSurplus(entry) {
			entry = entry.without(powersFor(surplus[entry.sid]))
		}
		switch {
		case entry.mask != 0 || !isSurplus(entries[i]):
			left = append(left, entry)
		case entry.limitsOwner() && isLast:
			left = append(left, ace{kind: aceAllowed, flags: entry.flags, mask: maskReadControl, sid: ownerRights})
		}
		if i < place {
			end = len(left)
		}
	}
	d.dacl = &acl{d.dacl.revision, left}
	return d, end
}

// without returns a with less in its mask, possibly nothing.
func (a ace) without(p powers) ace {
	left := a.powers() &^ p
	both := powerEnroll | powerAutoEnroll
	switch {
	case a.object != nil:
		a.mask = 0
	case left&both == both:
		a.mask = uint32(left&^both) | maskControlAccess //nolint:gosec // the upper half is cleared
	default:
		a.mask = uint32(left &^ both) //nolint:gosec // the upper half is cleared
	}
	return a
}

// adding inserts what is missing at place.
func (d SecurityDescriptor) adding(access []Access, place int) SecurityDescriptor {
	has := Template{Access: d.Access()}
	var grants []ace
	for _, a := range access {
		grants = append(grants, grant(a.SID, a.Rights&^has.Granted(a.SID))...)
	}
	entries := slices.Insert(slices.Clone(d.dacl.entries), place, grants...)
	revision := d.dacl.revision
	if slices.ContainsFunc(entries, func(a ace) bool { return formOf(a.kind) == objectForm }) {
		revision = max(revision, aclRevisionObjects)
	}
	d.dacl = &acl{revision, entries}
	return d
}

// grant returns the entries that give rights to sid.
func grant(sid SID, rights Rights) []ace {
	var entries []ace
	if plain := powersFor(rights &^ enrollment); plain != 0 {
		entries = append(entries, ace{kind: aceAllowed, mask: uint32(plain), sid: sid}) //nolint:gosec // the upper half is empty
	}
	if rights&Enroll != 0 {
		right := enrollRight
		entries = append(entries, ace{kind: aceAllowedObject, mask: maskControlAccess, object: &right, sid: sid})
	}
	if rights&AutoEnroll != 0 {
		right := autoEnrollRight
		entries = append(entries, ace{kind: aceAllowedObject, mask: maskControlAccess, object: &right, sid: sid})
	}
	return entries
}
