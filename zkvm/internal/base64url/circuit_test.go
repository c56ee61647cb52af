package base64url

import (
	"bytes"
	"encoding/base64"
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
	f := c.Field
	for j := len(c.Layers) - 1; j >= 0; j-- {
		out := make([]gf128.Elem, c.Layers[j].Outputs)
		checks := make([]gf128.Elem, c.Layers[j].Outputs)
		for _, term := range c.Layers[j].Terms {
			dst := &out[term.G]
			if term.Assert || j == 0 {
				dst = &checks[term.G]
			}
			*dst = f.Add(*dst, f.Mul(c.Constants[term.K], f.Mul(inputs[term.L], inputs[term.R])))
		}
		for g, x := range checks {
			if x != (gf128.Elem{}) {
				labels = append(labels, c.Label(j, g))
			}
		}
		inputs = out
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func elements(v *Values) []gf128.Elem { return v.Append([]gf128.Elem{{Lo: 1}}) }

// verdicts are the violated labels by the circuit and by the plain evaluator.
func verdicts(v *Values) (have, want []string) {
	want = v.Violations()
	slices.Sort(want)
	return violated(Circuit(), elements(v)), want
}

// group is the honest input of up to four characters of the alphabet.
func group(t testing.TB, text string) *Values {
	var v Values
	bits := make([]uint8, WitnessBits)
	if err := Witness([]byte(text), bits); err != nil {
		t.Fatal(err)
	}
	for r := range len(text) {
		v.Present[r] = true
		v.Char[r] = text[r]
	}
	for k, b := range bits {
		v.Sextet[k/SextetBits] |= b << (k % SextetBits)
	}
	return &v
}

func TestCost(t *testing.T) {
	c := Circuit()
	if c.Inputs() != 1+Inputs || len(c.Layers) != 2 || c.Terms() != 219 {
		t.Errorf("%d inputs, %d layers, %d terms", c.Inputs(), len(c.Layers), c.Terms())
	}
	used := make([]bool, c.Inputs())
	for _, term := range c.Layers[1].Terms {
		used[term.L], used[term.R] = true, true
	}
	if i := slices.Index(used, false); i >= 0 {
		t.Errorf("input %d is not used", i)
	}
}

// TestEveryPoint decides the relations of a character for every assignment.
func TestEveryPoint(t *testing.T) {
	holds := func(monomials []monomial, forms []uint64, p point) bool {
		for _, form := range forms {
			var sum uint64
			for k, m := range monomials {
				sum ^= form >> k & m.at(p)
			}
			if sum&1 == 1 {
				return false
			}
		}
		return true
	}
	accept := map[point]bool{}
	for _, p := range characters() {
		accept[p] = true
	}
	main, ranged := relations()
	accepted, needRange := 0, 0
	for p := range point(1 << charInputs) {
		ok := holds(mainMonomials, main, p)
		if ok && p.suspect() && !holds(rangeMonomials, ranged, p) {
			ok = false
			needRange++
		}
		if ok != accept[p] {
			t.Fatalf("point %015b: accepted %v", p, ok)
		}
		if ok {
			accepted++
		}
	}
	if accepted != 65 || needRange == 0 {
		t.Errorf("%d points accepted, %d refused by the range relations alone", accepted, needRange)
	}
}

// TestEveryCharacter runs the circuit on all assignments of one character, at
// each position of a group in turn.
func TestEveryCharacter(t *testing.T) {
	for r := range GroupChars {
		v := group(t, "AAAA")
		for p := range point(1 << charInputs) {
			if p%GroupChars != point(r) && p>>7&0x80 != 0 { // thin out codes above 127
				continue
			}
			v.Present[r] = p&1 == 1
			v.Sextet[r] = uint8(p >> s0 & 63)
			v.Char[r] = uint8(p >> c0)
			have, want := verdicts(v)
			if !slices.Equal(have, want) {
				t.Fatalf("character %d, point %015b: violations %q, want %q", r, p, have, want)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	absent := func(v *Values, r int) { v.Present[r], v.Sextet[r], v.Char[r] = false, 0, 0 }
	for _, test := range []struct {
		label string
		bad   func() *Values
	}{
		{labelChar[0], func() *Values { v := group(t, "_A"); v.Char[0] = '/'; return v }},
		{labelChar[1], func() *Values { v := group(t, "AAAA"); v.Sextet[1] = 1; return v }},
		{labelChar[2], func() *Values { v := group(t, "AA"); v.Sextet[2] = 4; return v }},
		{labelChar[3], func() *Values { v := group(t, "AAA"); v.Char[3] = 'A'; return v }},
		{labelChar[3], func() *Values { v := group(t, "AAAA"); v.Sextet[3], v.Char[3] = 62, '+'; return v }},
		{labelChar[3], func() *Values { v := group(t, "AAA5"); v.Sextet[3], v.Char[3] = 62, ':'; return v }},
		{labelChar[0], func() *Values { v := group(t, "AAAA"); v.Char[0] |= 0x80; return v }},
		{labelChar[2], func() *Values { v := group(t, "AAAA"); v.Char[2] = '='; return v }},
		{labelLone, func() *Values { v := group(t, "A"); return v }},
		{labelLone, func() *Values { v := group(t, "AAAA"); absent(v, 0); return v }},
		{labelGap2, func() *Values { v := group(t, "AAAA"); absent(v, 0); absent(v, 1); return v }},
		{labelGap3, func() *Values { v := group(t, "AAAA"); absent(v, 2); return v }},
		{labelTrailing, func() *Values { return group(t, "AB") }},
		{labelTrailing, func() *Values { return group(t, "AI") }},
		{labelTrail2, func() *Values { return group(t, "AAB") }},
		{labelTrail2, func() *Values { return group(t, "AAC") }},
	} {
		v := test.bad()
		have, want := verdicts(v)
		if !slices.Equal(want, []string{test.label}) || !slices.Equal(have, want) {
			t.Errorf("%+v: violations %q by the circuit, %q by the evaluator, want %q", *v, have, want, test.label)
		}
		_, err := Circuit().Evaluate(elements(v), 1)
		if violation, ok := err.(*circuit.Violation); !ok || violation.Label != test.label {
			t.Errorf("%q: Evaluate: %v", test.label, err)
		}
	}
}

func TestFlips(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	broken := 0
	for range 20000 {
		text := make([]byte, []int{0, 2, 3, 4}[rng.IntN(4)])
		for i := range text {
			text[i] = Alphabet[rng.IntN(64)]
		}
		v := group(t, string(text))
		for range rng.IntN(3) {
			r := rng.IntN(GroupChars)
			switch k := rng.IntN(charInputs); {
			case k == present:
				v.Present[r] = !v.Present[r]
			case k < c0:
				v.Sextet[r] ^= 1 << (k - s0)
			default:
				v.Char[r] ^= 1 << (k - c0)
			}
		}
		have, want := verdicts(v)
		if !slices.Equal(have, want) {
			t.Fatalf("%+v: violations %q, want %q", *v, have, want)
		}
		if len(want) > 0 {
			broken++
		}
	}
	if broken < 5000 || broken > 19000 {
		t.Errorf("%d of 20000 cases are broken: not a mix", broken)
	}
}

func TestPadding(t *testing.T) {
	c := Circuit()
	if labels := violated(c, make([]gf128.Elem, c.Inputs())); labels != nil {
		t.Errorf("a padded copy breaks %q", labels)
	}
}

// check compares the circuit with the standard library on a whole text. Only
// its own sextets can satisfy the circuit, which TestEveryPoint has shown, so it
// tries the honest ones, or all 64 for a character outside of the alphabet.
func check(t *testing.T, text []byte) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	// The standard library skips line ends, which RFC 4648, section 3.3, forbids.
	want := err == nil && !bytes.ContainsAny(text, "\r\n")
	have := true
	var out []byte
	for rest := text; len(rest) > 0; {
		n := min(len(rest), GroupChars)
		var v Values
		bits := make([]uint8, WitnessBits)
		outside := Witness(rest[:n], bits) != nil
		for r := range n {
			v.Present[r], v.Char[r] = true, rest[r]
			s, ok := sextet(rest[r])
			if ok != (bytes.IndexByte([]byte(Alphabet), rest[r]) >= 0) {
				t.Fatalf("sextet of %q: %v", rest[r], ok)
			}
			v.Sextet[r] = s
		}
		have = have && !outside && len(violated(Circuit(), elements(&v))) == 0
		for r := range n {
			if _, ok := sextet(rest[r]); ok {
				continue
			}
			for s := range uint8(64) {
				w := v
				w.Sextet[r] = s
				if !slices.Contains(violated(Circuit(), elements(&w)), labelChar[r]) {
					t.Fatalf("character %q accepted as sextet %d", rest[r], s)
				}
			}
		}
		for r := range GroupBytes {
			if r+1 >= n {
				break
			}
			var b byte
			for i := range 8 {
				char, bit := DecodedBit(r, i)
				b |= bits[SextetBits*char+bit] << i
			}
			out = append(out, b)
		}
		rest = rest[n:]
	}
	if have != want {
		t.Fatalf("text %q: accepted %v by the circuit, %v by the standard library", text, have, want)
	}
	if want && !bytes.Equal(out, decoded) {
		t.Fatalf("text %q: decoded %x, want %x", text, out, decoded)
	}
}

func TestTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 600 {
		data := make([]byte, n%50)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		text := []byte(base64.RawURLEncoding.EncodeToString(data))
		check(t, text)
		if len(text) == 0 {
			continue
		}
		i := rng.IntN(len(text))
		switch n % 4 {
		case 0:
			text[i] = byte(rng.Uint32())
		case 1:
			text = text[:i]
		case 2:
			text = slices.Insert(text, i, "=+/ \n\r-_"[rng.IntN(8)])
		case 3:
			text[len(text)-1] = Alphabet[rng.IntN(64)]
		}
		check(t, text)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "A", "AA", "AB", "AAA", "AAB", "eyJhIjoxfQ", "AA==", "a+/b", "AA\nAA", "é", "-_-_"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) <= 64 {
			check(t, text)
		}
	})
}

// TestOrder compares the order of references with that of values.
func TestOrder(t *testing.T) {
	space := affine.NewSpace(gf128.Field{}, Inputs)
	var c Copy
	next := affine.Ref(WitnessBits)
	c.SetWitness(space.W(0))
	for r := range c.Char {
		c.Present[r] = next
		next++
		for i := range c.Char[r] {
			c.Char[r][i] = next
			next++
		}
	}
	v := group(t, "Zk-")
	w := make([]gf128.Elem, Inputs)
	bits := make([]uint8, WitnessBits)
	if err := Witness([]byte("Zk-"), bits); err != nil {
		t.Fatal(err)
	}
	for i, b := range bits {
		w[i].Lo = uint64(b)
	}
	for r := range c.Char {
		if v.Present[r] {
			w[c.Present[r]].Lo = 1
		}
		for i, ref := range c.Char[r] {
			w[ref].Lo = uint64(v.Char[r] >> i & 1)
		}
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

func TestWitnessErrors(t *testing.T) {
	if err := Witness([]byte("ab!"), make([]uint8, WitnessBits)); err == nil {
		t.Error("a character outside of the alphabet has a witness")
	}
}

func BenchmarkEvaluate(b *testing.B) {
	const copies, stride = 5500, 8192
	c := Circuit()
	one := elements(group(b, "Zm9v"))
	inputs := make([]gf128.Elem, stride*c.Inputs())
	for i, x := range one {
		for k := range copies {
			inputs[i*stride+k] = x
		}
	}
	for b.Loop() {
		if _, err := c.Evaluate(inputs, copies); err != nil {
			b.Fatal(err)
		}
	}
}
