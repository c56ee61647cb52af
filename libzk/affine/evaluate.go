package affine

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
)

// Values are the values of all forms of a space at one witness.
type Values[E comparable] struct {
	W      []E
	forms  []E
	blocks []E // of forms in blocks

	evaluated int       // blocks whose forms are known
	attached  *Space[E] // to which more may be added, or nil
}

// At is the value of a reference.
func (v *Values[E]) At(r Ref) E {
	switch {
	case r >= 0:
		return v.W[r]
	case r > firstInBlock:
		return v.forms[-r-1]
	}
	at := int(firstInBlock - r)
	if at >= len(v.blocks) && v.attached != nil {
		v.evaluateBlocks(v.attached)
	}
	return v.blocks[at]
}

// Gather sets dst to the values of as many references. Nothing may be attached any more.
func (v *Values[E]) Gather(dst []E, refs []Ref) {
	if v.attached != nil {
		panic("affine: gathering values to which more may come")
	}
	dst = dst[:len(refs)]
	for i := 0; i < len(refs); {
		n := consecutive(refs[i:])
		switch r := refs[i]; {
		case n == 1:
			dst[i] = v.At(r)
		case r >= 0:
			copy(dst[i:i+n], v.W[r:int(r)+n])
		case r > firstInBlock:
			copy(dst[i:i+n], v.forms[:len(v.forms):len(v.forms)][-r-1:int(-r-1)+n])
		default:
			copy(dst[i:i+n], v.blocks[:len(v.blocks):len(v.blocks)][firstInBlock-r:int(firstInBlock-r)+n])
		}
		i += n
	}
}

// Evaluate computes every form at witness w.
func (s *Space[E]) Evaluate(w []E) *Values[E] {
	if len(w) != s.n {
		panic(fmt.Sprintf("affine: witness of %d elements, want %d", len(w), s.n))
	}
	v := &Values[E]{W: w, forms: buffers.Make[E](max(len(s.ends), cap(s.ends)))[:0]}
	v.evaluateBlocks(s)
	for i := range s.ends {
		v.forms = append(v.forms, s.value(v, i))
	}
	return v
}

// value is form i at witness v, whose earlier forms are known.
func (s *Space[E]) value(v *Values[E], i int) E {
	one := s.f.One()
	acc := s.constants[i]
	start, end := s.span(i)
	for t := start; t < end; t++ {
		x := v.At(s.refs[t])
		if k := s.coefs[t]; k == one {
			acc = s.f.Add(acc, x)
		} else {
			acc = s.f.Add(acc, s.f.Mul(k, x))
		}
	}
	return acc
}

// Attach gives the space the witness, so that Value knows each form as soon as
// it is made: a prover builds forms from values of earlier ones. The witness elements
// in reach may not change from then on.
func (s *Space[E]) Attach(w []E) {
	s.live = s.Evaluate(w)
	s.live.attached = s
}

// Detach is Evaluate for the attached witness, of which the forms are known; from then on none is
// attached. Of another one it computes them.
func (s *Space[E]) Detach(w []E) *Values[E] {
	v := s.live
	s.live = nil
	if v == nil || len(v.W) != len(w) || len(w) == 0 || &v.W[0] != &w[0] {
		return s.Evaluate(w)
	}
	v.evaluateBlocks(s)
	v.attached = nil
	return v
}

// Free gives the memory of the values of forms back. They may not be used any more; the witness may.
func (v *Values[E]) Free() {
	buffers.Free(v.forms)
	buffers.Free(v.blocks)
	*v = Values[E]{}
}

// Free gives the memory of the forms back. The space may not be used any more.
func (s *Space[E]) Free() {
	if s.live != nil {
		s.live.Free()
	}
	buffers.Free(s.constants)
	buffers.Free(s.ends)
	buffers.Free(s.refs)
	buffers.Free(s.coefs)
	*s = Space[E]{}
}

// Value is the value of a reference at the attached witness.
func (s *Space[E]) Value(r Ref) E { return s.live.At(r) }

// Values are those at the attached witness, also of forms that are added later. Nobody may change them.
func (s *Space[E]) Values() *Values[E] { return s.live }

// Adjoint accumulates a linear functional of references and expresses it over
// the witness: the transpose of Evaluate.
type Adjoint[E comparable] struct {
	s      *Space[E]
	w      []E
	forms  []E
	blocks [][]E            // of forms in blocks, nil for a block that it has no part on
	scaled []scaledBlock[E] // more of these
	room   []E
}

// NewAdjoint is the zero functional.
func (s *Space[E]) NewAdjoint() *Adjoint[E] {
	return &Adjoint[E]{s: s, w: buffers.Make[E](s.n), forms: buffers.Make[E](len(s.ends)), blocks: make([][]E, len(s.blocks))}
}

// Add adds k times the reference to the functional.
func (a *Adjoint[E]) Add(k E, r Ref) {
	at := a.at(r)
	*at = a.s.f.Add(*at, k)
}

