package json

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Inputs is the number of inputs of a copy without the leading constant one.
const Inputs = 34

// MaxDepth is the largest nesting depth that the packed stack has room for.
const MaxDepth = 16

// The stack is packed: bit k of the thermometer at g^k, the type of the k-th
// container at g^(32+k), k = 1..depth.
const (
	depthShift  = 1
	objectShift = 33
)

// Bits is the number of committed bits of one byte position, besides the byte
// and whether it is active: 6 of the mode, name, depth of the thermometer, depth
// of the types, escape, and the five flags.
func Bits(depth int) int { return StateBits(depth) + 6 }

// StateBits is the number of bits of a State, the first bits of a position.
func StateBits(depth int) int { return 7 + 2*depth }

// Copy are the inputs of one copy, the byte at position i, in this order. All
// but the stacks must be bits; the stacks are forms of bits.
type Copy struct {
	Active     affine.Ref    // the position lies below the payload's length
	X          [8]affine.Ref // the byte, lowest bit first
	Mode       [6]affine.Ref
	Name       affine.Ref
	Nested     affine.Ref // a container is open: the first bit of the thermometer
	Object     affine.Ref // the innermost one is an object: the first type
	Stack      affine.Ref
	Escape     affine.Ref
	Open       affine.Ref
	Close      affine.Ref
	OpensName  affine.Ref
	OpensValue affine.Ref
	Token      affine.Ref
	NextMode   [6]affine.Ref // of position i+1, as the rest
	NextName   affine.Ref
	NextStack  affine.Ref
	NextEscape affine.Ref
}

// Append appends the inputs without the leading constant one.
func (c *Copy) Append(dst []affine.Ref) []affine.Ref {
	dst = append(dst, c.Active)
	dst = append(dst, c.X[:]...)
	dst = append(dst, c.Mode[:]...)
	dst = append(dst, c.Name, c.Nested, c.Object, c.Stack, c.Escape,
		c.Open, c.Close, c.OpensName, c.OpensValue, c.Token)
	dst = append(dst, c.NextMode[:]...)
	return append(dst, c.NextName, c.NextStack, c.NextEscape)
}

// Position are the committed bits of one byte position by name.
type Position struct {
	Active     affine.Ref
	X          [8]affine.Ref
	Mode       [6]affine.Ref
	Name       affine.Ref
	Depth      []affine.Ref // Depth[k-1] = [at least k containers are open]
	Objects    []affine.Ref // Objects[k-1]: the k-th open one, from the innermost, is an object
	Stack      affine.Ref   // the form of Depth and Objects
	Escape     affine.Ref
	Open       affine.Ref
	Close      affine.Ref
	OpensName  affine.Ref
	OpensValue affine.Ref
	Token      affine.Ref
}

// NewPosition names the bits of a position, in the order of [Row.AppendBits],
// and makes the stack form. Bits that are public at this position (the state
// before the first byte and after the last) are constants of the space. It
// panics if the number of bits is not Bits(depth).
func NewPosition(s *affine.Space[gf128.Elem], active affine.Ref, x [8]affine.Ref, bits []affine.Ref, depth int) *Position {
	checkDepth(depth)
	if len(bits) != Bits(depth) {
		panic(fmt.Sprintf("json: %d bits for a position, want %d", len(bits), Bits(depth)))
	}
	p := &Position{Active: active, X: x, Mode: [6]affine.Ref(bits), Name: bits[6]}
	p.Depth = bits[7 : 7+depth]
	p.Objects = bits[7+depth : 7+2*depth]
	rest := bits[7+2*depth:]
	p.Escape, p.Open, p.Close, p.OpensName, p.OpensValue, p.Token = rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]
	p.Stack = StackForm(s, p.Depth, p.Objects)
	return p
}

// End is the position after the last byte: the state Done, and no escape to
// come. Its other bits are constants that no copy reads.
func End(s *affine.Space[gf128.Elem], depth int) *Position {
	var x [8]affine.Ref
	for j := range x {
		x[j] = s.Zero()
	}
	bits := Done.Refs(s, depth)
	for len(bits) < Bits(depth) {
		bits = append(bits, s.Zero())
	}
	return NewPosition(s, s.Zero(), x, bits, depth)
}

// Refs are the bits of a public state as constants: for [Start], what precedes
// the committed bits of position 0.
func (st State) Refs(s *affine.Space[gf128.Elem], depth int) []affine.Ref {
	checkDepth(depth)
	refs := make([]affine.Ref, 0, Bits(depth))
	for _, bit := range st.appendBits(nil, depth) {
		refs = append(refs, s.Bit(bit))
	}
	return refs
}

// StackForm packs the bits of a stack: Σ depth_k·g^k + Σ objects_k·g^(32+k). An
// opener multiplies by g, so that a full stack overflows into a power that no
// form of this depth has: it fits no next stack.
func StackForm(s *affine.Space[gf128.Elem], depth, objects []affine.Ref) affine.Ref {
	checkDepth(len(depth))
	if len(depth) != len(objects) {
		panic(fmt.Sprintf("json: stack of %d levels and %d types", len(depth), len(objects)))
	}
	terms := make([]affine.Term[gf128.Elem], 0, 2*MaxDepth)
	for k := range depth {
		terms = append(terms,
			affine.Term[gf128.Elem]{K: gf128.Elem{Lo: 1 << (depthShift + k)}, Ref: depth[k]},
			affine.Term[gf128.Elem]{K: gf128.Elem{Lo: 1 << (objectShift + k)}, Ref: objects[k]})
	}
	return s.Sum(terms...)
}

// Join is the copy of position now, where next is the position after it.
func Join(now, next *Position) Copy {
	return Copy{
		Active: now.Active, X: now.X, Mode: now.Mode, Name: now.Name,
		Nested: now.Depth[0], Object: now.Objects[0], Stack: now.Stack, Escape: now.Escape,
		Open: now.Open, Close: now.Close, OpensName: now.OpensName, OpensValue: now.OpensValue, Token: now.Token,
		NextMode: next.Mode, NextName: next.Name, NextStack: next.Stack, NextEscape: next.Escape,
	}
}

func checkDepth(depth int) {
	if depth < 1 || depth > MaxDepth {
		panic(fmt.Sprintf("json: depth %d outside 1..%d", depth, MaxDepth))
	}
}
