package json

import "github.com/zkpass-go/zkpass/libzk/gf128"

// Values are concrete inputs of one copy, valid or not.
type Values struct {
	Row
	Next       State
	NextEscape bool
}

// ValuesOf are the inputs of the copies of a trace.
func ValuesOf(rows []Row) []Values {
	values := make([]Values, len(rows)-1)
	for i := range values {
		values[i] = Values{Row: rows[i], Next: rows[i+1].State, NextEscape: rows[i+1].Escape}
	}
	return values
}

// Append appends the values as field elements, in the order of [Copy] without
// the leading constant one.
func (v *Values) Append(dst []gf128.Elem) []gf128.Elem {
	bits := func(x uint, n int) {
		for j := range n {
			dst = append(dst, gf128.Elem{Lo: uint64(x >> j & 1)})
		}
	}
	bit := func(bs ...bool) {
		for _, b := range bs {
			var e gf128.Elem
			if b {
				e.Lo = 1
			}
			dst = append(dst, e)
		}
	}
	stack := func(s State) {
		dst = append(dst, gf128.Elem{Lo: uint64(s.Depth)<<depthShift | uint64(s.Objects)<<objectShift})
	}
	bit(v.Active)
	bits(uint(v.X), 8)
	bits(uint(v.State.Mode), 6)
	bit(v.State.Name, v.State.Depth&1 != 0, v.State.Objects&1 != 0)
	stack(v.State)
	bit(v.Escape, v.Flags.Open, v.Flags.Close, v.Flags.Name, v.Flags.Value, v.Flags.Token)
	bits(uint(v.Next.Mode), 6)
	bit(v.Next.Name)
	stack(v.Next)
	bit(v.NextEscape)
	return dst
}

// Violations are the labels of the assertions that a copy breaks. At most depth
// containers may be open; bits of the states past the depth do not exist and
// must be clear.
func (v *Values) Violations(depth int) []string {
	var labels []string
	for _, check := range []struct {
		holds bool
		label string
	}{
		{v.transitionHolds(), LabelTransition},
		{v.stackHolds(depth), LabelStack},
		{v.Next.Name == ((v.State.Name && v.Next.Mode.inside()) != v.Flags.Name), LabelName},
		{v.Escape == (v.Next.Mode.inside() && (v.X == '\\' || v.NextEscape)), LabelEscape},
	} {
		if !check.holds {
			labels = append(labels, check.label)
		}
	}
	return labels
}

func (v *Values) transitionHolds() bool {
	if !v.Active {
		return v.X == 0 && v.State.Mode == afterValue && v.Next.Mode == afterValue && v.Flags == Flags{}
	}
	s := local{v.State.Mode, v.State.Name, v.State.Depth&1 != 0, v.State.Objects&1 != 0}
	next, flags, ok := advance(s, v.X)
	return ok && next == v.Next.Mode && flags == v.Flags
}

// stackHolds compares the stacks level by level.
func (v *Values) stackHolds(depth int) bool {
	// at is level k of a stack: whether it is occupied, and by an object. Below the
	// innermost container lies what the byte opens or has opened.
	brace := v.X>>5&1 == 1
	at := func(s State, k int) (occupied, object bool) {
		switch {
		case k == 0:
			return true, brace
		case k > depth:
			return false, false
		}
		return s.Depth>>(k-1)&1 == 1, s.Objects>>(k-1)&1 == 1
	}
	same := func(a State, i int, b State, j int) bool {
		ao, at1 := at(a, i)
		bo, bt := at(b, j)
		return ao == bo && at1 == bt
	}
	for k := 1; k <= depth+1; k++ {
		switch {
		case v.Flags.Open && v.Flags.Close:
			return false
		case v.Flags.Open && !same(v.Next, k, v.State, k-1),
			v.Flags.Close && !same(v.State, k, v.Next, k-1),
			!v.Flags.Open && !v.Flags.Close && !same(v.State, k, v.Next, k):
			return false
		}
	}
	return true
}
