package ligero

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// instance is a witness with linear constraints Σ a[i][k]·W[k] = b[i] and
// products.
type instance[E comparable] struct {
	f        field.Field[E]
	g        Geometry
	witness  []E
	boundary int
	a        [][]E
	b        []E
	quads    []Quad
}

func newInstance[E comparable](t testing.TB, f field.Field[E], products bool) *instance[E] {
	const n, boundary = 150, 60
	in := &instance[E]{f: f, boundary: boundary, witness: make([]E, n)}
	for k := range in.witness {
		in.witness[k] = f.CodePoint(k*k + 7)
		if k >= boundary {
			in.witness[k] = f.Mul(in.witness[k], f.FromUint64(1<<63|uint64(k)))
		}
	}
	if products {
		for i := range 30 {
			q := Quad{X: i, Y: 70 + i, Z: 110 + i}
			in.witness[q.Z] = f.Mul(in.witness[q.X], in.witness[q.Y])
			in.quads = append(in.quads, q)
		}
	}
	for i := range 5 {
		row := make([]E, n)
		var b E
		for k := range row {
			row[k] = f.CodePoint(i*1000 + k)
			b = f.Add(b, f.Mul(row[k], in.witness[k]))
		}
		in.a, in.b = append(in.a, row), append(in.b, b)
	}
	const queries, block, columns = 16, 40, 170
	in.g = Geometry{Witness: n, Quads: len(in.quads), Block: block, DBlock: 2*block - 1, Encoded: columns + 2*block - 1, Queries: queries, Products: products}
	if err := in.g.Validate(); err != nil {
		t.Fatal(err)
	}
	return in
}

// run is what both sides know after the protocol.
type run[E comparable] struct {
	ch           *Challenges[E]
	constant     E
	coefficients []E
	response     *Response[E]
	columns      []int
	opened       []E
}

