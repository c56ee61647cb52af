package opening

import (
	"crypto/rand"
	"math"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// rank is that of a matrix; it is consumed.
func rank[E comparable](f field.Field[E], rows [][]E) int {
	var zero E
	r := 0
	for c := 0; len(rows) > 0 && c < len(rows[0]) && r < len(rows); c++ {
		p := r
		for p < len(rows) && rows[p][c] == zero {
			p++
		}
		if p == len(rows) {
			continue
		}
		rows[r], rows[p] = rows[p], rows[r]
		inverse := f.Inv(rows[r][c])
		for i := r + 1; i < len(rows); i++ {
			if rows[i][c] != zero {
				f.Axpy(rows[i], f.Neg(f.Mul(rows[i][c], inverse)), rows[r])
			}
		}
		r++
	}
	return r
}

// TestMasksHideTheRounds: with fixed challenges, the sum and all messages of the
// rounds are an affine function of the 2L+2 elements of the mask columns, of rank
// 2L+1: as many as there are messages, so they are uniform whatever the data is.
// All bits of a row's number take part.
func TestMasksHideTheRounds(t *testing.T) {
	testMasks(t, gf128.Field{}, [][2]int{{0, 3}, {2, 1}, {40, 3}, {100, 40}, {300, 100}, {1000, 200}, {1200, 800}})
	testMasks(t, p256.Field{}, [][2]int{{0, 3}, {0, 60}, {0, 100}, {0, 400}, {0, 900}, {0, 2000}})
}

func testMasks[E comparable](t *testing.T, f field.Field[E], sizes [][2]int) {
	logs := map[int]bool{}
	for _, size := range sizes {
		s := newSubject(t, f, size[0], size[1], 44)
		logs[s.g.Log] = true
		m := s.commit(t)
		ch := scripted(t, f, s.g)
		messages := func() []E {
			ch.drawn = 0
			a, _, err := m.answer(ch, s.claim)
			if err != nil {
				t.Fatal(err)
			}
			out := []E{a.Sum}
			for _, r := range a.Rounds {
				out = append(out, r[0], r[1])
			}
			return out
		}
		base := messages()
		var effect [][]E
		for _, i := range []int{0, s.g.Rows() - 1} {
			for c := s.g.Random(); c < s.g.data(); c++ {
				e := &m.rows[i][c]
				*e = f.Add(*e, f.One())
				changed := messages()
				f.Axpy(changed, f.Neg(f.One()), base)
				effect = append(effect, changed)
				*e = f.Sub(*e, f.One())
			}
		}
		if got := rank(f, effect); got != 2*s.g.Log+1 {
			t.Errorf("%s, L = %d: rank %d", f.Name(), s.g.Log, got)
		}
	}
	if len(logs) < 5 {
		t.Errorf("%s: only L in %v", f.Name(), logs)
	}
}

// TestMaskRowHidesTheAnswer: with all else fixed the row that is sent is the mask
// row plus what does not depend on it.
func TestMaskRowHidesTheAnswer(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	m := s.commit(t)
	ch := scripted(t, s.f, s.g)
	row := func() []gfElem {
		ch.drawn = 0
		a, _, err := m.answer(ch, s.claim)
		if err != nil {
			t.Fatal(err)
		}
		return a.Row
	}
	base := row()
	for i := range s.g.Block {
		m.mask[i] = s.f.Add(m.mask[i], gfElem{Lo: uint64(i) + 1})
	}
	for i, e := range row() {
		if e != s.f.Add(base[i], gfElem{Lo: uint64(i) + 1}) {
			t.Errorf("position %d of the answer is not masked by its own element", i)
		}
	}
}

// TestRandomElements: the mask row, the first t+1 elements of every row and the
// mask columns of the first and the last row are fresh; all else is the vector.
func TestRandomElements(t *testing.T) {
	f := gf128.Field{}
	s := newSubject(t, f, 600, 100, 64)
	a, b := s.commit(t), s.commit(t)
	g := s.g
	if g.Random() != g.Queries+1 {
		t.Fatalf("%d random elements for %d queries", g.Random(), g.Queries)
	}
	seen := map[gfElem]bool{}
	fresh := func(name string, xs, ys []gfElem) {
		t.Helper()
		for i := range xs {
			if xs[i] == ys[i] || seen[xs[i]] || seen[ys[i]] {
				t.Errorf("%s: element %d is not fresh", name, i)
			}
			seen[xs[i]], seen[ys[i]] = true, true
		}
	}
	fresh("mask row", a.mask[:g.Block], b.mask[:g.Block])
	for i := range g.Rows() {
		x, y := a.message(i, 0, g.Block, make([]gfElem, g.Block)), b.message(i, 0, g.Block, make([]gfElem, g.Block))
		end := g.Random()
		if g.ShortRow(i) { // symbols meet by chance
			same := 0
			for c := range end {
				if x[c] == y[c] {
					same++
				}
			}
			if same > 2 {
				t.Errorf("short row %d: %d of %d random symbols are those of another commitment", i, same, end)
			}
		} else {
			if i == 0 || i == g.Rows()-1 {
				end = g.data()
			}
			fresh("row", x[:end], y[:end])
		}
		for c := end; c < g.Block; c++ {
			if x[c] != y[c] {
				t.Errorf("row %d, position %d differs", i, c)
			}
			if c < g.data() && x[c] != (gfElem{}) {
				t.Errorf("row %d has something in mask column %d", i, c-g.Random())
			}
		}
	}
}

// TestOneDimensionMore: the opened symbols of a row together with any other symbol
// are a bijective function of its random elements: opened ones are uniform, and so
// is, given them, each symbol that is not opened. Leaves need no nonces then.
func TestOneDimensionMore(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	f, g := s.f, s.g
	enc := derived.Encoder(f, g.Block, g.Block+g.Columns)
	columns := someColumns(g)
	for _, other := range []int{0, 1, 57, g.Columns - 1} {
		var effect [][]gfElem
		for i := range g.Random() {
			word := make([]gfElem, g.Block+g.Columns)
			word[i] = f.One()
			enc.Encode(word)
			var at []gfElem
			for _, c := range append([]int{other}, columns...) {
				at = append(at, word[g.Block+c])
			}
			effect = append(effect, at)
		}
		want := g.Random()
		for _, c := range columns {
			if c == other {
				want--
			}
		}
		if got := rank(f, effect); got != want {
			t.Errorf("column %d beside the opened ones: rank %d, want %d", other, got, want)
		}
	}
}

// TestOpenedSymbolsAreUniform: bytes of opened symbols of one vector, over many
// commitments, by the χ² test.
func TestOpenedSymbolsAreUniform(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	for i := range s.v.Short {
		s.v.Short[i] = 0
	}
	var counts [256]int
	n := 0
	columns := someColumns(s.g)
	skip := 16 * s.g.Queries * 2 // the mask row and row 0: then come the short rows
	for range 400 {
		b := s.commit(t).AppendOpened(nil, columns)[skip:]
		for _, v := range b[:2*s.g.Queries*s.g.ShortRows] {
			counts[v]++
			n++
		}
	}
	chi, mean := 0.0, float64(n)/256
	for _, c := range counts {
		chi += (float64(c) - mean) * (float64(c) - mean) / mean
	}
	if z := (chi - 255) / math.Sqrt(2*255); math.Abs(z) > 6 {
		t.Errorf("χ² of %d bytes is %.0f, far from 255", n, chi)
	}
}

// TestFailingSource: a random source that fails is an error.
func TestFailingSource(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 33, 30, 40)
	need := 16*s.g.Block + s.g.Random()*(2*s.g.ShortRows+16*s.g.FullRows) + 2*16*(s.g.Log+1)
	for _, n := range []int{0, 1, 16*s.g.Block - 1, 16 * s.g.Block, need - 1} {
		if _, err := Commit(s.f, s.g, s.v, &limited{n}); err == nil {
			t.Errorf("%d bytes of randomness are enough", n)
		}
	}
	if _, err := Commit(s.f, s.g, s.v, &limited{need}); err != nil {
		t.Errorf("%d bytes: %v", need, err)
	}
}

type limited struct{ n int }

func (l *limited) Read(p []byte) (int, error) {
	if l.n < len(p) {
		return 0, errShort
	}
	l.n -= len(p)
	return rand.Read(p)
}

var errShort = errorString("short")

type errorString string

func (e errorString) Error() string { return string(e) }
