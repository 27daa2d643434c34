package template

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clouddp/sdk/internal/errs"
)

// Bits of an access mask, [MS-ADTS] section 5.1.3.2.
const (
	maskReadProperty  = 0x00000010
	maskControlAccess = 0x00000100

	// maskRead is Read of the console: list, read every property, read who may do what.
	maskRead = 0x00020094
	// maskFull is what administrators of a built-in template have: everything but control access.
	maskFull = 0x000F00FF
	// maskChange is each bit by which somebody could change a template: write a property, who may do what, or the owner.
	maskChange = 0x000C0020

	genericRead    = 0x80000000
	genericWrite   = 0x40000000
	genericExecute = 0x20000000
	genericAll     = 0x10000000
)

// powers are what entries allow or deny: the bits of a mask and, in place of control access, one bit for each extended
// right.
type powers uint64

const (
	powerEnroll     powers = 1 << 32
	powerAutoEnroll powers = 1 << 33
)

// powers returns what a is about; nothing if that is not understood.
func (a ace) powers() powers {
	if !a.isPlain() {
		return 0
	}
	mask := expand(a.mask)
	extended := powerEnroll | powerAutoEnroll
	if a.object != nil {
		extended = powerEnroll
		if *a.object == autoEnrollRight {
			extended = powerAutoEnroll
		}
		mask &= maskControlAccess // nothing else is about an extended right
	}
	p := powers(mask &^ maskControlAccess)
	if mask&maskControlAccess != 0 {
		p |= extended
	}
	return p
}

// expand replaces generic rights by what they mean on objects of a directory.
func expand(mask uint32) uint32 {
	for _, g := range []struct{ generic, specific uint32 }{
		{genericRead, maskRead},
		{genericWrite, 0x00020028},
		{genericExecute, 0x00020004},
		{genericAll, maskFull | maskControlAccess},
	} {
		if mask&g.generic != 0 {
			mask = mask&^g.generic | g.specific
		}
	}
	return mask
}

func (p powers) rights() Rights {
	var r Rights
	if p&maskRead == maskRead {
		r |= Read
	}
	if p&maskChange != 0 {
		r |= Write
	}
	if p&powerEnroll != 0 {
		r |= Enroll
	}
	if p&powerAutoEnroll != 0 {
		r |= AutoEnroll
	}
	return r
}

// powersFor returns what to give for rights, or to take away.
func powersFor(r Rights) powers {
	var p powers
	if r&Read != 0 {
		p |= maskRead
	}
	if r&Write != 0 {
		p |= maskFull &^ maskRead
	}
	if r&Enroll != 0 {
		p |= powerEnroll
	}
	if r&AutoEnroll != 0 {
		p |= powerAutoEnroll
	}
	return p
}

// Access returns what d allows each principal, in the order of the entries. Control access and full control include
// Enroll and AutoEnroll; each way to change a template counts as Write; entries that deny something to the same
// principal are heeded. Not seen are the rights of the owner, of groups within groups, and entries about single
// properties.
func (d SecurityDescriptor) Access() []Access {
	if d.dacl == nil {
		if d.control&controlDACLPresent != 0 { // a list that is present and null keeps nobody out
			return []Access{{Everyone, allRights}}
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
		allowed[entry.sid] |= p &^ denied[entry.sid]
	}
	var access []Access
	for _, sid := range order {
		if rights := allowed[sid].rights(); rights != 0 {
			access = append(access, Access{sid, rights})
		}
	}
	return access
}

// WithAccess returns d changed so that each principal listed has just the rights beside it, and principals not listed
// have none, but for those with Write: administrators keep what they have. Owner, group, SACL, and entries that deny,
// are about something else or are not understood stay as they are. Entries inherited from the container stay too unless
// they grant too much; then the list is cut off from the container and they become its own. Setting what is there
// already changes nothing. Bad access is an [*InvalidError]; what an entry that denies stands against is [ErrConflict].
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
	changed := d.removing(surplus).adding(access)
	changed.raw = changed.build()
	if len(changed.dacl.append(nil)) > maxACL {
		return SecurityDescriptor{}, fmt.Errorf("template: access: the list outgrows %d bytes: %w", maxACL, errs.ErrLimit)
	}
	granted := Template{Access: changed.Access()}
	for _, a := range access {
		if missing := a.Rights &^ granted.Granted(a.SID); missing != 0 {
			return SecurityDescriptor{}, fmt.Errorf("template: access: an entry denies %s to %s; remove it by hand: %w",
				missing, a.SID, ErrConflict)
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
		case has.Rights&Write == 0:
			surplus[has.SID] = has.Rights
		}
	}
	maps.DeleteFunc(surplus, func(_ SID, r Rights) bool { return r == 0 })
	return surplus
}

// removing takes rights away, and makes what was inherited its own if it must.
func (d SecurityDescriptor) removing(surplus map[SID]Rights) SecurityDescriptor {
	if d.dacl == nil { // absent or null: everything that is granted is granted by what is added
		d.dacl = &acl{revision: aclRevision}
		d.control |= controlDACLPresent | controlDACLProtected
		return d
	}
	grantsTooMuch := func(a ace) bool {
		return !a.isDenial() && a.powers()&powersFor(surplus[a.sid]) != 0
	}
	own := slices.ContainsFunc(d.dacl.entries, func(a ace) bool { return a.isInherited() && grantsTooMuch(a) })
	if own {
		d.control |= controlDACLProtected
	}
	list := &acl{revision: d.dacl.revision}
	for _, entry := range d.dacl.entries {
		if own {
			entry.flags &^= aceInherited
		}
		if grantsTooMuch(entry) {
			if entry = entry.without(powersFor(surplus[entry.sid])); entry.mask == 0 {
				continue
			}
		}
		list.entries = append(list.entries, entry)
	}
	d.dacl = list
	return d
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

// adding grants what is missing, and puts the entries in canonical order: own denials, other own entries, inherited ones.
func (d SecurityDescriptor) adding(access []Access) SecurityDescriptor {
	has := Template{Access: d.Access()}
	entries := slices.Clone(d.dacl.entries)
	for _, a := range access {
		entries = append(entries, grant(a.SID, a.Rights&^has.Granted(a.SID))...)
	}
	rank := func(a ace) int {
		switch {
		case a.isInherited():
			return 2
		case a.isDenial():
			return 0
		}
		return 1
	}
	slices.SortStableFunc(entries, func(a, b ace) int { return rank(a) - rank(b) })
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
