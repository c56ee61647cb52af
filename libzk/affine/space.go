// Package affine holds affine forms over a committed witness: the input maps of
// circuits.
//
// The inputs of a circuit are not witness elements but public affine forms of
// them, p + Σ m_k·W[k], whose coefficients may depend on challenges drawn after
// the commitment. Rearrangements, sums of bits and fingerprints of windows
// therefore cost no gates. Forms may refer to earlier forms, so that a
// recurrence such as F_i = x_i + α·F_{i+1} is written once and costs one step
// an element for both sides: the prover evaluates forward, the verifier
// transposes backward.
package affine

import (
	"fmt"
	"math"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Ref names a witness element (not negative: its index) or a form of a Space
// (negative).
type Ref int32

// Term is a coefficient times a reference.
type Term[E comparable] struct {
	K   E
	Ref Ref
}

// Space is an append-only list of forms over a witness of fixed length. It is
// not safe for concurrent writing; reading is.
type Space[E comparable] struct {
	f field.Field[E]
	n int
	// reach is the number of witness elements that forms may read.
	reach int

	constants []E // of each form
	ends      []int32
	refs      []Ref
	coefs     []E

	blocks  []block[E]
	inBlock int // forms in blocks

	zero, one Ref
	consts    map[E]Ref

	live *Values[E] // values at the attached witness, or nil
}

// NewSpace makes a space over a witness of n elements.
func NewSpace[E comparable](f field.Field[E], n int) *Space[E] {
	s := &Space[E]{f: f, n: n, reach: n, consts: map[E]Ref{}}
	var zero E
	s.zero = s.Const(zero)
	s.one = s.Const(f.One())
	return s
}

// WitnessLen is the length of the witness.
func (s *Space[E]) WitnessLen() int { return s.n }

// Reserve puts the witness elements from k on out of reach of W and of forms:
// they belong to the proof system.
func (s *Space[E]) Reserve(k int) {
	if k < 0 || k > s.n {
		panic(fmt.Sprintf("affine: reserving from %d in a witness of %d elements", k, s.n))
	}
	s.reach = k
}

// Forms is the number of forms, those of blocks not counted.
func (s *Space[E]) Forms() int { return len(s.ends) }

// Terms is the number of terms of these forms.
func (s *Space[E]) Terms() int { return len(s.refs) }

// Grow makes room for more forms with so many terms in all, so that adding them does not
// copy those that are there.
func (s *Space[E]) Grow(forms, terms int) {
	s.constants, s.ends = grow(s.constants, forms), grow(s.ends, forms)
	s.refs, s.coefs = grow(s.refs, terms), grow(s.coefs, terms)
	if s.live != nil {
		s.live.forms = grow(s.live.forms, forms)
	}
}

// Knows reports whether a reference is to a form of the space or to a witness element
// that forms may read.
func (s *Space[E]) Knows(r Ref) bool {
	switch {
	case r >= 0:
		return int(r) < s.reach
	case r > firstInBlock:
		return int(-r) <= len(s.ends)
	}
	return int(firstInBlock-r) < s.inBlock
}

// Unknown is the index of the first reference that the space does not know, or that is to a witness
// element from limit on; -1 if there is none.
func (s *Space[E]) Unknown(refs []Ref, limit int) int {
	forms, elements, inBlock := Ref(len(s.ends)), uint32(len(s.ends)+min(limit, s.reach)), uint32(s.inBlock)
	for i, r := range refs { // what is below the lowest wraps around to numbers above all
		if uint32(r+forms) >= elements && uint32(firstInBlock-r) >= inBlock {
			return i
		}
	}
	return -1
}

// W is the k-th witness element. An index outside the witness is a mistake in
// the program and panics.
func (s *Space[E]) W(k int) Ref {
	if k < 0 || k >= s.reach {
		panic(fmt.Sprintf("affine: witness index %d outside 0..%d", k, s.reach-1))
	}
	return Ref(k)
}

// Run sets refs to as many witness elements as there are, from the first on, as [Space.W]
// does one by one.
func (s *Space[E]) Run(refs []Ref, first int) {
	if len(refs) == 0 {
		return
	}
	from := s.W(first)
	s.W(first + len(refs) - 1)
	for k := range refs {
		refs[k] = from + Ref(k)
	}
}

// Zero is the constant 0.
func (s *Space[E]) Zero() Ref { return s.zero }

// One is the constant 1.
func (s *Space[E]) One() Ref { return s.one }

// Const is a public constant. Equal constants share one form.
func (s *Space[E]) Const(e E) Ref {
	if r, ok := s.consts[e]; ok {
		return r
	}
	r := s.close(e)
	s.consts[e] = r
	return r
}

// Bit is the constant 0 or 1.
func (s *Space[E]) Bit(b bool) Ref {
	if b {
		return s.one
	}
	return s.zero
}

// Sum is Σ K·Ref.
func (s *Space[E]) Sum(terms ...Term[E]) Ref {
	var zero E
	return s.Affine(zero, terms...)
}

// Affine is c + Σ K·Ref.
func (s *Space[E]) Affine(c E, terms ...Term[E]) Ref {
	for _, t := range terms {
		c = s.push(c, t.K, t.Ref)
	}
	return s.close(c)
}

// Add is the sum of references.
func (s *Space[E]) Add(refs ...Ref) Ref {
	var c E
	one := s.f.One()
	for _, r := range refs {
		c = s.push(c, one, r)
	}
	return s.close(c)
}

// Sub is a - b.
func (s *Space[E]) Sub(a, b Ref) Ref {
	return s.Sum(Term[E]{s.f.One(), a}, Term[E]{s.f.Neg(s.f.One()), b})
}

// Not is 1 - a.
func (s *Space[E]) Not(a Ref) Ref {
	return s.Affine(s.f.One(), Term[E]{s.f.Neg(s.f.One()), a})
}

// Scale is k·a.
func (s *Space[E]) Scale(k E, a Ref) Ref { return s.Sum(Term[E]{k, a}) }

// push appends k·r to the open form, folding constants into c.
func (s *Space[E]) push(c, k E, r Ref) E {
	var zero E
	if k == zero {
		return c
	}
	if r <= firstInBlock {
		s.mustKnow(r)
	} else if r < 0 {
		i := s.form(r)
		if start, end := s.span(i); start == end {
			return s.f.Add(c, s.f.Mul(k, s.constants[i]))
		}
	} else if int(r) >= s.reach {
		panic(fmt.Sprintf("affine: witness index %d outside 0..%d", r, s.reach-1))
	}
	s.refs = append(s.refs, r)
	s.coefs = append(s.coefs, k)
	return c
}

func (s *Space[E]) close(c E) Ref {
	s.mustHaveRoom(len(s.ends), len(s.refs))
	s.constants = append(s.constants, c)
	s.ends = append(s.ends, int32(len(s.refs)))
	if s.live != nil {
		s.live.forms = append(s.live.forms, s.value(s.live, len(s.ends)-1))
	}
	return Ref(-len(s.ends))
}

// mustHaveRoom panics where another form could not be numbered.
func (s *Space[E]) mustHaveRoom(forms, terms int) {
	if forms >= maxForms || terms > math.MaxInt32 {
		panic(fmt.Sprintf("affine: %d forms of %d terms are too many", forms, terms))
	}
}

func (s *Space[E]) mustKnow(r Ref) {
	if !s.Knows(r) {
		panic(fmt.Sprintf("affine: reference %d to none of %d forms in blocks", r, s.inBlock))
	}
}

func (s *Space[E]) form(r Ref) int {
	i := int(-r) - 1
	if i >= len(s.ends) {
		panic(fmt.Sprintf("affine: form %d of %d", i, len(s.ends)))
	}
	return i
}

func (s *Space[E]) span(i int) (start, end int32) {
	if i > 0 {
		start = s.ends[i-1]
	}
	return start, s.ends[i]
}
