package dns

// Policy says how many of the authoritative servers must show a change before it counts as verified. At least one must,
// whatever the policy. A primary that does not answer at all is not counted if others confirm: it is hidden from the
// world, as is common, and the others have the change from it.
type Policy int

const (
	// All asks every server to confirm.
	All Policy = iota
	// Quorum asks more than half of them.
	Quorum
	// Any asks one of them.
	Any
)

// String returns the policy in words.
func (p Policy) String() string {
	switch p {
	case All:
		return "all"
	case Quorum:
		return "quorum"
	case Any:
		return "any"
	default:
		return "unknown policy"
	}
}

// check adds to problems that p is none of the policies.
func (p Policy) check(problems *InvalidError) {
	if p < All || p > Any {
		problems.Add("Confirm", "is %d; use All, Quorum or Any", int(p))
	}
}

// content reports whether it is enough that so many of the servers confirm.
func (p Policy) content(confirming, servers int) bool {
	switch p {
	case Any:
		return confirming > 0
	case Quorum:
		return 2*confirming > servers
	default:
		return confirming > 0 && confirming == servers
	}
}
