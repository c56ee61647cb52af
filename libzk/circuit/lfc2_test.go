package circuit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

func vectorFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS is not set: no LFC2 circuits")
	}
	b, err := os.ReadFile(filepath.Join(dir, "libzk", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadVectors(t *testing.T) {
	t.Run("sha256", func(t *testing.T) {
		testReadVector(t, gf128.Field{}, vectorFile(t, "sha256_circuit.lfc2"), 6657, 0, 12)
	})
	t.Run("ecdsa2", func(t *testing.T) {
		testReadVector(t, p256.Field{}, vectorFile(t, "ecdsa2_circuit.lfc2"), 1042, 0, 11)
	})
}

func testReadVector[E comparable](t *testing.T, f field.Field[E], b []byte, inputs, public, layers int) {
	file, err := ReadLFC2(f, b)
	if err != nil {
		t.Fatal(err)
	}
	c := file.Circuit
	if c.Inputs() != inputs || file.Public != public || len(c.Layers) != layers {
		t.Errorf("%d inputs, %d public, %d layers, want %d, %d, %d", c.Inputs(), file.Public, len(c.Layers), inputs, public, layers)
	}
	if !bytes.Equal(c.ID[:], b[len(b)-32:]) {
		t.Error("identifier is not the file's")
	}
	wellFormedFile(t, file)

	// A changed file is refused, wherever the change is; only another spelling of
	// the same circuit may pass.
	rng := rand.New(rand.NewPCG(1, 2))
	changes := 100
	if testing.Short() {
		changes = 60
	}
	for range changes {
		k := rng.IntN(8 * len(b))
		if rng.IntN(4) == 0 {
			k = rng.IntN(8 * 40)
		}
		m := bytes.Clone(b)
		m[k/8] ^= 1 << (k % 8)
		if other, err := ReadLFC2(f, m); err == nil {
			if other.Circuit.ID != c.ID || other.Circuit.Terms() != c.Terms() || other.Public != file.Public || other.Subfield != file.Subfield {
				t.Errorf("bit %d changed: another circuit is accepted", k)
			}
		} else if !errors.Is(err, ErrFormat) {
			t.Errorf("bit %d changed: %v", k, err)
		}
	}
	for range 40 {
		n := rng.IntN(len(b))
		if _, err := ReadLFC2(f, b[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(b), err)
		}
	}
	if _, err := ReadLFC2(f, append(bytes.Clone(b), 0)); !errors.Is(err, ErrFormat) {
		t.Errorf("trailing byte: %v", err)
	}
}

// wellFormedFile checks what the proof system relies on in a file that was
// accepted.
func wellFormedFile[E comparable](t *testing.T, f *File[E]) {
	t.Helper()
	c := f.Circuit
	if c.Inputs() < 1 || f.Public > c.Inputs() || f.Subfield > c.Inputs() {
		t.Fatalf("%d inputs, %d public, %d in the subfield", c.Inputs(), f.Public, f.Subfield)
	}
	for j := range c.Layers {
		l := &c.Layers[j]
		asserted, computed := map[uint32]bool{}, map[uint32]bool{}
		for _, m := range l.Terms {
			if int(m.G) >= l.Outputs || int(m.L) >= l.Inputs || int(m.R) >= l.Inputs || int(m.K) >= len(c.Constants) {
				t.Fatalf("layer %d: term %+v out of range", j, m)
			}
			if m.Assert && asserted[m.G] {
				t.Fatalf("layer %d: two assertions for %d", j, m.G)
			}
			if m.Assert {
				asserted[m.G] = true
			} else {
				computed[m.G] = true
			}
			if asserted[m.G] && computed[m.G] {
				t.Fatalf("layer %d: %d is computed and asserted", j, m.G)
			}
		}
	}
}

// fileLayer is a layer to be written: terms as (g, l, r, constant).
type fileLayer struct {
	inputs int
	terms  [][4]int
}

// writeLFC2 writes a file of one segment a layer, with its true identifier.
func writeLFC2(header [7]int, constants []gf128.Elem, layers []fileLayer) []byte {
	f := gf128.Field{}
	b := []byte("LFC2")
	u := func(v int) { b = binary.AppendUvarint(b, uint64(v)) }
	zigzag := func(v int) {
		if v < 0 {
			u(-2*v - 1)
		} else {
			u(2 * v)
		}
	}
	for _, v := range header {
		u(v)
	}
	u(len(constants))
	for _, k := range constants {
		b = f.Append(b, k)
	}
	c := &Circuit[gf128.Elem]{Field: f, Constants: constants}
	for _, l := range layers {
		u(LogWidth(l.inputs))
		u(l.inputs)
		u(len(l.terms))
		var last [3]int
		out := Layer{Inputs: l.inputs}
		for _, m := range l.terms {
			for i := range 3 {
				zigzag(m[i] - last[i])
				last[i] = m[i]
			}
			u(m[3])
			if m[3] < len(constants) {
				out.Terms = append(out.Terms, Term{G: uint32(m[0]), L: uint32(m[1]), R: uint32(m[2]), K: uint32(m[3])})
			}
		}
		u(1)
		u(len(l.terms))
		for i := range l.terms {
			u(i)
		}
		u(1)
		u(0)
		c.Layers = append(c.Layers, out)
	}
	if len(layers) == 0 {
		c.Layers = []Layer{{}}
	}
	id := c.lfc2ID(header[0], header[1], header[3], header[4])
	return append(b, id[:]...)
}

// TestRefusedFiles are files whose identifier is right and whose contents are
// not.
func TestRefusedFiles(t *testing.T) {
	f := gf128.Field{}
	constants := []gf128.Elem{{}, f.One(), f.FromUint64(3)}
	header := [7]int{4, 2, 1, 1, 0, 3, 1}
	good := []fileLayer{{3, [][4]int{{0, 0, 0, 1}, {1, 1, 2, 0}}}}
	if _, err := ReadLFC2(f, writeLFC2(header, constants, good)); err != nil {
		t.Fatal(err)
	}
	with := func(at, v int) [7]int {
		h := header
		h[at] = v
		return h
	}
	one := func(ms ...[4]int) []fileLayer { return []fileLayer{{3, ms}} }
	for _, v := range []struct {
		name   string
		file   []byte
		reason string
	}{
		{"other field", writeLFC2(with(0, 1), constants, good), "field 1"},
		{"unknown field", writeLFC2(with(0, 99), constants, good), "field 99"},
		{"two copies", writeLFC2(with(2, 2), constants, good), "number"},
		{"no copy", writeLFC2(with(2, 0), constants, good), "0 copies"},
		{"more public inputs than inputs", writeLFC2(with(3, 4), constants, good), "4 public"},
		{"more subfield inputs than inputs", writeLFC2(with(4, 4), constants, good), "4 in the subfield"},
		{"other number of inputs", writeLFC2(with(5, 4), constants, good), "4 inputs"},
		{"layer missing", writeLFC2(with(6, 2), constants, good), "layer"},
		{"layer too many", writeLFC2(with(6, 1), constants, append(good, good...)), "bytes for the identifier"},
		{"no layers", writeLFC2(with(6, 0), constants, nil), "0 layers"},
		{"output out of range", writeLFC2(header, constants, one([4]int{2, 0, 0, 1})), "out of range"},
		{"left wire out of range", writeLFC2(header, constants, one([4]int{0, 3, 0, 1})), "out of range"},
		{"right wire out of range", writeLFC2(header, constants, one([4]int{0, 0, 3, 1})), "out of range"},
		{"negative wire", writeLFC2(header, constants, one([4]int{0, 0, -1, 1})), "out of range"},
		{"output that would be 0 in 32 bits", writeLFC2(header, constants, one([4]int{1 << 32, 0, 0, 1})), "out of range"},
		{"output that would be 0, below zero", writeLFC2(header, constants, one([4]int{-1 << 32, 0, 0, 1})), "out of range"},
		{"left wire that would be 0, below zero", writeLFC2(header, constants, one([4]int{0, -1 << 32, 0, 1})), "out of range"},
		{"right wire that would be 0, below zero", writeLFC2(header, constants, one([4]int{0, 0, -1 << 32, 1})), "out of range"},
		{"constants cut off", writeLFC2(header, constants, good)[:4+len(header)+1+16+9], "truncated"},
		{"constant out of range", writeLFC2(header, constants, one([4]int{0, 0, 0, 3})), "constant index"},
		{"two assertions for one output", writeLFC2(header, constants, one([4]int{1, 0, 1, 0}, [4]int{1, 0, 2, 0})), "two assertions"},
		{"computed and asserted", writeLFC2(header, constants, one([4]int{1, 0, 1, 0}, [4]int{1, 0, 2, 1})), "both"},
		{"layer without wires", writeLFC2(with(5, 0), constants, []fileLayer{{0, nil}}), "no wires"},
		{"too many wires", writeLFC2(with(5, 1<<24), constants, []fileLayer{{1 << 24, nil}}), "more than"},
	} {
		_, err := ReadLFC2(f, v.file)
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), v.reason) {
			t.Errorf("%s: %v", v.name, err)
		}
	}
	file := writeLFC2(header, constants, good)
	file[len(file)-1] ^= 1
	if _, err := ReadLFC2(f, file); err == nil || !strings.Contains(err.Error(), "identifier") {
		t.Errorf("other identifier: %v", err)
	}
	file = writeLFC2(header, constants, good)
	if _, err := ReadLFC2(f, append([]byte("LFC1"), file[4:]...)); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "magic") {
		t.Errorf("other magic: %v", err)
	}
	// The tables end with two differences, a segment of them, and the sequence: 2 0 1, 1 0.
	tables := len(file) - 32 - 6
	if !bytes.Equal(file[tables:len(file)-32], []byte{1, 2, 0, 1, 1, 0}) {
		t.Fatalf("tables end with %v", file[tables:])
	}
	for at, reason := range map[int]string{tables + 3: "difference index", tables + 5: "segment index"} {
		bad := bytes.Clone(file)
		bad[at] = 2
		if _, err := ReadLFC2(f, bad); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), reason) {
			t.Errorf("byte %d: %v, want %s", at, err, reason)
		}
	}
	if _, err := ReadLFC2(unnumbered{}, writeLFC2(with(0, 0), constants, good)); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "field 0") {
		t.Errorf("a field that the format has no number for: %v", err)
	}
}

