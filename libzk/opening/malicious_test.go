package opening

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

type gfElem = gf128.Elem

// forger answers from the definition of the protocol: multilinear extensions over
// the cube, by brute force. It shares nothing with Answer but the matrix, and its
// messages can be changed before they are sent.
type forger struct {
	*subject[gfElem]
	m      *Matrix[gfElem]
	claim  Claim[gfElem] // that it pretends to hold
	change func(step string, l int, message []gfElem)
	// What it knows when it is asked: the claim's value that runs, true and pretended.
	truth, pretended gfElem
	point            []gfElem
	functional       []gfElem // A'(r, ·) over the positions of a message
	extra            []gfElem // a row that no leaf holds, at the first number that is free
	every            bool     // counts the mask columns of all rows
}

func newForger(t testing.TB, s *subject[gfElem]) *forger {
	return &forger{subject: s, m: s.commit(t), claim: s.claim, change: func(string, int, []gfElem) {}}
}

// rows are the messages and coefficients over the cube.
func (o *forger) rows(join gfElem) (z, a [][]gfElem) {
	f, g := o.f, o.g
	z, a = make([][]gfElem, 1<<g.Log), make([][]gfElem, 1<<g.Log)
	for x := range z {
		z[x], a[x] = make([]gfElem, g.Block), make([]gfElem, g.Block)
		a[x][g.Random()] = f.One()
		for l := range g.Log {
			if x>>l&1 == 1 {
				a[x][g.Random()+1+l] = f.One()
			}
		}
	}
	for i := range g.Rows() {
		n := g.number(i)
		copy(z[n], o.m.message(i, 0, g.Block, make([]gfElem, g.Block)))
		if !o.every && i != 0 && i != g.Rows()-1 {
			clear(z[n][g.Random():g.data()])
		}
		for c, k := range coefficients(g, o.claim, i) {
			a[n][g.data()+c] = f.Mul(join, k)
		}
	}
	if o.extra != nil {
		copy(z[g.Rows()-1], o.extra)
	}
	return z, a
}

func (o *forger) answer(ch channel[gfElem]) *Answer[gfElem] {
	f, g := o.f, o.g
	out := NewAnswer[gfElem](g)
	z, a := o.rows(f.One())
	total := func() (data, masks gfElem) {
		for x := range z {
			masks = f.Add(masks, f.Dot(a[x][:g.data()], z[x][:g.data()]))
			data = f.Add(data, f.Dot(a[x][g.data():], z[x][g.data():]))
		}
		return data, masks
	}
	data, masks := total()
	message := []gfElem{masks}
	o.truth, o.pretended = data, o.claim.Value
	o.change("sum", 0, message)
	out.Sum = message[0]
	ch.elem(out.Sum)
	join := ch.challenge()
	z, a = o.rows(join)
	o.truth = f.Add(f.Mul(join, data), masks)
	o.pretended = f.Add(f.Mul(join, o.claim.Value), out.Sum)
	third := f.SumcheckPoint()
	for l := range g.Log {
		at := func(x gfElem) (sum gfElem) {
			for j := 0; j < len(z); j += 2 {
				zx, ax := line(f, z[j], z[j+1], x), line(f, a[j], a[j+1], x)
				sum = f.Add(sum, f.Dot(zx, ax))
			}
			return sum
		}
		message = []gfElem{at(gfElem{}), at(third)}
		o.change("round", l, message)
		out.Rounds[l] = [2]gfElem(message)
		ch.elem(message[0])
		ch.elem(message[1])
		x := ch.challenge()
		o.point = append(o.point, x)
		o.truth = at(x)
		o.pretended = quadratic(f, third, message[0], f.Sub(o.pretended, message[0]), message[1], x)
		for j := range len(z) / 2 {
			z[j], a[j] = line(f, z[2*j], z[2*j+1], x), line(f, a[2*j], a[2*j+1], x)
		}
		z, a = z[:len(z)/2], a[:len(a)/2]
	}
	o.functional = a[0]
	message = []gfElem{f.Dot(a[0], o.m.mask[:g.Block])}
	o.change("mask", 0, message)
	out.Mask = message[0]
	ch.elem(out.Mask)
	scale := ch.challenge()
	copy(out.Row, o.m.mask[:g.Block])
	f.Axpy(out.Row, scale, z[0])
	if o.every { // their values are in rows already
	} else {
		eq := sumcheck.Equality(f, o.point, 1<<g.Log)
		for i := range g.Rows() {
			if i != 0 && i != g.Rows()-1 {
				f.Axpy(out.Row[g.Random():g.data()], f.Mul(scale, eq[g.number(i)]), o.m.message(i, g.Random(), g.data(), make([]gfElem, g.data())))
			}
		}
	}
	o.change("row", 0, out.Row)
	ch.array(out.Row)
	return out
}

