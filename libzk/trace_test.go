package libzk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// form is a linear form of a witness with bits that is zero, and the witness as it
// is committed.
type form struct {
	p            *part[gf128.Elem]
	witness      []gf128.Elem
	vector       opening.Vector[gf128.Elem]
	constant     gf128.Elem
	coefficients []gf128.Elem
}

func random(t testing.TB, n int) []gf128.Elem {
	t.Helper()
	out := make([]gf128.Elem, n)
	for i := range out {
		var err error
		if out[i], err = (gf128.Field{}).Sample(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func newForm(t testing.TB, bits, symbols, full int) *form {
	t.Helper()
	f := gf128.Field{}
	p, err := newPart(Shape[gf128.Elem]{Field: f, Bits: bits, Symbols: symbols, Full: full})
	if err != nil {
		t.Fatal(err)
	}
	o := &form{p: p, witness: random(t, p.witness), coefficients: random(t, p.witness)}
	for i := range bits {
		o.witness[i] = gf128.Elem{Lo: o.witness[i].Lo & 1}
	}
	for i := range symbols {
		o.witness[bits+i] = f.FromSymbol(uint16(o.witness[bits+i].Lo))
	}
	o.constant = f.Dot(o.coefficients, o.witness)
	if o.vector, err = p.vector(o.witness, rand.Reader); err != nil {
		t.Fatal(err)
	}
	return o
}

// holds reports whether a claim holds for what is committed.
func (o *form) holds(c opening.Claim[gf128.Elem]) bool {
	f := gf128.Field{}
	sum := f.Dot(c.Full, o.vector.Full)
	for i, s := range o.vector.Short {
		sum = f.Add(sum, f.Mul(c.Short[i], f.FromSymbol(s)))
	}
	return sum == c.Value
}

func (o *form) traces() []uint16 { return o.p.traces(o.vector, o.coefficients) }

func (o *form) claim(t testing.TB, traces []uint16) opening.Claim[gf128.Elem] {
	return o.p.joined(o.constant, o.coefficients, traces, random(t, 129))
}

// traceOne and traceZero are symbols of these traces.
func traceOne() uint16  { return symbolOfTrace(1) }
func traceZero() uint16 { return symbolOfTrace(0) }

func symbolOfTrace(want uint64) uint16 {
	for s := uint16(2); ; s++ {
		if (gf128.Field{}).TraceValue([]uint16{s}).Lo == want {
			return s
		}
	}
}

// TestTraceHonest: with any numbers of bits and symbols, in one row and at its
// ends, the claim holds, and T is masked in every symbol.
func TestTraceHonest(t *testing.T) {
	for _, v := range [][3]int{{1, 0, 0}, {15, 1, 1}, {16, 0, 3}, {17, 5, 0}, {33, 40, 7}, {4000, 100, 20}} {
		o := newForm(t, v[0], v[1], v[2])
		if !o.holds(o.claim(t, o.traces())) {
			t.Errorf("%v: the claim does not hold", v)
		}
		again, err := o.p.vector(o.witness, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		a, b := o.traces(), o.p.traces(again, o.coefficients)
		for u := range a {
			masks := o.vector.Short[o.p.shortLen()-128+u] ^ again.Short[o.p.shortLen()-128+u]
			if a[u]^b[u] != masks {
				t.Errorf("%v: T_%d is not a value plus its mask", v, u)
			}
		}
	}
}

// TestTraceForgeries: each message that a prover could send for a form that is not
// zero, or in place of the right one, fails for weights drawn after it.
func TestTraceForgeries(t *testing.T) {
	f := gf128.Field{}
	for name, cheat := range map[string]func(o *form, traces []uint16){
		"another constant":              func(o *form, _ []uint16) { o.constant = f.Add(o.constant, gf128.Elem{Hi: 1}) },
		"a symbol that keeps its trace": func(_ *form, ts []uint16) { ts[77] ^= traceZero() },
		"a symbol that does not":        func(_ *form, ts []uint16) { ts[77] ^= traceOne() },
		"traces of the constant wanted": func(o *form, ts []uint16) { o.constant.Lo ^= 1 << 5; ts[5] ^= traceOne() },
		"the same at the last bit":      func(o *form, ts []uint16) { o.constant.Hi ^= 1 << 63; ts[127] ^= traceOne() },
		"σ that repeats other traces":   func(o *form, _ []uint16) { o.vector.Full[o.p.Full].Lo ^= 1 },
		"a mask after T":                func(o *form, _ []uint16) { o.vector.Short[o.p.shortLen()-1] ^= 1 },
		"a symbol after T":              func(o *form, _ []uint16) { o.vector.Short[o.p.packed()] ^= 1 },
		"a bit after T":                 func(o *form, _ []uint16) { o.vector.Short[0] ^= f.Pack(1) },
		"two symbols of T exchanged":    func(_ *form, ts []uint16) { ts[0], ts[1] = ts[1]^1, ts[0] },
		"T of other bits": func(o *form, ts []uint16) {
			w := append([]gf128.Elem(nil), o.witness...)
			w[3] = f.Add(w[3], f.One())
			other, err := o.p.vector(w, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			copy(other.Short[o.p.packed():], o.vector.Short[o.p.packed():])
			copy(ts, o.p.traces(other, o.coefficients))
			o.constant = f.Add(o.constant, o.coefficients[3])
		},
	} {
		o := newForm(t, 40, 5, 4)
		ts := o.traces()
		cheat(o, ts)
		if o.holds(o.claim(t, ts)) {
			t.Errorf("%s: the claim holds", name)
		}
	}
}

// TestTraceForgeryNeedsTheWeights: who knows φ before T can fit T to it, and who
// knows the coefficients before the commitment can fit σ: that is why they are
// drawn after. Each forgery holds for what it was fitted to and for nothing else.
func TestTraceForgeryNeedsTheWeights(t *testing.T) {
	f := gf128.Field{}
	d := gf128.Elem{Lo: 0xbad}
	o := newForm(t, 40, 5, 4)
	weights := random(t, 129)
	// T_0 moves by a symbol s of trace 0, whose weight is made φ·d/s.
	s := traceZero()
	weights[0] = f.Mul(f.Mul(weights[128], d), f.Inv(f.FromSymbol(s)))
	ts := o.traces()
	ts[0] ^= s
	o.constant = f.Add(o.constant, d)
	if !o.holds(o.p.joined(o.constant, o.coefficients, ts, weights)) {
		t.Error("a T fitted to its weights does not pass: the test tests nothing")
	}
	for i := range weights {
		if i > 0 && i < 128 {
			continue // they weigh what is right
		}
		other := append([]gf128.Elem(nil), weights...)
		other[i] = f.Add(other[i], f.One())
		if o.holds(o.p.joined(o.constant, o.coefficients, ts, other)) {
			t.Errorf("a T fitted to other weights passes, weight %d differs", i)
		}
	}
	// A bit at each of the sixteen places of a symbol is wrong, and σ makes up for it
	// at one choice of coefficients.
	for j := range 16 {
		o := newForm(t, 40, 5, 4)
		o.vector.Short[1] ^= f.Pack(1 << j)
		missing := o.coefficients[16+j]
		if 16+j >= 40 {
			continue
		}
		if o.holds(o.claim(t, o.traces())) {
			t.Errorf("bit %d may be another", 16+j)
		}
		o.vector.Full[o.p.Full] = f.Add(o.vector.Full[o.p.Full], missing)
		if !o.holds(o.claim(t, o.traces())) {
			t.Errorf("bit %d: σ fitted to the coefficients does not pass: the test tests nothing", 16+j)
		}
		o.coefficients[16+j] = f.Add(o.coefficients[16+j], f.One())
		o.constant = f.Dot(o.coefficients, o.witness)
		if o.holds(o.claim(t, o.traces())) {
			t.Errorf("bit %d: σ fitted to other coefficients passes", 16+j)
		}
	}
}

// TestTraceOrder: T is absorbed before its weights are drawn, every byte of it,
// and the claim uses what is drawn.
func TestTraceOrder(t *testing.T) {
	o := newForm(t, 40, 5, 4)
	draw := func(ts []uint16) (*transcript.Transcript, opening.Claim[gf128.Elem]) {
		tr := transcript.New([]byte("traces"))
		return tr, o.p.claim(tr, o.constant, o.coefficients, ts)
	}
	ts := o.traces()
	tr, base := draw(ts)
	// By hand.
	hand := transcript.New([]byte("traces"))
	b := make([]byte, 0, 256)
	for _, s := range ts {
		b = append(b, byte(s), byte(s>>8))
	}
	hand.WriteBytes(b)
	want := o.p.joined(o.constant, o.coefficients, ts, transcript.Challenges(hand, o.p.Field, 129))
	if fmt.Sprint(base) != fmt.Sprint(want) || hand.Digest() != tr.Digest() {
		t.Error("the claim is not the documented one")
	}
	for u := range ts {
		for _, bit := range []uint16{1, 1 << 15} {
			ts[u] ^= bit
			if _, c := draw(ts); c.Short[len(c.Short)-1] == base.Short[len(base.Short)-1] {
				t.Errorf("T_%d does not move the weights", u)
			}
			ts[u] ^= bit
		}
	}
	// Without bits there is no message.
	p, err := newPart(Shape[gf128.Elem]{Field: gf128.Field{}, Symbols: 2, Full: 3})
	if err != nil {
		t.Fatal(err)
	}
	tr = transcript.New([]byte("traces"))
	before := tr.Digest()
	p.claim(tr, gf128.Elem{}, random(t, p.witness), nil)
	if tr.Digest() != before || p.shortLen() != 2 || p.fullLen() != 3+p.witness-p.secrets {
		t.Error("a statement without bits has a message of traces")
	}
}

// TestWrongVectors makes whole proofs from commitments that do not fit: a packed
// bit flipped, a symbol or a mask changed, σ that does not repeat the traces,
// alone and beside a wrong bit.
func TestWrongVectors(t *testing.T) {
	y := newToyPair(t, 9, 3) // 22 bits, 9 symbols
	f := gf128.Field{}
	bits := y.gf.bits
	for name, change := range map[string]func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]){
		"symbol": func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Short[p.packed()+2] ^= 4 },
		"σ":      func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Full[p.Full].Lo ^= 1 },
		"trace":  func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Short[p.shortLen()-1] ^= traceOne() },
		"full":   func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Full[0].Hi ^= 1 },
		"pad":    func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Full[p.fullLen()-1].Hi ^= 1 },
		"bit and σ": func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) {
			v.Short[0] ^= f.Pack(2)
			v.Full[p.Full].Lo ^= 2
		},
	} {
		c := &cheat{vector: func(gf *strand[gf128.Elem]) { change(&gf.vector, gf.p) }}
		if err := y.verify("toy", c.prove(t, y)); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range bits {
		c := &cheat{vector: func(gf *strand[gf128.Elem]) { gf.vector.Short[i/16] ^= f.Pack(1 << (i % 16)) }}
		if err := y.verify("toy", c.prove(t, y)); !errors.Is(err, ErrProof) {
			t.Errorf("bit %d: %v", i, err)
		}
	}
	// A mask τ that keeps its trace is the prover's own choice, and so is what fills
	// the last packed symbol.
	for name, change := range map[string]func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]){
		"mask":           func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Short[p.shortLen()-1] ^= traceZero() },
		"bits not there": func(v *opening.Vector[gf128.Elem], p *part[gf128.Elem]) { v.Short[bits/16] ^= f.Pack(1 << 15) },
	} {
		c := &cheat{vector: func(gf *strand[gf128.Elem]) { change(&gf.vector, gf.p) }}
		if err := y.verify("toy", c.prove(t, y)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFieldsWithoutBits: a shape over P has neither bits nor symbols.
func TestFieldsWithoutBits(t *testing.T) {
	for _, s := range []Shape[p256.Elem]{{Field: p256.Field{}, Bits: 1}, {Field: p256.Field{}, Symbols: 1}} {
		if _, err := newPart(s); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
	if _, ok := any(p256.Field{}).(field.Symbols[p256.Elem]); ok {
		t.Error("P has symbols")
	}
}
