package decimal

import "github.com/zkpass-go/zkpass/libzk/affine"

// Refs are the committed bits of one byte's place, in the order of
// [Place.AppendBits]. The zero value's references are no constants: of bytes that do
// not exist take the constant zero for each.
type Refs struct {
	U   [U]affine.Ref
	V   [V]affine.Ref
	Bad affine.Ref
}

func (r *Refs) appendPlace(dst []affine.Ref) []affine.Ref {
	return append(append(dst, r.U[:]...), r.V[:]...)
}

// AppendPlace appends the inputs of a copy of the place circuit, without the constant
// one: of the byte x with its bits, lowest first, the mode after it, and the bytes
// around it.
func AppendPlace(dst []affine.Ref, mode [6]affine.Ref, x [8]affine.Ref, before, here, after *Refs) []affine.Ref {
	dst = append(append(dst, mode[:]...), x[:4]...)
	dst = after.appendPlace(here.appendPlace(before.appendPlace(dst)))
	return append(dst, here.Bad, after.Bad)
}

// OrderRefs are the committed bits of one byte's order.
type OrderRefs struct{ Less, Greater affine.Ref }

// OrderCopy are the inputs of a copy of the order circuit.
type OrderCopy struct {
	X       [8]affine.Ref
	First   affine.Ref // the byte opens a value
	U       [U]affine.Ref
	Follows affine.Ref             // the byte after it has a place: the sum of its U
	Tables  [Entries][U]affine.Ref // of each entry and k the sum of the V that are in Column(entry, k)
	Here    OrderRefs
	After   OrderRefs
	// Public, as constants: see Literal.
	Negative, Below, Past affine.Ref
}

// Append appends the inputs without the constant one.
func (c *OrderCopy) Append(dst []affine.Ref) []affine.Ref {
	dst = append(append(dst, c.X[:5]...), c.First)
	dst = append(append(dst, c.U[:]...), c.Follows)
	for _, columns := range c.Tables {
		dst = append(dst, columns[:]...)
	}
	return append(dst, c.Here.Less, c.Here.Greater, c.After.Less, c.After.Greater, c.Negative, c.Below, c.Past)
}