func line(f field.Field[gfElem], lo, hi []gfElem, x gfElem) []gfElem {
	out := append([]gfElem(nil), lo...)
	f.Scale(out, f.Sub(f.One(), x))
	f.Axpy(out, x, hi)
	return out
}

// against is the verifier's verdict with challenges and columns of the test's
// choice.
func (o *forger) against(t testing.TB, prover, verifier *script[gfElem], columns []int) error {
	t.Helper()
	o.point = nil
	prover.drawn = 0
	a := o.answer(prover)
	verifier.drawn = 0
	check, err := replay(verifier, o.f, o.g, o.claim, a)
	if err != nil {
		t.Fatal(err)
	}
	return check.Verify(columns, o.m.opened(t, columns))
}

func someColumns(g Geometry) []int {
	return transcript.New([]byte("columns")).Choose(g.Columns, g.Queries)
}

// TestForgerIsHonest: the brute force makes the answers that Answer makes.
func TestForgerIsHonest(t *testing.T) {
	eachGeometry(t, func(t *testing.T, s *subject[gfElem]) {
		o := newForger(t, s)
		ch := scripted(t, s.f, s.g)
		got := o.answer(ch)
		ch.drawn = 0
		want, _, err := o.m.answer(ch, s.claim)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range got.Elems() {
			if *e != *want.Elems()[i] {
				t.Fatalf("element %d differs", i)
			}
		}
		if err := o.against(t, ch, ch, someColumns(s.g)); err != nil {
			t.Error(err)
		}
	})
}

// TestForgeryNeedsTheChallenge is the reason for the order of messages. A false
// claim can be made to pass by a prover that knows the challenge which follows
// the message it adapts: ζ before the sum of mask columns, a point before its
// round, λ before the functional of the mask row, the columns before the row.
// With any other challenge the same proof is refused.
func TestForgeryNeedsTheChallenge(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	f, g := s.f, s.g
	delta := gfElem{Lo: 77, Hi: 3}
	third := f.SumcheckPoint()
	columns := someColumns(g)
	type attack struct {
		name      string
		challenge int // that it must know; -1 for the columns
		change    func(o *forger, known gfElem) func(step string, l int, m []gfElem)
	}
	attacks := []attack{{"sum", 0, func(o *forger, known gfElem) func(string, int, []gfElem) {
		return func(step string, _ int, m []gfElem) {
			if step == "sum" { // ζ·(C + δ) + (H - ζ·δ) is the truth
				m[0] = f.Sub(m[0], f.Mul(known, delta))
			}
		}
	}}}
	for round := range g.Log {
		attacks = append(attacks, attack{fmt.Sprint("round ", round), 1 + round, func(o *forger, known gfElem) func(string, int, []gfElem) {
			return func(step string, l int, m []gfElem) {
				e := f.Sub(o.pretended, o.truth)
				if step == "round" && l == round { // q + e·(X - known) has the sum wanted and the true value there
					m[0] = f.Add(m[0], f.Mul(e, known))
					m[1] = f.Add(m[1], f.Mul(e, f.Sub(third, known)))
				}
			}
		}})
	}
	attacks = append(attacks, attack{"mask", g.Log + 1, func(o *forger, known gfElem) func(string, int, []gfElem) {
		return func(step string, _ int, m []gfElem) {
			if step == "mask" {
				m[0] = f.Sub(m[0], f.Mul(known, f.Sub(o.pretended, o.truth)))
			}
		}
	}})
	for _, a := range attacks {
		o := newForger(t, s)
		o.claim.Value = f.Add(o.claim.Value, delta)
		ch := scripted(t, f, g)
		o.change = a.change(o, ch.next[a.challenge])
		if err := o.against(t, ch, ch, columns); err != nil {
			t.Errorf("%s: a prover that knows the challenge is refused: %v; the test tests nothing", a.name, err)
		}
		other := scripted(t, f, g)
		copy(other.next, ch.next[:a.challenge])
		ch2 := &script[gfElem]{f: f, next: other.next}
		if err := o.against(t, ch2, other, columns); !errors.Is(err, ErrValue) {
			t.Errorf("%s: with another challenge: %v", a.name, err)
		}
	}

	// The row: what is added to the right one has to have a value, so it cannot be
	// zero, but may vanish in the columns that are opened if these are known.
	o := newForger(t, s)
	o.claim.Value = f.Add(o.claim.Value, delta)
	scale := gfElem{}
	vanishing := func(at []int) func(string, int, []gfElem) {
		return func(step string, _ int, row []gfElem) {
			if step != "row" {
				return
			}
			// Π (X - column), over the positions of a message.
			d := make([]gfElem, g.Block)
			for i := range d {
				d[i] = f.One()
				for _, c := range at {
					d[i] = f.Mul(d[i], f.Sub(f.CodePoint(i), f.CodePoint(g.Block+c)))
				}
			}
			k := f.Mul(f.Mul(scale, f.Sub(o.pretended, o.truth)), f.Inv(f.Dot(o.functional, d)))
			f.Axpy(row, k, d)
		}
	}
	ch := scripted(t, f, g)
	scale = ch.next[g.Log+1]
	o.change = vanishing(columns)
	if err := o.against(t, ch, ch, columns); err != nil {
		t.Errorf("a prover that knows the columns is refused: %v; the test tests nothing", err)
	}
	// Right on all of the columns but one.
	o.change = vanishing(columns[1:])
	if err := o.against(t, ch, ch, columns); !errors.Is(err, ErrColumns) {
		t.Errorf("a row that is right in all columns but one: %v", err)
	}
	// Nothing added on random and mask columns.
	o.change = func(step string, _ int, row []gfElem) {
		if step == "row" {
			d := make([]gfElem, g.Block)
			for i := g.data(); i < g.Block; i++ {
				d[i] = f.CodePoint(i)
			}
			f.Axpy(row, f.Mul(f.Mul(scale, f.Sub(o.pretended, o.truth)), f.Inv(f.Dot(o.functional, d))), d)
		}
	}
	if err := o.against(t, ch, ch, columns); !errors.Is(err, ErrColumns) {
		t.Errorf("a row with other data: %v", err)
	}
}