// unnumbered is a field that LFC2 does not know.
type unnumbered struct{ gf128.Field }

func (unnumbered) Name() string { return "unnumbered" }

// TestLFC2Identifier compares the identifier with one that is hashed as the draft says, over both fields,
// of a circuit with more terms than are hashed at once.
func TestLFC2Identifier(t *testing.T) {
	testLFC2Identifier(t, gf128.Field{}, 4, []uint64{2, 128})
	testLFC2Identifier(t, p256.Field{}, 1, []uint64{1})
}

func testLFC2Identifier[E comparable](t *testing.T, f field.Field[E], number int, begin []uint64) {
	c := &Circuit[E]{Field: f, Constants: []E{f.One(), f.FromUint64(5)}}
	for range 2 {
		l := Layer{Inputs: 600}
		for i := range uint32(500) {
			l.Terms = append(l.Terms, Term{G: i, L: i + 1, R: 2 + i%7, K: i % 2})
		}
		c.Layers = append(c.Layers, l)
	}
	var text []byte
	words := func(vs ...uint64) {
		for _, v := range vs {
			text = binary.LittleEndian.AppendUint64(text, v)
		}
	}
	words(begin...)
	if number == 1 { // a prime field, by its largest element
		text = f.Append(text, f.Sub(f.FromUint64(0), f.One()))
	}
	words(513, 10, 1, 0, 2, 600, 3, 4)
	for _, l := range c.Layers {
		words(600, 10, 500)
		for _, m := range l.Terms {
			words(uint64(m.G), uint64(m.L), uint64(m.R))
			text = f.Append(text, c.Constants[m.K])
		}
	}
	if got := c.lfc2ID(number, 513, 3, 4); got != sha256.Sum256(text) {
		t.Errorf("%s: the identifier is another", f.Name())
	}
}

