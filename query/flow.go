package query

import "math/bits"

// flow is what the query alone fixes about a value: the same on every way
// through the program, or, for a local that branches assign differently, the
// choice between two values at the end of an if.
//
// A local copies one value, so whether two locals can have two given types at
// the same time depends on branches alone, and is decided by following choices
// back in pairs (see meet). That makes the check exact: what is refused fails on
// some combination of branches, what is accepted on none.
type flow struct {
	// kinds, shape and sources gather what the value may be, over all ways.
	kinds   kindSet
	shape   shapeSet
	sources uint64 // bit i: path i may have made the value, and needs a marker

	// A choice: the number of the if in the order in which they end, and the two
	// values. Zero if it is none.
	order           int
	then, otherwise *flow
}

// kindSet has a bit for each fixed type and one for members.
type kindSet uint8

func kindOf(t Type) kindSet {
	if t.Fixed() {
		return kindSet(t)
	}
	return kindMember
}

const kindMember kindSet = 8 // beside String, Number and Boolean

// types returns the types that values of these kinds may have.
func (k kindSet) types() Type {
	if k&kindMember != 0 {
		return Unknown
	}
	return Type(k)
}

// fixed returns the types in the set that the query alone fixes.
func (k kindSet) fixed() Type { return Type(k &^ kindMember) }

type shapeSet uint8

const (
	scalar shapeSet = 1 << iota
	array
)

func value(t Type, isArray bool, sources uint64) *flow {
	v := &flow{kinds: kindOf(t), shape: scalar, sources: sources}
	if isArray {
		v.shape = array
	} else if t == Boolean {
		v.sources = 0
	}
	return v
}

// choice returns the value that an if leaves: then or els.
func choice(order int, then, els *flow) *flow {
	if then == els {
		return then
	}
	return &flow{
		kinds:   then.kinds | els.kinds,
		shape:   then.shape | els.shape,
		sources: then.sources | els.sources,
		order:   order, then: then, otherwise: els,
	}
}

// isArray tells whether the value is an array, for one that was read: shapes are
// not mixed there.
func (v *flow) isArray() bool { return v.shape == array }

func (v *flow) paths() []int {
	var list []int
	for s := v.sources; s != 0; s &= s - 1 {
		list = append(list, bits.TrailingZeros64(s))
	}
	return list
}

// meeting finds whether two values can be of different fixed types at the same
// time. Answers are kept, so that the work is bounded by the pairs of choices.
type meeting map[[2]*flow]bool

// differ tells whether on some way the two values have different fixed types.
// Both must be readable at one place of the program.
func (m meeting) differ(a, b *flow) bool {
	if f := (a.kinds | b.kinds).fixed(); bits.OnesCount8(uint8(f)) < 2 {
		return false
	}
	if a.order < b.order {
		a, b = b, a
	}
	if a.order == 0 {
		return true // two values of one type each, and of two together
	}
	key := [2]*flow{a, b}
	if known, ok := m[key]; ok {
		return known
	}
	// The if that ended last decides first: the other value, unless it is chosen
	// by the same if, was there before it, in both branches.
	thenB, elseB := b, b
	if a.order == b.order {
		thenB, elseB = b.then, b.otherwise
	}
	d := m.differ(a.then, thenB) || m.differ(a.otherwise, elseB)
	m[key] = d
	return d
}
