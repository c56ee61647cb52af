package libzk

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// columnsOf replays a toy pair's proof up to the columns.
func (y *toyPair) columnsOf(t testing.TB, b []byte) []int {
	t.Helper()
	s := y.sys
	gf, p := newStrand(s.gf, s.gfShape), newStrand(s.p, s.pShape)
	root := merkle.Digest(b)
	values, rest := b[len(root):len(root)+toyPublished], b[len(root)+toyPublished:]
	rest, err := gf.readMessages(rest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.readMessages(rest); err != nil {
		t.Fatal(err)
	}
	ts := s.begin(commitment{root: root}, []byte("toy"))
	a, c := transcript.Challenge(ts, y.gf.f), transcript.Challenge(ts, y.p.f)
	sum, _ := y.gf.f.Decode(values)
	sumP, _ := y.p.f.Decode(values[16:])
	ts.WriteBytes(values)
	gf.relation, p.relation = y.gf.relate(a, sum), y.p.relate(c, sumP)
	forks := s.forks(ts, 2)
	for i, side := range []side{gf, p} {
		if err := side.replay(forks[i]); err != nil {
			t.Fatal(err)
		}
	}
	return s.join(ts, forks)
}

// TestLine20EveryMessageMovesTheColumns: whatever the prover sends before the columns
// are drawn, each element of it, is absorbed: a change opens other columns.
func TestLine20EveryMessageMovesTheColumns(t *testing.T) {
	y := newToyPair(t, 3, 2)
	proof := y.honest(t)
	base := fmt.Sprint(y.columnsOf(t, proof))
	for _, s := range y.sections(t, proof) {
		if s.name == "GF mask row" {
			break
		}
		step := s.unit
		if s.to-s.from > 64*s.unit { // answers: first, last and some between
			step = (s.to - s.from) / s.unit / 40 * s.unit
		}
		at := []int{s.to - s.unit}
		for i := s.from; i < s.to; i += step {
			at = append(at, i)
		}
		for _, i := range at {
			b := bytes.Clone(proof)
			b[i] ^= 1 // stays below p: only the lowest byte changes
			if fmt.Sprint(y.columnsOf(t, b)) == base {
				t.Errorf("%s at %d does not move the columns", s.name, i)
			}
		}
	}
}

// TestLine20BeginIsTheDocument: the messages before the first challenge, hashed by hand.
func TestLine20BeginIsTheDocument(t *testing.T) {
	beginIsTheDocument(t, newToyPair(t, 3, 2).sys, "zkpass libzk-v2-hash")
	beginIsTheDocument(t, newPointPair(t, 3, 2).sys, "zkpass libzk-v2")
}

func beginIsTheDocument(t *testing.T, s *System, label string) {
	le := func(v ...int) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint64(b, uint64(x))
		}
		return b
	}
	msg := func(b []byte) []byte { return append(append([]byte{0}, le(len(b))...), b...) }
	desc := []byte(label)
	part := func(name string, g opening.Geometry, bits, symbols, full, rows int, ids [][32]byte, copies []int) {
		desc = append(desc, le(len(name))...)
		desc = append(desc, name...)
		desc = append(desc, le(g.ShortRows, g.FullRows, g.Block, g.Columns, g.Queries, g.Log, bits, symbols, full, rows, len(ids))...)
		for i := range ids {
			desc = append(desc, ids[i][:]...)
			desc = append(desc, le(copies[i])...)
		}
	}
	ids := func(us []Use[gf128.Elem]) (a [][32]byte, n []int) {
		for _, u := range us {
			a, n = append(a, u.Circuit.ID), append(n, u.Copies)
		}
		return
	}
	idsP := func(us []Use[p256.Elem]) (a [][32]byte, n []int) {
		for _, u := range us {
			a, n = append(a, u.Circuit.ID), append(n, u.Copies)
		}
		return
	}
	a, n := ids(s.gf.uses())
	part("gf2_128", s.gfShape, s.gf.Bits, s.gf.Symbols, s.gf.Full, s.gf.Rows, a, n)
	a, n = idsP(s.p.uses())
	part("p256", s.pShape, 0, 0, s.p.Full, s.p.Rows, a, n)
	if s.gfShape.Queries != 128 || s.points() && (s.pShape.Columns != 0 || s.pShape.Queries != 0) {
		t.Errorf("%s: geometries %+v and %+v", label, s.gfShape, s.pShape)
	}
	com := commitment{root: merkle.Digest{1, 2, 3}}
	messages := [][]byte{[]byte(label), com.root[:]}
	if label == "zkpass libzk-v2" {
		com.points = []byte("points")
		messages = append(messages, com.points)
	}
	work := 0
	for _, u := range s.gf.uses() {
		work += u.Copies * u.Circuit.Terms()
	}
	for _, u := range s.p.uses() {
		work += u.Copies * u.Circuit.Terms()
	}
	var all []byte
	for _, m := range append(messages, desc, []byte("statement"), make([]byte, work)) {
		all = append(all, msg(m)...)
	}
	if s.begin(com, []byte("statement")).Digest() != sha256.Sum256(all) {
		t.Errorf("%s: the transcript before the first challenge is not the documented one", label)
	}
	// A fork and its first challenge.
	parent := sha256.Sum256(all)
	f := append(msg([]byte("fork p256")), msg(parent[:])...)
	ts := s.forks(s.begin(com, []byte("statement")), 2)[1]
	key := sha256.Sum256(f)
	block, _ := aes.NewCipher(key[:])
	var want, got [16]byte
	block.Encrypt(want[:], want[:])
	ts.Read(got[:])
	if want != got {
		t.Errorf("%s: challenge of a fork is not the documented one", label)
	}
}

