package sha256

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// violated lists the labels of all assertions that one copy breaks, without
// stopping at the first one.
func violated(c *circuit.Circuit[gf128.Elem], inputs []gf128.Elem) (labels []string) {
	zero, one := gf128.Elem{}, gf128.Elem{Lo: 1}
	f := gf128.Field{}
	for j := len(c.Layers) - 1; j >= 0; j-- {
		out := make([]gf128.Elem, c.Layers[j].Outputs)
		checks := make([]gf128.Elem, c.Layers[j].Outputs)
		for _, t := range c.Layers[j].Terms {
			x, y := inputs[t.L], inputs[t.R]
			if x == zero || y == zero {
				continue
			}
			for _, k := range []gf128.Elem{y, c.Constants[t.K]} {
				if x == one {
					x = k
				} else if k != one {
					x = f.Mul(x, k)
				}
			}
			if t.Assert || j == 0 {
				checks[t.G] = f.Add(checks[t.G], x)
			} else {
				out[t.G] = f.Add(out[t.G], x)
			}
		}
		for g, x := range checks {
			if x != zero {
				labels = append(labels, c.Label(j, g))
			}
		}
		inputs = out
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func elements(v *Values) []gf128.Elem { return v.Append([]gf128.Elem{{Lo: 1}}) }

// compare requires the circuit and the plain evaluator to agree on every
// assertion, and returns the violated ones.
func compare(t *testing.T, v *Values) []string {
	t.Helper()
	want := v.Violations()
	slices.Sort(want)
	if have := violated(Circuit(), elements(v)); !slices.Equal(have, want) {
		t.Fatalf("violations %q by the circuit, %q by the evaluator", have, want)
	}
	return want
}

func random(rng *rand.Rand) *Values {
	v := new(Values)
	for i := range v.Message {
		v.Message[i] = byte(rng.Uint32())
	}
	for i := range v.In {
		v.In[i] = rng.Uint32()
	}
	v.derive(nil)
	return v
}

func TestCost(t *testing.T) {
	c := Circuit()
	var widths []int
	for _, l := range slices.Backward(c.Layers) {
		widths = append(widths, l.Outputs)
	}
	if c.Inputs() != 1+Inputs || c.Terms() != 195018 || !slices.Equal(widths, []int{24781, 14705, 3777, 64}) {
		t.Errorf("%d inputs, %d terms, outputs of layers %d", c.Inputs(), c.Terms(), widths)
	}
	if WitnessBits != 5888 || Inputs != 6656 {
		t.Errorf("%d committed bits of %d", WitnessBits, Inputs)
	}
	used := make([]bool, c.Inputs())
	for _, term := range c.Layers[3].Terms {
		used[term.L], used[term.R] = true, true
	}
	if i := slices.Index(used, false); i >= 0 {
		t.Errorf("input %d is not used", i)
	}
}

// TestMessages hashes messages of all short lengths and compares with the
// standard library.
func TestMessages(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 130 {
		message := make([]byte, n)
		for i := range message {
			message[i] = byte(rng.Uint32())
		}
		padded := append(slices.Clone(message), 0x80)
		for len(padded)%64 != 56 {
			padded = append(padded, 0)
		}
		padded = binary.BigEndian.AppendUint64(padded, uint64(8*n))
		state, bits := InitialState, make([]uint8, WitnessBits)
		for ; len(padded) > 0; padded = padded[64:] {
			block := [64]byte(padded)
			v := compress(&block, state)
			if labels := compare(t, v); len(labels) > 0 {
				t.Fatalf("honest witness breaks %q", labels)
			}
			state = Witness(&block, state, bits)
		}
		digest := sha256.Sum256(message)
		out := bits[WitnessBits-StateBits:]
		for k, b := range out {
			if b != digest[k/8]>>(k%8)&1 {
				t.Fatalf("length %d: bit %d of the digest is wrong", n, k)
			}
		}
		for i, w := range state {
			if w != binary.BigEndian.Uint32(digest[4*i:]) {
				t.Fatalf("length %d: word %d of the digest is wrong", n, i)
			}
		}
	}
}

// TestEdges takes words of all zeros and all ones, where carries run longest.
func TestEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	words := []uint32{0, 1, 0xffffffff, 0xfffffffe, 0x80000000, 0x7fffffff}
	for range 100 {
		v := new(Values)
		for i := range 16 {
			binary.BigEndian.PutUint32(v.Message[4*i:], words[rng.IntN(len(words))])
		}
		for i := range v.In {
			v.In[i] = words[rng.IntN(len(words))]
		}
		// Nearly every sum is wrong: both evaluators must say the same of each.
		for _, part := range [][]uint32{v.Schedule[:], v.E[:], v.A[:], v.Out[:]} {
			for i := range part {
				part[i] = words[rng.IntN(len(words))]
			}
		}
		compare(t, v)
		v.derive(nil)
		if labels := compare(t, v); len(labels) > 0 {
			t.Fatalf("honest witness breaks %q", labels)
		}
	}
}

// TestSumsOfEdges puts extreme values in place of half of all words and derives
// the other half from them, so that the largest carries occur in sums that are
// right.
func TestSumsOfEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	words := []uint32{0, 0xffffffff, 0xffffffff, 0xffffffff, 0x55555555, 0xaaaaaaaa}
	for range 200 {
		v := new(Values)
		for i := range v.Message {
			v.Message[i] = byte(words[rng.IntN(len(words))])
		}
		for i := range v.In {
			v.In[i] = words[rng.IntN(len(words))]
		}
		// A replaced word breaks its own equation and no other.
		broken := map[string]bool{}
		v.derive(func(label string, word uint32) uint32 {
			x := words[rng.IntN(len(words))]
			if rng.IntN(2) == 0 || x == word {
				return word
			}
			broken[label] = true
			return x
		})
		labels := compare(t, v)
		if len(labels) != len(broken) {
			t.Fatalf("%d violations, want %d", len(labels), len(broken))
		}
		for _, l := range labels {
			if !broken[l] {
				t.Fatalf("violation %q of a word that is right", l)
			}
		}
	}
}

