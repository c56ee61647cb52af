package affine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// model is a space together with what each reference should be: a constant and
// one coefficient for each witness element, written out.
type model[E comparable] struct {
	f     field.Field[E]
	rng   *rand.Rand
	s     *Space[E]
	refs  []Ref
	dense [][]E // constant, then coefficients
}

func newModel[E comparable](f field.Field[E], seed uint64, n, forms int) *model[E] {
	m := &model[E]{f: f, rng: rand.New(rand.NewPCG(seed, 1)), s: NewSpace(f, n)}
	unit := func(i int) []E {
		d := make([]E, n+1)
		d[i] = f.One()
		return d
	}
	m.add(m.s.Zero(), make([]E, n+1))
	m.add(m.s.One(), unit(0))
	for k := range n {
		m.add(m.s.W(k), unit(k+1))
	}
	for range forms {
		m.form()
	}
	return m
}

func (m *model[E]) add(r Ref, dense []E) {
	m.refs = append(m.refs, r)
	m.dense = append(m.dense, dense)
}

// elem is a random element, often zero or one.
func (m *model[E]) elem() E {
	switch m.rng.IntN(6) {
	case 0:
		var zero E
		return zero
	case 1:
		return m.f.One()
	}
	return m.f.CodePoint(m.rng.IntN(1 << 16))
}

func (m *model[E]) pick() (Ref, []E) {
	i := m.rng.IntN(len(m.refs))
	if m.rng.IntN(2) == 0 { // chains of late forms
		i = len(m.refs) - 1 - m.rng.IntN(min(4, len(m.refs)))
	}
	return m.refs[i], m.dense[i]
}

func (m *model[E]) form() {
	f, s := m.f, m.s
	d := make([]E, s.WitnessLen()+1)
	axpy := func(k E, x []E) {
		for i := range d {
			d[i] = f.Add(d[i], f.Mul(k, x[i]))
		}
	}
	one := f.One()
	a, da := m.pick()
	b, db := m.pick()
	k := m.elem()
	switch m.rng.IntN(9) {
	case 0:
		axpy(one, da)
		axpy(one, db)
		m.add(s.Add(a, b), d)
	case 1:
		axpy(one, da)
		axpy(f.Neg(one), db)
		m.add(s.Sub(a, b), d)
	case 2:
		d[0] = one
		axpy(f.Neg(one), da)
		m.add(s.Not(a), d)
	case 3:
		axpy(k, da)
		m.add(s.Scale(k, a), d)
	case 4:
		d[0] = k
		m.add(s.Const(k), d)
	case 5:
		bit := m.rng.IntN(2) == 1
		if bit {
			d[0] = one
		}
		m.add(s.Bit(bit), d)
	case 6:
		h := m.elem()
		axpy(k, da)
		axpy(h, db)
		m.add(s.Sum(Term[E]{k, a}, Term[E]{h, b}), d)
	case 7:
		d[0] = k
		var terms []Term[E]
		for range m.rng.IntN(5) {
			r, dr := m.pick()
			h := m.elem()
			axpy(h, dr)
			terms = append(terms, Term[E]{h, r})
		}
		m.add(s.Affine(k, terms...), d)
	case 8:
		m.block(k)
	}
}

// block adds the forms of a block with constant c or constants of their own, most often of several.
func (m *model[E]) block(c E) {
	n := m.s.WitnessLen()
	first := m.rng.IntN(n)
	k := make([]E, 1+m.rng.IntN(n-first))
	refs, own := make([]Ref, len(k)), make([]E, len(k))
	for j := range k {
		k[j], own[j] = m.elem(), c
	}
	kind := m.rng.IntN(3)
	switch kind {
	case 0:
		m.s.Block(refs, c, k, first)
	case 1:
		for j := range own {
			own[j] = m.elem()
		}
		m.s.BlockWith(refs, own, k, first)
	case 2:
		for j := range own {
			own[j] = m.elem()
		}
		m.s.Map(refs, own, neighbours[E]{m.f, k}, first)
	}
	for j, r := range refs {
		d := make([]E, n+1)
		d[0], d[1+first+j] = own[j], k[j]
		if kind == 2 && j > 0 {
			d[first+j] = m.f.Add(d[first+j], m.f.One())
		}
		m.add(r, d)
	}
}

// neighbours is a map whose form j is k[j]·w[j] + w[j-1].
type neighbours[E comparable] struct {
	f field.Field[E]
	k []E
}

func (n neighbours[E]) Size() (forms, elements int) { return len(n.k), len(n.k) }

func (n neighbours[E]) Apply(dst, w []E) {
	n.f.MulAcc(dst, n.k, w)
	n.f.AddVec(dst[1:], w[:len(w)-1])
}

