package transcript

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// ramp is n bytes that grow by step.
func ramp(n, start, step int) []byte {
	b := make([]byte, n)
	for j := range b {
		b[j] = byte(start + j*step)
	}
	return b
}

// TestReferenceVector replays the reference implementation's transcript vector:
// every message type, then 256 challenge bytes, a hundred times.
func TestReferenceVector(t *testing.T) {
	f := p256.Field{}
	elem := func(start, step int) p256.Elem {
		e, err := f.Decode(ramp(32, start, step))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	ts := New([]byte{1, 2, 3, 4, 5, 6, 7, 8})
	var got []byte
	for i := range 100 {
		ts.WriteBytes(ramp(64, 7*i, 13))
		ts.WriteZeros(100 + i)
		WriteElem(ts, f, elem(17*i, 19))
		var es []p256.Elem
		for k := range 5 {
			es = append(es, elem(23*i+29*k, 31))
		}
		WriteElems(ts, f, es)
		b := make([]byte, 256)
		ts.Read(b)
		got = append(got, b...)
	}
	const start = "c55031f2d52418ddcbf59fa96172fda554f57eeeecc8b95dbc5488537743727e"
	if s := hex.EncodeToString(got[:32]); s != start {
		t.Errorf("challenge bytes start with %s, want %s", s, start)
	}
	const all = "4c50c33686983aa3417f45c3fe78d57bf7aa679de051a5e769aa1d9f9f3f2c3f"
	if s := sha256.Sum256(got); hex.EncodeToString(s[:]) != all {
		t.Errorf("hash of %d challenge bytes is %x, want %s", len(got), s, all)
	}
}

// draw is 32 challenge bytes of a transcript.
func draw(ts *Transcript) string {
	b := make([]byte, 32)
	ts.Read(b)
	return string(b)
}

// TestLine20FiatShamirTypesAndLengths: messages that differ only in type, length
// or how bytes are split lead to different challenges.
func TestLine20FiatShamirTypesAndLengths(t *testing.T) {
	f := gf128.Field{}
	one, two := f.FromUint64(1), f.FromUint64(2)
	raw := f.Append(nil, one)
	histories := map[string]func(*Transcript){
		"nothing":            func(*Transcript) {},
		"empty bytes":        func(ts *Transcript) { ts.WriteBytes(nil) },
		"two empty bytes":    func(ts *Transcript) { ts.WriteBytes(nil); ts.WriteBytes(nil) },
		"element":            func(ts *Transcript) { WriteElem(ts, f, one) },
		"other element":      func(ts *Transcript) { WriteElem(ts, f, two) },
		"array of one":       func(ts *Transcript) { WriteElems(ts, f, []gf128.Elem{one}) },
		"element as bytes":   func(ts *Transcript) { ts.WriteBytes(raw) },
		"empty array":        func(ts *Transcript) { WriteElems(ts, f, nil) },
		"array of two":       func(ts *Transcript) { WriteElems(ts, f, []gf128.Elem{one, two}) },
		"two elements":       func(ts *Transcript) { WriteElem(ts, f, one); WriteElem(ts, f, two) },
		"other order":        func(ts *Transcript) { WriteElem(ts, f, two); WriteElem(ts, f, one) },
		"ab, c":              func(ts *Transcript) { ts.WriteBytes([]byte("ab")); ts.WriteBytes([]byte("c")) },
		"a, bc":              func(ts *Transcript) { ts.WriteBytes([]byte("a")); ts.WriteBytes([]byte("bc")) },
		"abc":                func(ts *Transcript) { ts.WriteBytes([]byte("abc")) },
		"4096 zeros":         func(ts *Transcript) { ts.WriteZeros(4096) },
		"4097 zeros":         func(ts *Transcript) { ts.WriteZeros(4097) },
		"4096 zeros, 1 zero": func(ts *Transcript) { ts.WriteZeros(4096); ts.WriteZeros(1) },
	}
	seen := map[string]string{}
	for name, write := range histories {
		ts := New([]byte("test"))
		write(ts)
		c := draw(ts)
		if other, ok := seen[c]; ok {
			t.Errorf("%q and %q lead to the same challenge", name, other)
		}
		seen[c] = name
	}
	if draw(New([]byte("test"))) == draw(New([]byte("tesu"))) {
		t.Error("label does not matter")
	}
}

// TestLine20FiatShamirOrder: a challenge depends on every message before it, and
// challenges between two messages run on without repeating.
func TestLine20FiatShamirOrder(t *testing.T) {
	a := New([]byte("test"))
	first := draw(a)
	if second := draw(a); second == first {
		t.Error("the same challenge twice without a message in between")
	}
	a.WriteBytes([]byte("message"))
	after := draw(a)
	b := New([]byte("test"))
	b.WriteBytes([]byte("message"))
	if draw(b) != after {
		t.Error("drawing before a message changes the challenge after it: the draft's does not")
	}
	if after == first {
		t.Error("a message does not change the challenge")
	}
}

func TestReadInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 20).Draw(t, "pieces")
		a, b := New([]byte("x")), New([]byte("x"))
		var got []byte
		for _, n := range pieces {
			p := make([]byte, n)
			a.Read(p)
			got = append(got, p...)
		}
		want := make([]byte, len(got))
		b.Read(want)
		if !bytes.Equal(got, want) {
			t.Fatalf("reading %v bytes differs from reading %d", pieces, len(got))
		}
	})
}