func (in *instance[E]) commit(t testing.TB) *Tableau[E] {
	t.Helper()
	tab, err := Commit(in.f, in.g, in.witness, in.boundary, in.quads, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// answer runs the prover on a tableau, whatever is in it.
func (in *instance[E]) answer(tab *Tableau[E]) *run[E] {
	f := in.f
	ts := transcript.New([]byte("ligero test"))
	r := &run[E]{ch: Draw(ts, f, in.g, len(in.a)), coefficients: make([]E, in.g.Witness)}
	for i, k := range r.ch.Linear {
		f.Axpy(r.coefficients, k, in.a[i])
		r.constant = f.Sub(r.constant, f.Mul(k, in.b[i]))
	}
	r.response = tab.Respond(r.coefficients, r.ch)
	r.response.Write(ts, f)
	r.columns = ts.Choose(in.g.Columns(), in.g.Queries)
	r.opened = tab.Open(r.columns)
	return r
}

func (in *instance[E]) verify(r *run[E]) error {
	return Verify(in.f, in.g, in.quads, r.constant, r.coefficients, r.ch, r.response, r.columns, r.opened)
}

// each runs a test over both fields, with product rows and without.
func each(t *testing.T, gf func(*testing.T, *instance[gf128.Elem]), p func(*testing.T, *instance[p256.Elem])) {
	for _, products := range []bool{true, false} {
		t.Run(fmt.Sprint("gf2_128, products ", products), func(t *testing.T) { gf(t, newInstance(t, gf128.Field{}, products)) })
		t.Run(fmt.Sprint("p256, products ", products), func(t *testing.T) { p(t, newInstance(t, p256.Field{}, products)) })
	}
}

func TestAcceptsHonestAnswers(t *testing.T) {
	each(t, testAccepts[gf128.Elem], testAccepts[p256.Elem])
}

func testAccepts[E comparable](t *testing.T, in *instance[E]) {
	r := in.answer(in.commit(t))
	if err := in.verify(r); err != nil {
		t.Fatal(err)
	}
	for i := range in.g.Rows() {
		if in.g.SubfieldRow(i, in.boundary) {
			for _, e := range r.opened[i*in.g.Queries : (i+1)*in.g.Queries] {
				if !in.f.InSubfield(e) {
					t.Fatalf("row %d is declared to lie in the subfield and does not", i)
				}
			}
		}
	}
}

// TestTamperedResponse: each element of each vector of the response.
func TestTamperedResponse(t *testing.T) {
	each(t, testTamperedResponse[gf128.Elem], testTamperedResponse[p256.Elem])
}

func testTamperedResponse[E comparable](t *testing.T, in *instance[E]) {
	r := in.answer(in.commit(t))
	wants := []error{ErrLowDegree, ErrLinear, ErrQuadratic, ErrQuadratic}
	for i, part := range r.response.Parts() {
		for k := range part {
			old := part[k]
			part[k] = in.f.Add(old, in.f.One())
			if err := in.verify(r); !errors.Is(err, wants[i]) {
				t.Errorf("part %d, element %d: %v, want %v", i, k, err, wants[i])
			}
			part[k] = old
		}
	}
	// Two changes at witness positions that leave the sum right.
	q := in.g.Queries
	r.response.Linear[q] = in.f.Add(r.response.Linear[q], in.f.One())
	r.response.Linear[q+1] = in.f.Sub(r.response.Linear[q+1], in.f.One())
	if err := in.verify(r); !errors.Is(err, ErrLinear) {
		t.Errorf("sum kept: %v", err)
	}
}

// TestTamperedColumns: each opened symbol, with the test that notices first.
func TestTamperedColumns(t *testing.T) {
	each(t, testTamperedColumns[gf128.Elem], testTamperedColumns[p256.Elem])
}

func testTamperedColumns[E comparable](t *testing.T, in *instance[E]) {
	r := in.answer(in.commit(t))
	for k := range r.opened {
		want := ErrLowDegree
		switch k / in.g.Queries {
		case 1:
			want = ErrLinear
		case 2:
			if in.g.Products {
				want = ErrQuadratic
			}
		}
		old := r.opened[k]
		r.opened[k] = in.f.Add(old, in.f.One())
		if err := in.verify(r); !errors.Is(err, want) {
			t.Errorf("row %d, column %d: %v, want %v", k/in.g.Queries, k%in.g.Queries, err, want)
		}
		r.opened[k] = old
	}
	// The right symbols at other columns.
	r.columns[0], r.columns[1] = r.columns[1], r.columns[0]
	if err := in.verify(r); !errors.Is(err, ErrLowDegree) {
		t.Errorf("columns exchanged: %v", err)
	}
}

// TestFalseConstraints: each linear constraint and each product false alone.
func TestFalseConstraints(t *testing.T) {
	each(t, testFalseConstraints[gf128.Elem], testFalseConstraints[p256.Elem])
}

func testFalseConstraints[E comparable](t *testing.T, in *instance[E]) {
	f := in.f
	tab := in.commit(t)
	for i := range in.b {
		old := in.b[i]
		in.b[i] = f.Add(old, f.One())
		if err := in.verify(in.answer(tab)); !errors.Is(err, ErrLinear) {
			t.Errorf("constraint %d false: %v", i, err)
		}
		in.b[i] = old
	}
	for i, q := range in.quads {
		// Another product, with linear constraints that hold for it.
		other := *in
		other.witness = append([]E(nil), in.witness...)
		other.witness[q.Z] = f.Add(other.witness[q.Z], f.One())
		other.b = append([]E(nil), in.b...)
		for j := range other.b {
			other.b[j] = f.Add(other.b[j], in.a[j][q.Z])
		}
		if err := other.verify(other.answer(other.commit(t))); !errors.Is(err, ErrQuadratic) {
			t.Errorf("product %d false: %v", i, err)
		}
	}
	if len(in.quads) == 0 {
		return
	}
	// A product row that holds a right product of something else than the witness.
	tab = in.commit(t)
	first := in.g.blinding() + in.g.WitnessRows()
	for part := range 3 {
		tab.rows[first+part*in.g.QuadRows()][in.g.Queries] = f.One()
	}
	tab.encode()
	if err := in.verify(in.answer(tab)); !errors.Is(err, ErrLinear) {
		t.Errorf("product of other factors: %v", err)
	}
}

// asElements makes a row of symbols one of elements, which a test can change.
func asElements[E comparable](t *Tableau[E], row int) []E {
	if t.symbols[row] != nil {
		t.rows[row] = t.prefix(row, t.g.Encoded, make([]E, t.g.Encoded))
		t.symbols[row] = nil
	}
	return t.rows[row]
}

// TestRowsThatAreNoCodeWords: a row of too high a degree, and blinding rows that
// are not what they should be.
func TestRowsThatAreNoCodeWords(t *testing.T) {
	each(t, testNoCodeWords[gf128.Elem], testNoCodeWords[p256.Elem])
}

func testNoCodeWords[E comparable](t *testing.T, in *instance[E]) {
	f, g := in.f, in.g
	for row := range g.Rows() {
		if row > 0 && row < g.blinding() {
			continue
		}
		tab := in.commit(t)
		// One degree more than allowed.
		word := asElements(tab, row)
		word[g.Block] = f.Add(word[g.Block], f.One())
		f.NewEncoder(g.Block+1, g.Encoded).Encode(word)
		if err := in.verify(in.answer(tab)); !errors.Is(err, ErrLowDegree) {
			t.Errorf("row %d of a higher degree: %v", row, err)
		}
	}
	// The linear test's blinding must sum to zero.
	tab := in.commit(t)
	tab.rows[1][g.Queries] = f.Add(tab.rows[1][g.Queries], f.One())
	tab.encode()
	if err := in.verify(in.answer(tab)); !errors.Is(err, ErrLinear) {
		t.Errorf("blinding with another sum: %v", err)
	}
	if g.Products {
		tab := in.commit(t)
		tab.rows[2][g.Queries] = f.One()
		tab.encode()
		if err := in.verify(in.answer(tab)); !errors.Is(err, ErrQuadratic) {
			t.Errorf("blinding that is not zero at a witness position: %v", err)
		}
	}
}

// TestLine21Fresh: two commitments to one witness share no symbol that can be
// opened in a row of full elements, and few by chance in subfield rows.
func TestLine21Fresh(t *testing.T) {
	each(t, testFresh[gf128.Elem], testFresh[p256.Elem])
}

func testFresh[E comparable](t *testing.T, in *instance[E]) {
	a, b := in.commit(t), in.commit(t)
	for row := range in.g.Rows() {
		same := 0
		for c := in.g.DBlock; c < in.g.Encoded; c++ {
			if a.at(row, c) == b.at(row, c) {
				same++
			}
		}
		limit := 0
		if in.g.SubfieldRow(row, in.boundary) {
			limit = 3 // of 170 symbols of 16 bits
		}
		if same > limit {
			t.Errorf("row %d: %d symbols the same twice", row, same)
		}
	}
	ra, rb := in.answer(a), in.answer(b)
	for i, part := range ra.response.Parts() {
		for k := range part {
			if part[k] == rb.response.Parts()[i][k] {
				t.Errorf("response part %d, element %d: the same twice", i, k)
			}
		}
	}
}

// failing gives n bytes and then an error.
type failing struct{ n int }

var errSource = errors.New("source failed")

func (s *failing) Read(p []byte) (int, error) {
	n := min(len(p), s.n)
	s.n -= n
	if n < len(p) {
		return n, errSource
	}
	return n, nil
}

// TestLine21FailingSource: a random source that fails at any point is an error.
func TestLine21FailingSource(t *testing.T) {
	in := newInstance(t, gf128.Field{}, true)
	counter := &failing{n: 1 << 30}
	if _, err := Commit(in.f, in.g, in.witness, in.boundary, in.quads, counter); err != nil {
		t.Fatal(err)
	}
	total := 1<<30 - counter.n
	for n := 0; n < total; n += 97 {
		if _, err := Commit(in.f, in.g, in.witness, in.boundary, in.quads, &failing{n: n}); !errors.Is(err, errSource) {
			t.Errorf("after %d of %d bytes: %v", n, total, err)
		}
	}
	if _, err := Commit(in.f, in.g, in.witness, in.boundary, in.quads, &failing{n: total - 1}); !errors.Is(err, errSource) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("before the last byte: %v", err)
	}
}

// TestLine22Lengths: vectors of the wrong length are an error.
func TestLine22Lengths(t *testing.T) {
	in := newInstance(t, gf128.Field{}, true)
	tab := in.commit(t)
	for name, change := range map[string]func(r *run[gf128.Elem]){
		"opened short":       func(r *run[gf128.Elem]) { r.opened = r.opened[1:] },
		"a column less":      func(r *run[gf128.Elem]) { r.columns = r.columns[1:] },
		"low degree short":   func(r *run[gf128.Elem]) { r.response.LowDegree = r.response.LowDegree[1:] },
		"linear long":        func(r *run[gf128.Elem]) { r.response.Linear = append(r.response.Linear, gf128.Elem{}) },
		"quadratic short":    func(r *run[gf128.Elem]) { r.response.QuadraticLow = r.response.QuadraticLow[1:] },
		"quadratic long":     func(r *run[gf128.Elem]) { r.response.QuadraticHigh = append(r.response.QuadraticHigh, gf128.Elem{}) },
		"coefficients short": func(r *run[gf128.Elem]) { r.coefficients = r.coefficients[1:] },
		"coefficients long":  func(r *run[gf128.Elem]) { r.coefficients = append(r.coefficients, gf128.Elem{}) },
	} {
		r := in.answer(tab)
		change(r)
		if err := in.verify(r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestLinearAt compares with the definition: rows of coefficients extended and
// multiplied.
func TestLinearAt(t *testing.T) {
	in := newInstance(t, p256.Field{}, true)
	f, g := in.f, in.g
	r := in.answer(in.commit(t))
	full := expand(f, g, in.quads, r.coefficients, r.ch)
	want := make([]p256.Elem, g.Queries)
	first := g.blinding()
	for i := range g.dataRows() {
		row := make([]p256.Elem, g.Encoded)
		copy(row[g.Queries:], full[i*g.Width():(i+1)*g.Width()])
		f.NewEncoder(g.Block, g.Encoded).Encode(row)
		for j, c := range r.columns {
			want[j] = f.Add(want[j], f.Mul(row[g.DBlock+c], r.opened[(first+i)*g.Queries+j]))
		}
	}
	got := linearAt(f, g, full, r.columns, func(i int) []p256.Elem { return r.opened[(first+i)*g.Queries : (first+i+1)*g.Queries] })
	if !equal(got, want) {
		t.Error("linearAt differs from its definition")
	}
}

func BenchmarkLigero(b *testing.B) {
	b.Run("gf2_128", func(b *testing.B) { benchmarkLigero(b, gf128.Field{}) })
	b.Run("p256", func(b *testing.B) { benchmarkLigero(b, p256.Field{}) })
}

func benchmarkLigero[E comparable](b *testing.B, f field.Field[E]) {
	in := &instance[E]{f: f, witness: make([]E, 20000), boundary: 15000, a: [][]E{make([]E, 20000)}, b: make([]E, 1)}
	for k := range in.witness {
		in.witness[k] = f.CodePoint(k)
	}
	in.g = Geometry{Witness: 20000, Block: 384, DBlock: 767, Encoded: 3072 + 767, Queries: 128}
	if err := in.g.Validate(); err != nil {
		b.Fatal(err)
	}
	var tab *Tableau[E]
	b.Run("commit", func(b *testing.B) {
		for b.Loop() {
			tab = in.commit(b)
		}
	})
	var r *run[E]
	b.Run("respond", func(b *testing.B) {
		for b.Loop() {
			r = in.answer(tab)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if err := in.verify(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		e, row := f.NewEncoder(in.g.Block, in.g.Encoded), make([]E, in.g.Encoded)
		for b.Loop() {
			e.Encode(row)
		}
	})
}
