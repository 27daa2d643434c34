package template

// Bits of an access mask, [MS-ADTS] section 5.1.3.2.
const (
	maskReadProperty  = 0x00000010
	maskControlAccess = 0x00000100

	maskReadControl  = 0x00020000
	maskChangeAccess = 0x00040000

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