// AddScaled adds k·v[i] times refs[i] to the functional, for each i. References that follow each other, as the
// inputs of a copy often do, are added at once. v may not be changed until the functional is resolved.
func (a *Adjoint[E]) AddScaled(k E, v []E, refs []Ref) {
	single := 0 // from here on none follows another
	for i := 0; i < len(refs); {
		n := consecutive(refs[i:])
		if n < 4 {
			i += n
			continue
		}
		a.addEach(k, v[single:i], refs[single:i])
		a.addRun(k, v[i:i+n], refs[i])
		i += n
		single = i
	}
	a.addEach(k, v[single:], refs[single:])
}

// addEach is AddScaled for references of which none follows another.
func (a *Adjoint[E]) addEach(k E, v []E, refs []Ref) {
	if len(refs) == 0 {
		return
	}
	if len(a.room) < len(v) {
		buffers.Free(a.room)
		a.room = buffers.Make[E](len(v))
	}
	scaled := a.room[:len(v)]
	clear(scaled)
	a.s.f.Axpy(scaled, k, v)
	for i, r := range refs {
		a.Add(scaled[i], r)
	}
}

// addRun is AddScaled for references that follow each other from the first on.
func (a *Adjoint[E]) addRun(k E, v []E, first Ref) {
	switch f := a.s.f; {
	case first >= 0:
		f.Axpy(a.w[first:int(first)+len(v)], k, v)
	case first > firstInBlock:
		f.Axpy(a.forms[-first-1:int(-first-1)+len(v)], k, v)
	default:
		for len(v) > 0 {
			i, j := a.s.locate(first)
			n := min(len(v), a.s.blocks[i].forms-j)
			a.addToBlock(i, j, k, v[:n])
			v, first = v[n:], first-Ref(n)
		}
	}
}

// consecutive is the number of references from the first on of which each is the next witness
// element or the next form.
func consecutive(refs []Ref) int {
	step := Ref(1)
	if refs[0] < 0 {
		step = -1
	}
	n := 1
	for expected := refs[0] + step; n+4 <= len(refs); n, expected = n+4, expected+4*step { // four at once
		next := refs[n : n+4 : n+4]
		if (next[0]-expected)|(next[1]-expected-step)|(next[2]-expected-2*step)|(next[3]-expected-3*step) != 0 {
			break
		}
	}
	for n < len(refs) && refs[n] == refs[n-1]+step {
		n++
	}
	return n
}

func (a *Adjoint[E]) at(r Ref) *E {
	switch {
	case r >= 0:
		return &a.w[r]
	case r > firstInBlock:
		return &a.forms[-r-1]
	}
	i, form := a.s.locate(r)
	return &a.part(i)[form]
}

// Resolve rewrites the functional as constant + Σ coefficients[k]·W[k]. The
// adjoint must not be used afterwards.
func (a *Adjoint[E]) Resolve() (constant E, coefficients []E) {
	s, f := a.s, a.s.f
	var zero E
	one := f.One()
	for i := len(s.ends) - 1; i >= 0; i-- {
		k := a.forms[i]
		if k == zero {
			continue
		}
		constant = f.Add(constant, f.Mul(k, s.constants[i]))
		start, end := s.span(i)
		for t := start; t < end; t++ {
			if c := s.coefs[t]; c == one {
				a.Add(k, s.refs[t])
			} else {
				a.Add(f.Mul(k, c), s.refs[t])
			}
		}
	}
	constant = f.Add(constant, a.resolveScaled())
	for i, part := range a.blocks {
		if part != nil {
			constant = f.Add(constant, a.resolveBlock(&s.blocks[i], part))
			buffers.Free(part)
		}
	}
	buffers.Free(a.forms)
	buffers.Free(a.room)
	return constant, a.w
}

// Used reports for every witness element whether the references reach it, with
// any coefficient. A witness element that nothing uses is a mistake that tests
// look for (an unconstrained secret).
func (s *Space[E]) Used(refs []Ref) []bool {
	used := make([]bool, s.n)
	reached, inBlock := make([]bool, len(s.ends)), make([]bool, s.inBlock)
	mark := func(r Ref) {
		switch {
		case r >= 0:
			used[r] = true
		case r > firstInBlock:
			reached[-r-1] = true
		default:
			inBlock[firstInBlock-r] = true
		}
	}
	for _, r := range refs {
		mark(r)
	}
	for i := len(s.ends) - 1; i >= 0; i-- {
		if !reached[i] {
			continue
		}
		start, end := s.span(i)
		for t := start; t < end; t++ {
			mark(s.refs[t])
		}
	}
	for i := range s.blocks {
		for j := range s.blocks[i].forms {
			if b := &s.blocks[i]; inBlock[b.at+j] {
				b.uses(s.f.One(), j, used)
			}
		}
	}
	return used
}