// TestLine20ForkIndependence: forks differ from each other and from their
// origin, whatever is written or drawn, and depend on all of the origin's past.
func TestLine20ForkIndependence(t *testing.T) {
	start := func(m string) *Transcript {
		ts := New([]byte("test"))
		ts.WriteBytes([]byte(m))
		return ts
	}
	ts := start("m")
	digest := ts.Digest()
	a, b := ts.Fork("a"), ts.Fork("b")
	if ts.Digest() != digest {
		t.Fatal("forking changes the origin")
	}
	seen := map[string]bool{draw(ts): true}
	for name, other := range map[string]*Transcript{
		"a": a, "b": b, "fork of a": a.Fork("a"), "a of another past": start("n").Fork("a"), "a by hand": start("fork a"),
	} {
		c := draw(other)
		if seen[c] {
			t.Errorf("%s repeats another transcript's challenge", name)
		}
		seen[c] = true
	}
	if draw(start("m").Fork("a")) != draw(start("m").Fork("a")) {
		t.Error("the same fork twice differs")
	}
	// Writing to one fork leaves the other alone.
	c, d := start("m").Fork("a"), start("m")
	e := d.Fork("a")
	d.WriteBytes([]byte("later"))
	d.Fork("b").WriteBytes([]byte("later"))
	if draw(c) != draw(e) {
		t.Error("a fork sees what is written to its origin or its siblings afterwards")
	}
	x, y := start("m"), start("m")
	x.WriteBytes([]byte("late"))
	if x.Digest() == y.Digest() {
		t.Error("the digest does not cover the last message")
	}
}

func TestNat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(1, 70), rapid.IntRange(1, 1<<20), rapid.IntRange(1<<40, 1<<62)).Draw(t, "n")
		ts := New(rapid.SliceOf(rapid.Byte()).Draw(t, "label"))
		for range 20 {
			if r := ts.Nat(n); r < 0 || r >= n {
				t.Fatalf("Nat(%d) = %d", n, r)
			}
		}
	})
	// Uniform: 6000 draws below 6 are within five standard deviations of 1000 each.
	ts, count := New([]byte("die")), [6]int{}
	for range 6000 {
		count[ts.Nat(6)]++
	}
	for face, n := range count {
		if n < 856 || n > 1144 {
			t.Errorf("%d comes %d times in 6000", face, n)
		}
	}
	for _, n := range []int{0, -1} {
		mustPanic(t, "Nat", func() { ts.Nat(n) })
	}
}

func TestChoose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		got := New([]byte{byte(n), byte(k)}).Choose(n, k)
		if len(got) != k {
			t.Fatalf("%d chosen, want %d", len(got), k)
		}
		seen := map[int]bool{}
		for _, i := range got {
			if i < 0 || i >= n || seen[i] {
				t.Fatalf("Choose(%d, %d) has %d outside or twice: %v", n, k, i, got)
			}
			seen[i] = true
		}
	})
	// Every element of 0..9 is among 3 of 10 about 0.3·10000 times.
	ts, count := New([]byte("urn")), [10]int{}
	for range 10000 {
		for _, i := range ts.Choose(10, 3) {
			count[i]++
		}
	}
	for i, n := range count {
		if n < 2770 || n > 3230 {
			t.Errorf("%d chosen %d times, want about 3000", i, n)
		}
	}
	mustPanic(t, "Choose", func() { ts.Choose(3, 4) })
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s out of range does not panic", name)
		}
	}()
	f()
}