func (n neighbours[E]) Transpose(dst, k []E) {
	n.f.MulAcc(dst, n.k, k)
	n.f.AddVec(dst[:len(dst)-1], k[1:])
}

func (m *model[E]) at(dense, w []E) E {
	return m.f.Add(dense[0], m.f.Dot(dense[1:], w))
}

func TestEvaluateAndAdjoint(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testEvaluateAndAdjoint(t, gf128.Field{}) })
	t.Run("p256", func(t *testing.T) { testEvaluateAndAdjoint(t, p256.Field{}) })
}

func testEvaluateAndAdjoint[E comparable](t *testing.T, f field.Field[E]) {
	for seed := range uint64(60) {
		n := 1 + int(seed)%9
		m := newModel(f, seed, n, 3*int(seed))
		w := make([]E, n)
		for i := range w {
			w[i] = m.elem()
		}
		v := m.s.Evaluate(w)
		adjoint, scale := m.s.NewAdjoint(), m.elem()
		var want E
		wantCoefficients := make([]E, n+1)
		ks := make([]E, len(m.refs))
		for i, r := range m.refs {
			if v.At(r) != m.at(m.dense[i], w) {
				t.Fatalf("seed %d: reference %d is %v, want %v", seed, r, v.At(r), m.at(m.dense[i], w))
			}
			k := m.elem()
			if ks[i] = k; seed%2 == 0 {
				adjoint.Add(k, r)
			} else {
				k = f.Mul(scale, k)
			}
			want = f.Add(want, f.Mul(k, v.At(r)))
			f.Axpy(wantCoefficients, k, m.dense[i])
		}
		if seed%2 == 1 {
			adjoint.AddScaled(scale, ks, m.refs)
		}
		constant, coefficients := adjoint.Resolve()
		if got := f.Add(constant, f.Dot(coefficients, w)); got != want {
			t.Fatalf("seed %d: functional of the witness is %v, of the forms %v", seed, got, want)
		}
		if constant != wantCoefficients[0] {
			t.Fatalf("seed %d: constant %v, want %v", seed, constant, wantCoefficients[0])
		}
		for k := range coefficients {
			if coefficients[k] != wantCoefficients[k+1] {
				t.Fatalf("seed %d: coefficient %d is %v, want %v", seed, k, coefficients[k], wantCoefficients[k+1])
			}
		}
	}
}

// TestScaledBlocks: blocks that share a table, parts of which have one of their own, under several
// scales of the same coefficients.
func TestScaledBlocks(t *testing.T) {
	f, rng := gf128.Field{}, rand.New(rand.NewPCG(3, 3))
	random := func(n int) []gf128.Elem {
		v := make([]gf128.Elem, n)
		for i := range v {
			v[i] = gf128.Elem{Lo: rng.Uint64(), Hi: rng.Uint64()}
		}
		return v
	}
	s := NewSpace(f, 100)
	table, v, constants := random(16), random(20), random(2)
	var refs [][]Ref
	for i, first := range []int{0, 16, 8, 60} {
		refs = append(refs, make([]Ref, 16), make([]Ref, 7))
		s.Block(refs[2*i], constants[i%2], table, first)
		s.Block(nil, f.One(), nil, first)
		s.Block(refs[2*i+1], f.One(), table[:7], first+20)
	}
	got, want := s.NewAdjoint(), s.NewAdjoint()
	add := func(at int, refs []Ref) {
		scale := random(1)[0]
		got.AddScaled(scale, v[at:at+len(refs)], refs)
		for i, r := range refs {
			want.Add(f.Mul(scale, v[at+i]), r)
		}
	}
	for i, r := range refs {
		add(0, r)
		add(i%3, r)
		add(1, r[1:])             // a part
		add(2, []Ref{r[2], r[0]}) // and not in order
	}
	add(0, append(append([]Ref{}, refs[1]...), refs[0][:5]...))
	add(0, slices.Concat(refs[0][9:], refs[1], refs[2][:2])) // in order, of three blocks
	constant, coefficients := got.Resolve()
	wantConstant, wantCoefficients := want.Resolve()
	if constant != wantConstant || !slices.Equal(coefficients, wantCoefficients) {
		t.Errorf("got %v and %v, want %v and %v", constant, coefficients, wantConstant, wantCoefficients)
	}
}

// TestAttach: values of forms made after the witness is known, one by one.
func TestAttach(t *testing.T) {
	f := gf128.Field{}
	for seed := range uint64(20) {
		m := newModel(f, seed, 5, 10)
		w := make([]gf128.Elem, 5)
		for i := range w {
			w[i] = m.elem()
		}
		m.s.Attach(w)
		if seed%2 == 0 { // room is never needed
			m.s.Grow(20, 30)
		}
		for range 30 {
			before := len(m.refs)
			m.form()
			for i := before; i < len(m.refs); i++ {
				if got := m.s.Value(m.refs[i]); got != m.at(m.dense[i], w) {
					t.Fatalf("seed %d: form %d is %v, want %v", seed, i, got, m.at(m.dense[i], w))
				}
			}
		}
	}
}

