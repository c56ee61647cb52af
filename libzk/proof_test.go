package libzk

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// section is a part of a proof: bytes from..to, in units that are compared and
// exchanged as a whole.
type section struct {
	name           string
	from, to, unit int
}

// sections lists the parts of a toy pair's proof, in order.
func (y *toyPair) sections(t testing.TB, proof []byte) []section {
	t.Helper()
	s := y.sys
	var out []section
	at := 0
	add := func(name string, n, unit int) {
		if n > 0 {
			out = append(out, section{name, at, at + n, unit})
		}
		at += n
	}
	add("root", merkle.Size, merkle.Size)
	add("published GF", 16, 16)
	add("published P", 32, 32)
	add("messages GF", partSize(s.gf), 16)
	add("traces", 2*s.gf.masks(), 2)
	add("answer GF", 16*s.gfShape.AnswerElems(), 16)
	add("messages P", partSize(s.p), 32)
	add("answer P", 32*s.pShape.AnswerElems(), 32)
	add("GF mask row", 16*queries, 16)
	for r := range s.gfShape.Rows() {
		if s.gfShape.ShortRow(r) {
			add(fmt.Sprint("GF short row ", r), 2*queries, 2)
		} else {
			add(fmt.Sprint("GF row ", r), 16*queries, 16)
		}
	}
	add("columns P", s.pShape.OpenedSize(32, 32), 32)
	if (len(proof)-at)%merkle.Size != 0 || at >= len(proof) {
		t.Fatalf("%d bytes after %d are no path", len(proof)-at, at)
	}
	add("path", len(proof)-at, merkle.Size)
	return out
}

func (y *toyPair) honest(t testing.TB) []byte {
	t.Helper()
	proof, err := y.prove(Secrets{GF: y.gf.secrets(), P: y.p.secrets()}, false)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// TestLine21TwoProofsShareNothing: two proofs of one statement from the same
// secrets have no unit in common, in any section; symbols of 16 bits meet by
// chance only.
func TestLine21TwoProofsShareNothing(t *testing.T) {
	y := newToyPair(t, 300, 3)
	a, b := y.honest(t), y.honest(t)
	sub := 0
	units := map[string]string{}
	for _, s := range y.sections(t, a) {
		if s.unit == 2 {
			sub++
			same := 0
			for i := s.from; i < s.to; i += 2 {
				if bytes.Equal(a[i:i+2], b[i:i+2]) {
					same++
				}
			}
			if same > 2 {
				t.Errorf("%s: %d of %d symbols are the same", s.name, same, queries)
			}
			continue
		}
		for i := s.from; i < s.to; i += s.unit {
			units[string(a[i:i+s.unit])] = s.name
		}
	}
	if sub == 0 {
		t.Fatal("no row in the subfield")
	}
	for _, s := range y.sections(t, b) {
		if s.unit == 2 {
			continue
		}
		for i := s.from; i < s.to; i += s.unit {
			if name, ok := units[string(b[i:i+s.unit])]; ok {
				t.Errorf("%s at %d is also in the other proof's %s", s.name, i, name)
			}
		}
	}
}

// limited gives n bytes of randomness and then fails.
type limited struct{ n int }

var errSource = errors.New("source failed")

func (s *limited) Read(p []byte) (int, error) {
	if s.n == 0 {
		return 0, errSource
	}
	n, err := rand.Read(p[:min(len(p), s.n)])
	s.n -= n
	return n, err
}

// hiccup fails once, when so many bytes have been read, and goes on as if nothing had
// been.
type hiccup struct {
	after int
	had   bool
}

func (s *hiccup) Read(p []byte) (int, error) {
	p = p[:min(len(p), 211)] // who reads ahead does not read over it
	if s.after -= len(p); s.after < 0 && !s.had {
		s.had = true
		return 0, errSource
	}
	return rand.Read(p)
}

// TestLine21FailingOnce: a random source that fails once, anywhere, is an error: what
// it should have given would not hide anything.
func TestLine21FailingOnce(t *testing.T) {
	for _, profile := range []Profile{V2, V2Hash} {
		y := newToyPair(t, 2, 2)
		var err error
		if y.sys, err = NewSystem(profile, &y.gf.shape, &y.p.shape); err != nil {
			t.Fatal(err)
		}
		w := Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
		for n := 0; ; n += 211 {
			source := &hiccup{after: n}
			_, err := y.sys.Prove([]byte("toy"), w, source, y.relator(w))
			if !source.had {
				if err != nil {
					t.Error(err)
				}
				break
			}
			if !errors.Is(err, errSource) {
				t.Fatalf("%s: after %d bytes: %v", profile, n, err)
			}
		}
	}
}

// TestLine21FailingSource: a random source that fails anywhere is an error.
func TestLine21FailingSource(t *testing.T) {
	m := newMono(t, 2)
	total := 0
	for n := 0; ; n += 911 {
		_, err := m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets()}, &limited{n}, m.relator())
		if err == nil {
			total = n
			break
		}
		if !errors.Is(err, errSource) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
	// The mask row, the masks of traces, pads, and the randomness of rows.
	g := m.sys.gfShape
	least := 16*g.Block + 2*128 + 16*(m.sys.gf.witness-m.sys.gf.secrets-maskCopies-len(m.sys.gf.products)) +
		g.Random()*(2*g.ShortRows+16*g.FullRows) + 2*16*(g.Log+1)
	if total < least {
		t.Errorf("%d bytes of randomness are enough, want at least %d", total, least)
	}
}