// TestEveryMessageIsChecked: a message other than the right one is refused, with
// all later ones adapted to it.
func TestEveryMessageIsChecked(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	f := s.f
	try := func(name string, at string, round, index int) {
		o := newForger(t, s)
		o.change = func(step string, l int, m []gfElem) {
			if step == at && l == round {
				m[index] = f.Add(m[index], f.One())
			}
		}
		ch := scripted(t, f, s.g)
		if err := o.against(t, ch, ch, someColumns(s.g)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	try("sum", "sum", 0, 0)
	for l := range s.g.Log {
		try(fmt.Sprint("q(0) of round ", l), "round", l, 0)
		try(fmt.Sprint("q(third) of round ", l), "round", l, 1)
	}
	try("mask", "mask", 0, 0)
	for i := range s.g.Block {
		try(fmt.Sprint("position ", i, " of the row"), "row", 0, i)
	}
}

// TestTablesThatAreNoCode: words that are not code words, on many columns or on
// all, are refused: those of a full row, of a short one, of the mask.
func TestTablesThatAreNoCode(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	f, g := s.f, s.g
	columns := someColumns(g)
	enc := derived.Encoder(f, g.Block, g.Block+g.Columns)
	// other is a code word; it takes the place of the right one on half of the columns.
	other := make([]gfElem, g.Block+g.Columns)
	for i := range g.Block {
		other[i] = gfElem{Lo: uint64(i) * 0x9e3779b97f4a7c15, Hi: 5}
	}
	enc.Encode(other)
	symbols := make([]uint16, g.Block+g.Columns)
	for i := range g.Block {
		symbols[i] = uint16(i * 40503)
	}
	enc.(field.SymbolEncoder).EncodeSymbols(symbols)
	half := g.Block + g.Columns/2
	for name, change := range map[string]func(m *Matrix[gfElem]){
		"full row": func(m *Matrix[gfElem]) { f.AddVec(m.rows[0][half:], other[half:]) },
		"last row": func(m *Matrix[gfElem]) { f.AddVec(m.rows[g.Rows()-1][half:], other[half:]) },
		"mask":     func(m *Matrix[gfElem]) { f.AddVec(m.mask[half:], other[half:]) },
		"short row": func(m *Matrix[gfElem]) { // K-valued, and far from the code
			for i := half; i < len(symbols); i++ {
				m.symbols[1][i] ^= symbols[i]
			}
		},
		"short row, noise": func(m *Matrix[gfElem]) {
			for i := g.Block; i < len(symbols); i++ {
				m.symbols[2][i] ^= uint16(i)*7919 | 1
			}
		},
	} {
		o := newForger(t, s)
		change(o.m)
		ch := scripted(t, f, g)
		if err := o.against(t, ch, ch, columns); !errors.Is(err, ErrColumns) {
			t.Errorf("%s: %v", name, err)
		}
		// The answer that fits the other half.
		for _, k := range []gfElem{f.One(), ch.next[g.Log+1]} {
			o.change = func(step string, _ int, row []gfElem) {
				if step == "row" {
					f.Axpy(row, k, other[:g.Block])
				}
			}
			if err := o.against(t, ch, ch, columns); err == nil {
				t.Errorf("%s: the other half's answer is accepted", name)
			}
		}
	}
	// A single wrong column matters if it is opened, and not else.
	o := newForger(t, s)
	o.m.rows[0][g.Block+columns[3]] = f.Add(o.m.rows[0][g.Block+columns[3]], f.One())
	ch := scripted(t, f, g)
	if err := o.against(t, ch, ch, columns); !errors.Is(err, ErrColumns) {
		t.Errorf("one wrong column that is opened: %v", err)
	}
}

// TestRowsElsewhere: rows exchanged, and a row that no leaf holds.
func TestRowsElsewhere(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	f, g := s.f, s.g
	columns := someColumns(g)
	ch := scripted(t, f, g)
	o := newForger(t, s)
	open := func() Opened[gfElem] { return o.m.opened(t, columns) }
	verdict := func(opened Opened[gfElem]) error {
		o.point, ch.drawn = nil, 0
		a := o.answer(ch)
		ch.drawn = 0
		check, err := replay(ch, f, g, o.claim, a)
		if err != nil {
			t.Fatal(err)
		}
		return check.Verify(columns, opened)
	}
	if err := verdict(open()); err != nil {
		t.Fatal(err)
	}
	last := g.Rows() - 1
	for name, v := range map[string][2]int{"first and last": {0, last}, "two short ones": {1, 2}, "short and full": {1, last}} {
		opened := open()
		opened.Rows[v[0]], opened.Rows[v[1]] = opened.Rows[v[1]], opened.Rows[v[0]]
		if err := verdict(opened); !errors.Is(err, ErrColumns) {
			t.Errorf("%s exchanged: %v", name, err)
		}
	}
	opened := open()
	opened.Rows = opened.Rows[:last]
	if err := verdict(opened); err == nil {
		t.Error("a row is missing and it is accepted")
	}
	o.extra = make([]gfElem, g.Block)
	for i := range o.extra {
		o.extra[i] = gfElem{Lo: uint64(i) + 1}
	}
	if err := verdict(open()); !errors.Is(err, ErrColumns) {
		t.Errorf("a row at a number without one: %v", err)
	}
}

// TestMaskColumnsOfOtherRows: what a prover writes into them is a value with a
// public coefficient, that the sum has to count: left out, it is refused.
func TestMaskColumnsOfOtherRows(t *testing.T) {
	for _, name := range []string{"full row", "short row"} {
		s := newSubject(t, gf128.Field{}, 33, 60, 40)
		o := newForger(t, s)
		g := s.g
		if name == "full row" {
			at := g.ShortRows + 1
			if g.ShortRow(at) || at == g.Rows()-1 {
				t.Fatal("no full row in the middle")
			}
			for c := g.Random(); c < g.data(); c++ {
				o.m.rows[at][c] = gfElem{Lo: uint64(c), Hi: 9}
			}
		} else {
			for c := g.Random(); c < g.data(); c++ {
				o.m.symbols[1][c] = uint16(c)
			}
		}
		o.m.encode()
		ch := scripted(t, s.f, g)
		if err := o.against(t, ch, ch, someColumns(g)); !errors.Is(err, ErrValue) {
			t.Errorf("%s, not counted: %v", name, err)
		}
		o.every = true
		if err := o.against(t, ch, ch, someColumns(g)); err != nil {
			t.Errorf("%s, counted: %v", name, err)
		}
	}
}

// TestShortRowsHoldSymbols: elements outside of the subfield have no place in a
// leaf's short rows.
func TestShortRowsHoldSymbols(t *testing.T) {
	f := gf128.Field{}
	defer func() {
		if recover() == nil {
			t.Error("an element outside of the subfield is written as a symbol")
		}
	}()
	f.AppendSubfield(nil, gfElem{Hi: 1})
}

// TestCommitRefusesOtherLengths: a vector that is not the geometry's is a defect.
func TestCommitRefusesOtherLengths(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	for name, v := range map[string]Vector[gfElem]{
		"short": {Short: s.v.Short[1:], Full: s.v.Full},
		"full":  {Short: s.v.Short, Full: s.v.Full[1:]},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			_, _ = Commit(s.f, s.g, v, rand.Reader)
		}()
	}
}
