package opening

import (
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// queries and columns of the tests: small, so that a code word is cheap.
const (
	testQueries = 20
	testColumns = 400
)

// subject is a vector with a claim about it that holds.
type subject[E comparable] struct {
	f     field.Field[E]
	g     Geometry
	v     Vector[E]
	claim Claim[E]
}

func newSubject[E comparable](t testing.TB, f field.Field[E], short, full, block int) *subject[E] {
	t.Helper()
	g, err := NewGeometry(short, full, block, testColumns, testQueries)
	if err != nil {
		t.Fatal(err)
	}
	s := &subject[E]{f: f, g: g}
	sample := func(n int) []E {
		out := make([]E, n)
		for i := range out {
			if out[i], err = f.Sample(rand.Reader); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	s.v = Vector[E]{Short: make([]uint16, short), Full: sample(full)}
	for i := range s.v.Short {
		s.v.Short[i] = uint16(mathrand.Uint32())
	}
	s.claim = Claim[E]{Short: sample(short), Full: sample(full)}
	s.claim.Value = s.value()
	return s
}

// value is the functional's value at the vector.
func (s *subject[E]) value() E {
	sum := s.f.Dot(s.claim.Full, s.v.Full)
	for i, e := range s.v.Short {
		sum = s.f.Add(sum, s.f.Mul(s.claim.Short[i], any(s.f).(field.Symbols[E]).FromSymbol(e)))
	}
	return sum
}

func (s *subject[E]) commit(t testing.TB) *Matrix[E] {
	t.Helper()
	m, err := Commit(s.f, s.g, s.v, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// opened are columns as a verifier reads them: through the bytes of leaves.
func (m *Matrix[E]) opened(t testing.TB, columns []int) Opened[E] {
	t.Helper()
	b := m.AppendOpened(nil, columns)
	row := func(short bool) []E {
		out := make([]E, len(columns))
		for i := range out {
			var err error
			if short {
				out[i], err = m.f.DecodeSubfield(b)
				b = b[m.f.SubfieldSize():]
			} else {
				out[i], err = m.f.Decode(b)
				b = b[m.f.Size():]
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	o := Opened[E]{Mask: row(false)}
	for i := range m.g.Rows() {
		o.Rows = append(o.Rows, row(m.g.ShortRow(i)))
	}
	if len(b) != 0 {
		t.Fatalf("%d bytes left of the columns", len(b))
	}
	return o
}

// exchange proves with answer and verifies, with the matrix behind the columns.
func (s *subject[E]) exchange(t testing.TB, m *Matrix[E], claim Claim[E], answer func(*transcript.Transcript) (*Answer[E], error)) error {
	t.Helper()
	prover, verifier := transcript.New([]byte("opening")), transcript.New([]byte("opening"))
	a, err := answer(prover)
	if err != nil {
		t.Fatal(err)
	}
	check, err := Replay(verifier, s.f, s.g, claim, a)
	if err != nil {
		return err
	}
	columns := verifier.Choose(s.g.Columns, s.g.Queries)
	return check.Verify(columns, m.opened(t, columns))
}

// geometries are those at which something ends: R = 2, R = 2^L and 2^L + 1 rows,
// rows that are full and rows of which one element is taken, no short part.
func eachGeometry(t *testing.T, run func(t *testing.T, s *subject[gf128.Elem])) {
	f := gf128.Field{}
	for _, v := range []struct {
		name               string
		short, full, block int
		rows, log          int
	}{
		{"two rows", 0, 3, 40, 2, 1},
		{"two rows, full", 0, 2 * 17, 40, 2, 1},
		{"three rows", 5, 3, 40, 3, 2},
		{"2^L", 2 * 16, 2 * 16, 40, 4, 2},
		{"2^L+1", 2*16 + 1, 2 * 15, 40, 5, 3},
		{"2^L, larger", 5*15 + 1, 15 + 1, 40, 8, 3},
		{"many", 300, 700, 44, 63, 6},
		{"short only", 100, 0, 48, 7, 3},
	} {
		t.Run(v.name, func(t *testing.T) {
			s := newSubject(t, f, v.short, v.full, v.block)
			if s.g.Rows() != v.rows || s.g.Log != v.log {
				t.Fatalf("%d rows and log %d, want %d and %d: %+v", s.g.Rows(), s.g.Log, v.rows, v.log, s.g)
			}
			run(t, s)
		})
	}
}

func TestHonest(t *testing.T) {
	eachGeometry(t, func(t *testing.T, s *subject[gf128.Elem]) {
		m := s.commit(t)
		if err := s.exchange(t, m, s.claim, func(tr *transcript.Transcript) (*Answer[gf128.Elem], error) { return m.Answer(tr, s.claim) }); err != nil {
			t.Error(err)
		}
	})
	for _, full := range []int{1, 40, 41, 400} {
		s := newSubject(t, p256.Field{}, 0, full, 44)
		m := s.commit(t)
		if err := s.exchange(t, m, s.claim, func(tr *transcript.Transcript) (*Answer[p256.Elem], error) { return m.Answer(tr, s.claim) }); err != nil {
			t.Errorf("P, %d elements: %v", full, err)
		}
	}
}

// TestFalseClaims: every coefficient and the value matter, and every element.
// TestOpenedOfOtherSizes: columns, symbols of the mask or rows are missing, or too many.
func TestOpenedOfOtherSizes(t *testing.T) {
	s := newSubject(t, gf128.Field{}, 20, 20, 40)
	m := s.commit(t)
	prover, verifier := transcript.New([]byte("opening")), transcript.New([]byte("opening"))
	a, err := m.Answer(prover, s.claim)
	if err != nil {
		t.Fatal(err)
	}
	check, err := Replay(verifier, s.f, s.g, s.claim, a)
	if err != nil {
		t.Fatal(err)
	}
	columns := verifier.Choose(s.g.Columns, s.g.Queries)
	good := m.opened(t, columns)
	if err := check.Verify(columns, good); err != nil {
		t.Fatal(err)
	}
	row := good.Rows[0]
	for name, v := range map[string]struct {
		columns []int
		opened  Opened[gf128.Elem]
	}{
		"a column less":      {columns[1:], good},
		"no columns":         {nil, good},
		"a mask symbol more": {columns, Opened[gf128.Elem]{append(good.Mask[:len(good.Mask):len(good.Mask)], gf128.Elem{}), good.Rows}},
		"a row more":         {columns, Opened[gf128.Elem]{good.Mask, append(good.Rows[:len(good.Rows):len(good.Rows)], row)}},
		"a row less":         {columns, Opened[gf128.Elem]{good.Mask, good.Rows[1:]}},
	} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: panic: %v", name, r)
				}
			}()
			if err := check.Verify(v.columns, v.opened); err == nil || errors.Is(err, ErrColumns) || errors.Is(err, ErrValue) {
				t.Errorf("%s: %v", name, err)
			}
		}()
	}
}

func TestFalseClaims(t *testing.T) {
	eachGeometry(t, func(t *testing.T, s *subject[gf128.Elem]) {
		m := s.commit(t)
		refuse := func(name string, claim Claim[gf128.Elem]) {
			t.Helper()
			err := s.exchange(t, m, claim, func(tr *transcript.Transcript) (*Answer[gf128.Elem], error) { return m.Answer(tr, claim) })
			if !errors.Is(err, ErrValue) && !errors.Is(err, ErrColumns) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c := s.claim
		c.Value = s.f.Add(c.Value, s.f.One())
		refuse("value", c)
		for i := 0; i < s.g.Short; i += 1 + s.g.Short/9 {
			c = s.claim
			c.Short = append([]gf128.Elem(nil), c.Short...)
			if s.v.Short[i] != 0 {
				c.Short[i] = s.f.Add(c.Short[i], s.f.One())
				refuse(fmt.Sprint("coefficient of symbol ", i), c)
			}
		}
		for i := 0; i < s.g.Full; i += 1 + s.g.Full/9 {
			c = s.claim
			c.Full = append([]gf128.Elem(nil), c.Full...)
			c.Full[i] = s.f.Add(c.Full[i], s.f.One())
			refuse(fmt.Sprint("coefficient of element ", i), c)
		}
	})
}

// TestNumbers: rows are numbered as documented, each point of the cube once, and
// every element of the vector lies in one place.
func TestNumbers(t *testing.T) {
	eachGeometry(t, func(t *testing.T, s *subject[gf128.Elem]) {
		g := s.g
		seen := map[int]bool{}
		var short, full int
		for i := range g.Rows() {
			n := g.number(i)
			if seen[n] || n < 0 || n >= 1<<g.Log {
				t.Errorf("row %d has number %d", i, n)
			}
			seen[n] = true
			if g.ShortRow(i) {
				if n != i || g.start(i) != short*g.Width() {
					t.Errorf("short row %d: number %d, from element %d", i, n, g.start(i))
				}
				short++
			} else {
				if g.start(i) != full*g.Width() {
					t.Errorf("full row %d begins at element %d", i, g.start(i))
				}
				full++
			}
		}
		if !seen[0] || !seen[1<<g.Log-1] || g.ShortRow(0) || g.ShortRow(g.Rows()-1) {
			t.Error("the first and the last point are not full rows")
		}
		if short != g.ShortRows || full != g.FullRows || short*g.Width() < g.Short || full*g.Width() < g.Full || full < 2 {
			t.Errorf("%d and %d rows for %d and %d elements", short, full, g.Short, g.Full)
		}
	})
}

func TestGeometryRefuses(t *testing.T) {
	for name, v := range map[string][5]int{
		"no room":        {10, 10, testQueries + 1 + 2 + 13, 400, testQueries},
		"negative":       {-1, 10, 64, 400, testQueries},
		"negative full":  {1, -10, 64, 400, testQueries},
		"few columns":    {1, 10, 64, testQueries - 1, testQueries},
		"long code word": {1, 10, 64, 1<<16 - 63, testQueries},
		"no queries":     {1, 10, 64, 400, 0},
		"too many rows":  {1 << 40, 10, 64, 400, testQueries},
		"room for L = 1": {0, 29, testQueries + 1 + 2 + 14, 400, testQueries},
	} {
		if g, err := NewGeometry(v[0], v[1], v[2], v[3], v[4]); err == nil {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if _, err := NewGeometry(0, 28, testQueries+1+2+14, 400, testQueries); err != nil {
		t.Error(err)
	}
}

// script is a channel with challenges of the test's choice.
type script[E comparable] struct {
	f      field.Field[E]
	next   []E
	sent   []E
	drawn  int
	onDraw func(i int, sent []E) // what a challenge follows
}

func (s *script[E]) elem(e E)     { s.sent = append(s.sent, e) }
func (s *script[E]) array(es []E) { s.sent = append(s.sent, es...) }
func (s *script[E]) challenge() E {
	if s.onDraw != nil {
		s.onDraw(s.drawn, s.sent)
	}
	e := s.next[s.drawn]
	s.drawn++
	return e
}

func scripted[E comparable](t testing.TB, f field.Field[E], g Geometry) *script[E] {
	s := &script[E]{f: f}
	for range g.Log + 2 {
		e, err := f.Sample(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		s.next = append(s.next, e)
	}
	return s
}

// TestDegenerateChallenges: prover and verifier refuse a point at 0 or 1, in each
// round, and a scale of 0; a weight ζ of 0 or 1 hides nothing less.
func TestDegenerateChallenges(t *testing.T) {
	f := gf128.Field{}
	s := newSubject(t, f, 40, 60, 44)
	m := s.commit(t)
	for i := range s.g.Log + 2 {
		for _, x := range []gf128.Elem{{}, f.One()} {
			ch := scripted(t, f, s.g)
			a, _, err := m.answer(ch, s.claim)
			if err != nil {
				t.Fatal(err)
			}
			ch.next[i], ch.drawn = x, 0
			want := error(sumcheck.ErrChallenge)
			if i == 0 || i == s.g.Log+1 && x == f.One() {
				want = nil
			}
			if _, err := replay(ch, f, s.g, s.claim, a); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("challenge %d is %v: verifier: %v", i, x, err)
			}
			ch.drawn = 0
			a, _, err = m.answer(ch, s.claim)
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("challenge %d is %v: prover: %v", i, x, err)
			}
			if want != nil && a != nil {
				t.Errorf("challenge %d is %v: the prover answers", i, x)
			}
		}
	}
}

// TestOrderOfMessages: each challenge follows all that it has to follow, in the
// order of docs/protocol.md, and what follows a challenge comes after it.
func TestOrderOfMessages(t *testing.T) {
	f := gf128.Field{}
	s := newSubject(t, f, 40, 60, 44)
	m := s.commit(t)
	want := []int{1} // elements sent before each challenge
	for l := range s.g.Log {
		want = append(want, 3+2*l)
	}
	want = append(want, 2*s.g.Log+2)
	var sent [2][]gf128.Elem
	var answer *Answer[gf128.Elem]
	for side := range 2 {
		ch := scripted(t, f, s.g)
		var got []int
		ch.onDraw = func(_ int, sent []gf128.Elem) { got = append(got, len(sent)) }
		var err error
		if side == 0 {
			answer, _, err = m.answer(ch, s.claim)
		} else {
			_, err = replay(ch, f, s.g, s.claim, answer)
		}
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("side %d: %v elements are sent before the challenges, want %v", side, got, want)
		}
		sent[side] = ch.sent
	}
	elems := answer.Elems()
	if len(elems) != s.g.AnswerElems() || len(sent[0]) != len(elems) || len(sent[1]) != len(elems) {
		t.Fatalf("%d elements, sent are %d and %d", len(elems), len(sent[0]), len(sent[1]))
	}
	for i, e := range elems {
		if sent[0][i] != *e || sent[1][i] != *e {
			t.Errorf("element %d is not the %d-th that is sent", i, i)
		}
	}
}

// TestEveryElementIsAbsorbed: another element moves every later challenge.
func TestEveryElementIsAbsorbed(t *testing.T) {
	f := gf128.Field{}
	s := newSubject(t, f, 40, 60, 44)
	m := s.commit(t)
	a, err := m.Answer(transcript.New([]byte("opening")), s.claim)
	if err != nil {
		t.Fatal(err)
	}
	columns := func() string {
		tr := transcript.New([]byte("opening"))
		if _, err := Replay(tr, f, s.g, s.claim, a); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(tr.Choose(s.g.Columns, s.g.Queries))
	}
	base := columns()
	for i, e := range a.Elems() {
		old := *e
		*e = f.Add(old, f.One())
		if columns() == base {
			t.Errorf("element %d does not move the columns", i)
		}
		*e = old
	}
}