// TestLine20PublishedAltered: each published byte.
func TestLine20PublishedAltered(t *testing.T) {
	y := newToyPair(t, 3, 2)
	proof := y.honest(t)
	for i := range toyPublished {
		b := bytes.Clone(proof)
		b[merkle.Size+i] ^= 1
		if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
			t.Errorf("published byte %d: %v", i, err)
		}
	}
}

// TestLine22Exchanged: units of a section exchanged, rotated, or replaced by
// those of another proof.
func TestLine22Exchanged(t *testing.T) {
	y := newToyPair(t, 9, 3)
	proof, other := y.honest(t), y.honest(t)
	rng := mathrand.New(mathrand.NewPCG(1, 1))
	refuse := func(name string, b []byte) {
		t.Helper()
		if bytes.Equal(b, proof) {
			return
		}
		if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	all := y.sections(t, proof)
	for _, s := range all {
		units := (s.to - s.from) / s.unit
		if units > 1 {
			b := bytes.Clone(proof)
			i, j := rng.IntN(units), rng.IntN(units)
			copy(b[s.from+i*s.unit:], proof[s.from+j*s.unit:s.from+(j+1)*s.unit])
			copy(b[s.from+j*s.unit:], proof[s.from+i*s.unit:s.from+(i+1)*s.unit])
			refuse(fmt.Sprintf("%s: units %d and %d exchanged", s.name, i, j), b)
			refuse(s.name+" rotated", append(append(append(bytes.Clone(proof[:s.from]), proof[s.from+s.unit:s.to]...), proof[s.from:s.from+s.unit]...), proof[s.to:]...))
		}
		if len(other) == len(proof) || s.name != "path" {
			b := bytes.Clone(proof)
			copy(b[s.from:s.to], other[s.from:s.to])
			refuse(s.name+" of another proof", b)
		}
		refuse(s.name+" cleared", append(append(bytes.Clone(proof[:s.from]), make([]byte, s.to-s.from)...), proof[s.to:]...))
		refuse(s.name+" left out", append(bytes.Clone(proof[:s.from]), proof[s.to:]...))
		refuse(s.name+" twice", append(bytes.Clone(proof[:s.to]), proof[s.from:]...))
		for _, u := range all {
			if u.from > s.from && u.to-u.from == s.to-s.from {
				b := bytes.Clone(proof)
				copy(b[s.from:s.to], proof[u.from:u.to])
				copy(b[u.from:u.to], proof[s.from:s.to])
				refuse(s.name+" exchanged with "+u.name, b)
			}
		}
	}
}

// TestLine22NotCanonical: integers of P-256 that are not below p are refused, at
// every place.
func TestLine22NotCanonical(t *testing.T) {
	y := newToyPair(t, 2, 2)
	proof := y.honest(t)
	p, _ := p256.Field{}.Decode(make([]byte, 32)) // 0, whose other spelling is p
	minusOne := p256.Field{}.Append(nil, p256.Field{}.Neg(p256.Field{}.One()))
	modulus := bytes.Clone(minusOne)
	modulus[0]++ // p - 1 is even in its last byte: no carry
	if _, err := (p256.Field{}).Decode(modulus); err == nil || p != (p256.Elem{}) {
		t.Fatal("p decodes")
	}
	for _, s := range y.sections(t, proof) {
		if !strings.HasSuffix(s.name, " P") {
			continue
		}
		for i := s.from; i < s.to; i += s.unit * max(1, (s.to-s.from)/s.unit/5) {
			for _, e := range [][]byte{modulus, bytes.Repeat([]byte{0xff}, 32)} {
				b := bytes.Clone(proof)
				copy(b[i:], e)
				if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
					t.Errorf("%s at %d: %v", s.name, i, err)
				}
			}
		}
	}
}