// TestDetach: values of the attached witness are those that were made for it, of another one they are
// computed; then none is attached.
func TestDetach(t *testing.T) {
	f := gf128.Field{}
	for seed := range uint64(20) {
		m := newModel(f, seed, 5, 10)
		w, other := make([]gf128.Elem, 5), make([]gf128.Elem, 5)
		for i := range w {
			w[i], other[i] = m.elem(), f.CodePoint(i+7)
		}
		for _, at := range [][]gf128.Elem{w, other} {
			m.s.Attach(w)
			for range 10 {
				m.form()
			}
			v := m.s.Detach(at)
			for i, r := range m.refs {
				if got := v.At(r); got != m.at(m.dense[i], at) {
					t.Fatalf("seed %d: form %d is %v, want %v", seed, i, got, m.at(m.dense[i], at))
				}
			}
			if m.s.live != nil {
				t.Fatal("a witness is attached")
			}
			v.Free()
		}
	}
}

// TestLine23Used: an element is used if and only if a form that is asked for
// reads it, directly or through other forms.
func TestLine23Used(t *testing.T) {
	f := p256.Field{}
	s := NewSpace(f, 7)
	two := f.FromUint64(2)
	refs := make([]Ref, 2)
	s.Block(refs, two, []p256.Elem{two, {}}, 2)
	a := s.Add(s.W(0), s.W(1))
	b := s.Sum(Term[p256.Elem]{two, a}, Term[p256.Elem]{two, refs[0]}, Term[p256.Elem]{two, refs[1]})
	s.Add(s.W(4), a) // asked for by nobody
	zero := s.Scale(p256.Elem{}, s.W(5))
	got := fmt.Sprint(s.Used([]Ref{b, s.W(6), zero, s.One()}))
	if want := "[true true true false false false true]"; got != want {
		t.Errorf("used %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(s.Used(nil)), "[false false false false false false false]"; got != want {
		t.Errorf("used by nothing: %s", got)
	}
	// Whatever has a coefficient is reported as used.
	for seed := range uint64(30) {
		m := newModel(f, seed, 6, 25)
		asked := []int{m.rng.IntN(len(m.refs)), m.rng.IntN(len(m.refs))}
		used := m.s.Used([]Ref{m.refs[asked[0]], m.refs[asked[1]]})
		for _, i := range asked {
			for k, c := range m.dense[i][1:] {
				if c != (p256.Elem{}) && !used[k] {
					t.Fatalf("seed %d: element %d has coefficient %v and counts as unused", seed, k, c)
				}
			}
		}
	}
}

// TestLine23ReadsOutsideTheWitness: an index that is not a secret is refused
// wherever it is used.
func TestLine23ReadsOutsideTheWitness(t *testing.T) {
	f := gf128.Field{}
	s := NewSpace(f, 10)
	s.Reserve(4)
	one := f.One()
	for name, use := range map[string]func(){
		"W, negative":         func() { s.W(-1) },
		"W, first reserved":   func() { s.W(4) },
		"W, past the end":     func() { s.W(10) },
		"Add, reserved":       func() { s.Add(Ref(4)) },
		"Add, past the end":   func() { s.Add(Ref(10)) },
		"Sum, reserved":       func() { s.Sum(Term[gf128.Elem]{one, Ref(9)}) },
		"Affine, future":      func() { s.Affine(one, Term[gf128.Elem]{one, Ref(-100)}) },
		"Affine, in no block": func() { s.Affine(one, Term[gf128.Elem]{one, firstInBlock}) },
		"Block, reserved":     func() { s.Block(make([]Ref, 2), one, make([]gf128.Elem, 2), 3) },
		"Block, past the end": func() { s.Block(make([]Ref, 1), one, make([]gf128.Elem, 1), 10) },
		"Block, negative":     func() { s.Block(make([]Ref, 1), one, make([]gf128.Elem, 1), -1) },
		"Block, references":   func() { s.Block(make([]Ref, 2), one, make([]gf128.Elem, 1), 0) },
		"BlockWith, lengths":  func() { s.BlockWith(make([]Ref, 1), make([]gf128.Elem, 2), make([]gf128.Elem, 1), 0) },
		"Map, reserved": func() {
			s.Map(make([]Ref, 2), make([]gf128.Elem, 2), neighbours[gf128.Elem]{f, make([]gf128.Elem, 2)}, 3)
		},
		"Map, lengths": func() {
			s.Map(make([]Ref, 2), make([]gf128.Elem, 1), neighbours[gf128.Elem]{f, make([]gf128.Elem, 2)}, 0)
		},
		"Evaluate, short":    func() { s.Evaluate(make([]gf128.Elem, 9)) },
		"Run, reserved":      func() { s.Run(make([]Ref, 2), 3) },
		"Run, negative":      func() { s.Run(make([]Ref, 1), -1) },
		"Reserve, more":      func() { s.Reserve(11) },
		"Reserve, negative":  func() { s.Reserve(-1) },
		"Attach, wrong size": func() { s.Attach(make([]gf128.Elem, 11)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			use()
		})
	}
	if s.W(3) != 3 || s.WitnessLen() != 10 {
		t.Error("the last secret cannot be read, or the witness got shorter")
	}
}

// TestRun: the references are those of W, up to the last.
func TestRun(t *testing.T) {
	s := NewSpace(gf128.Field{}, 7)
	for first := range 7 {
		refs := make([]Ref, 7-first)
		s.Run(refs, first)
		for k, r := range refs {
			if r != s.W(first+k) {
				t.Errorf("from %d on: reference %d is %d", first, k, r)
			}
		}
	}
	s.Run(nil, 100)
}

// TestKnows: references to secrets within reach and to forms that are there, of both kinds.
func TestKnows(t *testing.T) {
	f := gf128.Field{}
	s := NewSpace(f, 10)
	s.Reserve(4)
	a := s.Add(s.W(1), s.W(2))
	refs := make([]Ref, 3)
	s.Block(refs, f.One(), make([]gf128.Elem, 3), 1)
	for _, r := range append(refs, 0, 3, s.Zero(), a) {
		if !s.Knows(r) {
			t.Errorf("does not know %d", r)
		}
	}
	for _, r := range []Ref{4, 10, a - 1, -maxForms, refs[2] - 1, math.MinInt32, math.MaxInt32} {
		if s.Knows(r) {
			t.Errorf("knows %d", r)
		}
	}
	near := []Ref{math.MinInt32, math.MinInt32 + 1, math.MaxInt32, firstInBlock, firstInBlock + 1, firstInBlock - 1}
	for _, r := range append(slices.Clone(refs), 0, 4, 10, a) {
		near = append(near, r-2, r-1, r, r+1, r+2)
	}
	for limit := range 7 {
		for _, r := range near {
			want := -1
			if !s.Knows(r) || int(r) >= limit {
				want = 2
			}
			if got := s.Unknown([]Ref{refs[0], a, r}, limit); got != want {
				t.Errorf("limit %d: reference %d is unknown at %d, want %d", limit, r, got, want)
			}
		}
	}
	if got := s.Unknown([]Ref{10, a}, 10); got != 0 {
		t.Errorf("the first that is unknown is %d", got)
	}
}

// TestTooManyForms: numbers of forms and terms never overflow.
func TestTooManyForms(t *testing.T) {
	f := gf128.Field{}
	for name, use := range map[string]func(s *Space[gf128.Elem]){
		"forms in blocks": func(s *Space[gf128.Elem]) {
			s.inBlock = maxForms - 1
			s.Block(make([]Ref, 2), f.One(), make([]gf128.Elem, 2), 0)
		},
		"forms": func(s *Space[gf128.Elem]) { s.mustHaveRoom(maxForms, 0) },
		"terms": func(s *Space[gf128.Elem]) { s.mustHaveRoom(0, math.MaxInt32+1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			use(NewSpace(f, 3))
		})
	}
}

func TestConstantsAreShared(t *testing.T) {
	f := gf128.Field{}
	s := NewSpace(f, 1)
	k := f.CodePoint(7)
	if s.Const(k) != s.Const(k) || s.Const(f.One()) != s.One() || s.Const(gf128.Elem{}) != s.Zero() || s.Bit(true) != s.One() || s.Bit(false) != s.Zero() {
		t.Error("equal constants have different forms")
	}
}

func BenchmarkRecurrence(b *testing.B) {
	f := gf128.Field{}
	const n = 10000
	s := NewSpace(f, n)
	alpha, r := f.CodePoint(77), s.Zero()
	for k := range n {
		r = s.Sum(Term[gf128.Elem]{f.One(), s.W(k)}, Term[gf128.Elem]{alpha, r})
	}
	w := make([]gf128.Elem, n)
	b.Run("evaluate", func(b *testing.B) {
		for b.Loop() {
			s.Evaluate(w)
		}
	})
	b.Run("adjoint", func(b *testing.B) {
		for b.Loop() {
			a := s.NewAdjoint()
			a.Add(f.One(), r)
			a.Resolve()
		}
	})
}