// largeFile is a small file with a great many terms: one segment, again and
// again.
func largeFile(segment, repeats int) []byte {
	b := []byte("LFC2")
	for _, v := range []int{4, 1, 1, 0, 0, 1, 1, 1} {
		b = binary.AppendUvarint(b, uint64(v))
	}
	b = gf128.Field{}.Append(b, gf128.Field{}.One())
	b = append(b, 0, 1, 1, 0, 0, 0, 0, 1) // one wire; one difference, nothing; one segment
	b = append(binary.AppendUvarint(b, uint64(segment)), make([]byte, segment)...)
	b = append(binary.AppendUvarint(b, uint64(repeats)), make([]byte, repeats)...)
	return append(b, make([]byte, 32)...)
}

// TestLine22LargeFile: a file of a few kilobytes costs at most half a gigabyte,
// and one term more than the limit costs nothing.
func TestLine22LargeFile(t *testing.T) {
	f := gf128.Field{}
	for _, v := range []struct {
		repeats int
		bytes   uint64
		reason  string
	}{
		{1 << 12, 512 << 20, "identifier does not match"},
		{1<<12 + 1, 1 << 20, "more than 16777216 terms"},
	} {
		if testing.Short() && v.bytes > 1<<20 {
			continue // takes half a gigabyte
		}
		b := largeFile(1<<12, v.repeats)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadLFC2(f, b)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), v.reason) {
			t.Errorf("%d bytes: %v, want %s", len(b), err, v.reason)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > v.bytes {
			t.Errorf("%d bytes: %d allocated, at most %d wanted", len(b), n, v.bytes)
		}
	}
}

// FuzzReadLFC2: no panic, no hang, memory within a bound, and whatever is
// accepted is well formed.
func FuzzReadLFC2(f *testing.F) {
	one := gf128.Field{}.One()
	f.Add([]byte("LFC2"))
	f.Add(writeLFC2([7]int{4, 2, 1, 1, 0, 3, 1}, []gf128.Elem{{}, one}, []fileLayer{{3, [][4]int{{0, 0, 0, 1}, {1, 1, 2, 0}}}}))
	f.Add(writeLFC2([7]int{4, 1, 1, 0, 1, 2, 2}, []gf128.Elem{one}, []fileLayer{{3, [][4]int{{0, 2, 2, 0}}}, {2, [][4]int{{0, 0, 0, 0}, {1, 0, 1, 0}, {2, 1, 1, 0}}}}))
	if dir := os.Getenv("ZKPASS_VECTORS"); dir != "" {
		b, err := os.ReadFile(filepath.Join(dir, "libzk", "sha256_circuit.lfc2"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	// 2^24 terms at 20 bytes and 2^24 wires at two flags, twice for small change.
	const limit = 1 << 30
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, err := ReadLFC2(gf128.Field{}, b)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > limit+64*uint64(len(b)) {
			t.Fatalf("%d bytes allocated for a file of %d", n, len(b))
		}
		if err == nil {
			wellFormedFile(t, file)
		} else if !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
	})
}