// TestLine22Lengths: every length around the right one, and long rubbish, which
// costs no memory of its size.
func TestLine22Lengths(t *testing.T) {
	y := newToyPair(t, 2, 2)
	proof := y.honest(t)
	for n := range 70 {
		for _, b := range [][]byte{proof[:n], proof[:len(proof)-1-n], append(bytes.Clone(proof), make([]byte, n+1)...)} {
			if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
				t.Errorf("%d bytes, want %d: %v", len(b), len(proof), err)
			}
		}
	}
	rubbish := make([]byte, 64<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := y.verify("toy", rubbish)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrProof) {
		t.Errorf("rubbish: %v", err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("64 MB of rubbish: %d bytes allocated", n)
	}
	if n := y.sys.ProofSize(toyPublished, 0); len(proof) <= n || len(proof) > y.sys.ProofSize(toyPublished, maxPath(y.sys.gfShape.Columns)) {
		t.Errorf("proof of %d bytes, at least %d expected", len(proof), n)
	}
}

// variant is the toy pair's system with another shape.
func variant(t testing.TB, n, m int, change func(gf *Shape[gf128.Elem], p *Shape[p256.Elem])) *toyPair {
	y := &toyPair{gf: newToy(gf128.Field{}, n), p: newToy(p256.Field{}, m)}
	change(&y.gf.shape, &y.p.shape)
	var err error
	if y.sys, err = NewSystem(V2Hash, &y.gf.shape, &y.p.shape); err != nil {
		t.Fatal(err)
	}
	return y
}