// TestLine21MasksAreRandom: the copies that hide the row circuit's claims, and all pads,
// are different elements and not zero.
func TestLine21MasksAreRandom(t *testing.T) {
	y := newToyPair(t, 3, 2)
	masksAreRandom(t, newStrand(y.sys.gf, y.sys.gfShape), y.gf)
	masksAreRandom(t, newStrand(y.sys.p, y.sys.pShape), y.p)
}

func masksAreRandom[E comparable](t *testing.T, s *strand[E], y *toy[E]) {
	t.Helper()
	if err := s.complete(y.secrets(), false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	var zero E
	seen := map[E]bool{zero: true}
	for i, e := range s.witness[s.p.secrets:] {
		if seen[e] {
			t.Errorf("%s: mask or pad %d is zero or another's", y.f.Name(), i)
		}
		seen[e] = true
	}
}

// TestLine21TraceMasksAreRandom: each bit of each τ takes both values in 64 commitments,
// and the symbols of one commitment are not each other's. Without τ the message T tells 128 linear
// forms of the secret bits.
func TestLine21TraceMasksAreRandom(t *testing.T) {
	p := newToyPair(t, 3, 2).sys.gf
	var ones, zeros [128]uint16
	for range 64 {
		v, err := p.vector(make([]gf128.Elem, p.witness), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		masks := v.Short[len(v.Short)-128:]
		different := map[uint16]bool{}
		for u, m := range masks {
			ones[u] |= m
			zeros[u] |= ^m
			different[m] = true
		}
		if len(different) < 100 {
			t.Fatalf("%d different masks of 128", len(different))
		}
		if sigma := (gf128.Field{}).TraceValue(masks); v.Full[p.Full] != sigma {
			t.Fatalf("σ is %v, want %v", v.Full[p.Full], sigma)
		}
	}
	for u := range 128 {
		if ones[u] != 0xffff || zeros[u] != 0xffff {
			t.Errorf("mask %d has bits that are always the same: %04x set, %04x clear", u, ones[u], zeros[u])
		}
	}
}

// TestReaderRefusesAliases: 0 spelled as p is an error of the reader, in itself.
func TestReaderRefusesAliases(t *testing.T) {
	f := p256.Field{}
	b := f.Append(nil, f.Neg(f.One()))
	b[0]++
	r := &reader[p256.Elem]{f: f, b: b}
	if r.elem(); r.err == nil {
		t.Error("p is read as an element")
	}
	short := &reader[gf128.Elem]{f: gf128.Field{}, b: []byte{1}}
	if short.symbol(); short.err == nil {
		t.Error("one byte is read as a symbol")
	}
}