// TestLabels breaks each assertion alone, by a word that differs in one bit, by a
// carry, or at random, and continues consistently with the wrong word.
func TestLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var labels []string
	random(rng).derive(func(label string, w uint32) uint32 {
		labels = append(labels, label)
		return w
	})
	if len(labels) != scheduleWords+2*rounds+8 {
		t.Fatalf("%d labels", len(labels))
	}
	for n, label := range labels {
		for kind := range 3 {
			v := random(rng)
			v.derive(func(l string, w uint32) uint32 {
				if l != label {
					return w
				}
				switch kind {
				case 0:
					return w ^ 1<<(rng.IntN(32))
				case 1:
					return w + 1<<(rng.IntN(32))
				}
				return w + rng.Uint32N(1<<32-1) + 1
			})
			if have := compare(t, v); !slices.Equal(have, []string{label}) {
				t.Fatalf("violations %q, want %q", have, label)
			}
			if kind != 0 || n%8 != 0 {
				continue
			}
			_, err := Circuit().Evaluate(elements(v), 1)
			if violation, ok := err.(*circuit.Violation); !ok || violation.Label != label {
				t.Fatalf("Evaluate: %v, want %q", err, label)
			}
		}
	}
}

// TestFlips flips single input bits: no bit is free.
func TestFlips(t *testing.T) {
	cases := 2000
	if testing.Short() {
		cases = 200
	}
	rng := rand.New(rand.NewPCG(9, 10))
	for range cases {
		v := random(rng)
		k := rng.IntN(Inputs)
		flip(v, k)
		if len(compare(t, v)) == 0 {
			t.Fatalf("input %d flipped without a violation", k)
		}
	}
}

// flip inverts input k.
func flip(v *Values, k int) {
	if k < MessageBits {
		v.Message[k/8] ^= 1 << (k % 8)
		return
	}
	k -= MessageBits
	for _, part := range [][]uint32{v.In[:], v.Schedule[:], v.E[:], v.A[:], v.Out[:]} {
		if k < 32*len(part) {
			part[k/32] ^= 1 << (k % 32)
			return
		}
		k -= 32 * len(part)
	}
}

func TestPadding(t *testing.T) {
	c := Circuit()
	if labels := violated(c, make([]gf128.Elem, c.Inputs())); labels != nil {
		t.Errorf("a padded copy breaks %q", labels)
	}
}

// TestOrder compares the order of references with that of values, and the bits'
// order with bytes.
func TestOrder(t *testing.T) {
	space := affine.NewSpace(gf128.Field{}, Inputs)
	var c Copy
	c.SetWitness(space.W(0))
	next := affine.Ref(WitnessBits)
	for _, part := range [][]affine.Ref{c.Message[:], c.In[:]} {
		for i := range part {
			part[i] = next
			next++
		}
	}
	v := random(rand.New(rand.NewPCG(11, 12)))
	bits := make([]uint8, WitnessBits)
	Witness(&v.Message, v.In, bits)
	w := make([]gf128.Elem, Inputs)
	for i, b := range bits {
		w[i].Lo = uint64(b)
	}
	var in [32]byte
	for i, x := range v.In {
		binary.BigEndian.PutUint32(in[4*i:], x)
	}
	for k, ref := range c.Message {
		w[ref].Lo = uint64(v.Message[k/8] >> (k % 8) & 1)
	}
	for k, ref := range c.In {
		w[ref].Lo = uint64(in[k/8] >> (k % 8) & 1)
	}
	values := space.Evaluate(w)
	var have []gf128.Elem
	for _, ref := range c.Append(nil) {
		have = append(have, values.At(ref))
	}
	if !slices.Equal(have, v.Append(nil)) {
		t.Error("Copy and Values differ in order")
	}
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		Compile()
	}
}

func BenchmarkEvaluate(b *testing.B) {
	const copies, stride = 13, 16
	c := Circuit()
	rng := rand.New(rand.NewPCG(13, 14))
	inputs := make([]gf128.Elem, stride*c.Inputs())
	for k := range copies {
		for i, x := range elements(random(rng)) {
			inputs[i*stride+k] = x
		}
	}
	for b.Loop() {
		if _, err := c.Evaluate(inputs, copies); err != nil {
			b.Fatal(err)
		}
	}
}