// TestLine19OtherCircuits: the transcript begins with a description that any
// difference between two systems changes, and a proof for one is none for the
// other even where all sizes agree.
func TestLine19OtherCircuits(t *testing.T) {
	base := newToyPair(t, 5, 3)
	proof := base.honest(t)
	f := gf128.Field{}
	b := circuit.NewBuilder(f, "cube") // the same name and size, y scaled
	x, z, flag := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(b.Wire(b.Mul(x, x)), x), b.Scale(f.FromUint64(2), z), "cube")
	b.AssertEqual(b.Mul(x, flag), x, "flag")
	scaled := b.Build()
	descriptions := map[string]string{string(base.sys.describe()): "base"}
	for name, change := range map[string]func(gf *Shape[gf128.Elem], p *Shape[p256.Elem]){
		"other circuit":        func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Uses[1].Circuit = scaled },
		"circuits exchanged":   func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Uses[0], gf.Uses[1] = gf.Uses[1], gf.Uses[0] },
		"copies":               func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Uses[0].Copies = 6 },
		"copies of P":          func(_ *Shape[gf128.Elem], p *Shape[p256.Elem]) { p.Uses[0].Copies = 4 },
		"rows":                 func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Rows++ },
		"symbol for full":      func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Symbols--; gf.Full++ },
		"symbol for bit":       func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Bits--; gf.Symbols++ },
		"a secret more":        func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Full++ },
		"a secret more over P": func(_ *Shape[gf128.Elem], p *Shape[p256.Elem]) { p.Full++ },
	} {
		y := variant(t, 5, 3, change)
		d := string(y.sys.describe())
		if other, ok := descriptions[d]; ok {
			t.Errorf("%s is described like %s", name, other)
		}
		descriptions[d] = name
		if y.sys.ProofSize(0, 0) == base.sys.ProofSize(0, 0) && name == "other circuit" {
			if err := y.verify("toy", proof); !errors.Is(err, ErrProof) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	// The same wiring but the other circuit: nothing but the identifier differs
	// before the sumcheck.
	y := variant(t, 5, 3, func(gf *Shape[gf128.Elem], _ *Shape[p256.Elem]) { gf.Uses[1].Circuit = scaled })
	if y.sys.ProofSize(0, 0) != base.sys.ProofSize(0, 0) {
		t.Fatal("sizes differ: the comparison shows nothing")
	}
	alone, err := NewSystem(V2Hash, &base.gf.shape, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := descriptions[string(alone.describe())]; ok {
		t.Error("a system without the P-256 part is described like one with it")
	}
}

// TestSystemBits: the sum of the parts, by hand, and the least that is accepted.
func TestSystemBits(t *testing.T) {
	y := newToyPair(t, 5, 3)
	if b := y.sys.Bits(); b < minBits || b > 128 {
		t.Errorf("%.1f bits", b)
	}
	// By hand: the cube has one output and two layers that read four wires; it runs
	// for 5 copies and for 1. There are 5+4+2 = 11 rows. Each level has a weight, α
	// and β, the point above, and 2 for each round.
	//
	//	initial point, γ:           3 + 1             =  4
	//	level 2, κ = 3, 7 rounds:   3 + 3 + 2·7       = 20
	//	level 1, κ = 4, 8 rounds:   3 + (4 + 2) + 2·8 = 25
	//
	// and one each for the weights of constraints and of traces.
	want := y.sys.gfShape.Error(128) + 51*math.Exp2(-128)
	if got := partError(y.sys.gf, y.sys.gfShape, 128); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("error %g over GF(2^128), want %g", got, want)
	}
	// The sumchecks' share alone, which the commitment's hides.
	if got := (partError(y.sys.gf, y.sys.gfShape, 128) - y.sys.gfShape.Error(128)) * math.Exp2(128); math.Abs(got-51) > 0.01 {
		t.Errorf("%g steps beside the commitment, want 51", got)
	}
	if e := partError(y.sys.gf, y.sys.gfShape, 128) + partError(y.sys.p, y.sys.pShape, 256); math.Abs(y.sys.Bits()+math.Log2(e)) > 1e-9 {
		t.Errorf("%.3f bits, the parts' errors add up to %g", y.sys.Bits(), e)
	}
	if s := y.sys.gfShape; s.Columns != y.sys.pShape.Columns || s.Block*8 > s.Columns || s.Queries != queries {
		t.Errorf("GF geometry %+v, P geometry %+v", s, y.sys.pShape)
	}
	for name, change := range map[string]func(gf *Shape[gf128.Elem]){
		"too many secrets": func(gf *Shape[gf128.Elem]) { gf.Full = 1 << 40 },
		"too many rows":    func(gf *Shape[gf128.Elem]) { gf.Rows = 1 << 40 },
		"too many copies":  func(gf *Shape[gf128.Elem]) { gf.Uses[0].Copies = 1 << 40 },
		"too many bits":    func(gf *Shape[gf128.Elem]) { gf.Bits = 1 << 40 },
		"too many symbols": func(gf *Shape[gf128.Elem]) { gf.Symbols = 1 << 40 },
		"negative bits":    func(gf *Shape[gf128.Elem]) { gf.Bits = -1 },
		"negative symbols": func(gf *Shape[gf128.Elem]) { gf.Symbols = -1 },
		"negative secrets": func(gf *Shape[gf128.Elem]) { gf.Full = -1 },
		"negative rows":    func(gf *Shape[gf128.Elem]) { gf.Rows = -1 },
		"no copies":        func(gf *Shape[gf128.Elem]) { gf.Uses[0].Copies = 0 },
	} {
		shape := newToy(gf128.Field{}, 3).shape
		change(&shape)
		if _, err := NewSystem(V2Hash, &shape, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestSystemBitsOfLargeStatements: no size falls below the least.
func TestSystemBitsOfLargeStatements(t *testing.T) {
	for _, n := range []int{10, 1000, 50_000, 300_000, 2_000_000} {
		gf := Shape[gf128.Elem]{Field: gf128.Field{}, Bits: n, Full: n / 10, Rows: n / 10}
		p := Shape[p256.Elem]{Field: p256.Field{}, Full: min(n, 50_000), Rows: 100}
		s, err := NewSystem(V2Hash, &gf, &p)
		if err != nil {
			t.Errorf("%d secrets: %v", n, err)
			continue
		}
		if b := s.Bits(); b < 106 {
			t.Errorf("%d secrets: %.2f bits, the profile promises more than 106", n, b)
		}
	}
}

// patch applies changes of three bytes each: a position and what to add.
func patch(b, changes []byte) []byte {
	b = bytes.Clone(b)
	for len(changes) >= 4 {
		at := int(binary.LittleEndian.Uint16(changes)) | int(changes[2])<<16
		b[at%len(b)] += changes[3]
		changes = changes[4:]
	}
	return b
}

// FuzzSystemVerify: whatever bytes come, as a proof or as changes to a proof,
// Verify refuses without a panic.
func FuzzSystemVerify(f *testing.F) {
	y := newToyPair(f, 2, 1)
	proof := y.honest(f)
	f.Add(proof, []byte{})
	f.Add(proof[:100], []byte{0, 0, 0, 1})
	f.Add([]byte{}, []byte{200, 4, 0, 255, 1, 2, 0, 3})
	f.Add(make([]byte, len(proof)), []byte{32, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw, changes []byte) {
		for _, b := range [][]byte{raw, patch(proof, changes)} {
			// Seeds of another run are proofs too: with other randomness.
			if err := y.verify("toy", b); err != nil && !errors.Is(err, ErrProof) {
				t.Fatal(err)
			} else if err == nil && !bytes.Equal(b, proof) && !bytes.Equal(b, raw) {
				t.Fatal("a changed proof is accepted")
			}
		}
	})
}
