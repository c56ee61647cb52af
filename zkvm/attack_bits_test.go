package zkvm

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// facets are statements all of whose facets are used, so that no secret is free.
var facets = []struct {
	name, query, payload string
}{
	{"members", `[{"output":{"r":{"and":[{"==":[{"dvar":"o.n"},"v"]},{">":[{"dvar":"i"},-3]},{"~==":[{"dvar":"o.n"},"V"]},{"dvar":"t"}]}}},` +
		`{"output":{"i":{"dvar":"i"}}}]`, `{"i":5,"_i_zkpass_public_":true,"o":{"n":"v"},"t":true}`},
	{"starts, ends and kinds", `[{"output":{"r":{"and":[{"starts_with":[{"dvar":"s"},"ab"]},{"ends_with":[{"dvar":"s"},"cd"]},{"starts_with":[{"dvar":"s"},{"dvar":"a"}]},{"ends_with":[{"dvar":"s"},{"dvar":"z"}]},` +
		`{"starts_with":["abc",{"dvar":"a"}]},{"ends_with":["abcd",{"dvar":"z"}]},{"is":["s","string"]},{"is":["z","string"]}]}}}]`, `{"s":"abcd","a":"ab","z":"cd"}`},
	{"names with escapes", `[{"output":{"r":{"==":[{"dvar":"n"},"v"]}}}]`, `{"\u006e":"v"}`},
	{"a long array", `[{"output":{"r":{"and":[{"==":[{"dvar":"a[]"},"x","or"]},{"==":[{"count":"a[]"},2]},{"!=":[{"dvar":"t[]"},true]}]}}}]`, `{"a":["x","y"],"t":[false]}`},
	{"a long array with escapes", `[{"output":{"r":{"~==":[{"dvar":"a[]"},"xb"]}}}]`, `{"a":["x\u0042","xB"]}`},
	{"numbers of elements and of a long array", `[{"output":{"r":{"and":[{"<":[{"dvar":"a[]"},5]},{"!=":[2.5,{"dvar":"a[]"},"or"]},{">":[{"now":[]},{"dvar":"a[]"}]}]}}}]`, `{"a":[-1.50, 2.5,0],"b":1e2}`},
	{"numbers of elements", `[{"output":{"r":{"and":[{"<":[{"dvar":"a[].n"},5]},{"!=":[2.5,{"dvar":"a[?f].n"},"or"]},{">":[{"now":[]},{"dvar":"a[].n"}]}]}}}]`, `{"a":[{"n":-1.50,"f":true},{"n": 2.5},{"n":0,"f":false}],"b":1e2}`},
	{"escapes in elements", grouped("~==", `"a"`), fullArray(`"A"`, `"\u0061"`, sizes[0])},
	{"escapes in long elements", grouped("==", `"\n"`), fullArray(`"\n"`, `"\u000a"`, sizes[1])},
}

// grouped compares the elements of an array with a local, which looks at each of
// them by itself.
func grouped(op, literal string) string {
	return `[{"assign":{"l":` + literal + `}},{"output":{"r":{"` + op + `":[{"dvar":"a[]"},{"lvar":"l"}]}}}]`
}

// fullArray is a document with as many elements as an array may have, none left
// over: what is laid out for an element that is not there may be free.
func fullArray(element, last string, size int) string {
	text := `{"a":[` + strings.Repeat(element+",", query.MaxElements-1) + last + "]"
	return text + strings.Repeat(" ", size-len(text)-1) + "}"
}

// TestLine25EveryCommittedBitIsForced changes committed bits one at a time,
// recomputing everything that is published: each change must break a condition.
func TestLine25EveryCommittedBitIsForced(t *testing.T) {
	for _, c := range facets {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, c.query, c.payload)
			a := newAttack(t, f, cheat{})
			if label := a.check(t); label != "" {
				t.Fatalf("honest witness violates %q", label)
			}
			s := a.sources[0]
			sha := [2]int{int(s.Digest[0]) - s.Blocks()*(15+sha256.WitnessBits), int(s.Digest[0])}
			step := 1 + rand.IntN(40) + a.gf.Bits/150
			if n, err := strconv.Atoi(os.Getenv("ZKPASS_EVERY_BIT")); err == nil {
				step = n
			}
			var at []int
			for i := rand.IntN(step); i < a.gf.Bits; i += step {
				// Of the hash few: the circuit's own tests are thorough.
				if i < sha[0] || i >= sha[1] || rand.IntN(20) == 0 {
					at = append(at, i)
				}
			}
			if strings.HasPrefix(c.name, "escapes in") {
				at = append(at, a.decodedAt(t, max(1, step/60))...)
			}
			start := time.Now()
			promises := a.promises()
			var unforced []int
			for _, i := range at {
				if promises[i] {
					continue
				}
				x := &a.plan.secrets.GF[i]
				*x = field.Add(*x, one)
				if !a.breaks(t) {
					unforced = append(unforced, i)
				}
				*x = field.Add(*x, one)
			}
			if len(unforced) > 0 {
				t.Errorf("bits that nothing forces: %v", unforced)
			}
			t.Logf("%d of %d bits changed in %v", len(at), a.gf.Bits, time.Since(start))
		})
	}
}

// promises are the bits that tell nothing where they are 0, and where no condition asks
// for them: that the token at a byte is short where no element's value starts.
func (a *attack) promises() map[int]bool {
	free := map[int]bool{}
	for _, s := range a.sources {
		if s.Digits == nil {
			continue
		}
		for i, r := range s.Digits.Short {
			free[int(r)] = r >= 0 && !slices.ContainsFunc(a.leaves, func(l *value.Leaf) bool {
				return l != nil && l.Items != nil && l.Literals != nil && a.get(l.At.Value[i])
			})
		}
	}
	return free
}

// decodedAt are the secrets of decoded elements, one of each step of them.
func (a *attack) decodedAt(t testing.TB, step int) (at []int) {
	t.Helper()
	v := a.itemSecrets(t)
	lists := [][]ref{v.skip, v.lag[1:], v.present, v.character}
	if v.letter != nil {
		lists = append(lists, v.letter)
	}
	for _, list := range lists {
		for i := rand.IntN(min(step, len(list))); i < len(list); i += step {
			at = append(at, int(list[i]))
		}
	}
	return at
}

// breaks reports whether anything does not hold: rows first, and SHA-256, which
// takes longest, only if all the rest holds.
func (a *attack) breaks(t testing.TB) bool {
	t.Helper()
	_, relations, err := a.plan.relate(transcript.New([]byte("attack")), nil, true)
	if errors.Is(err, libzk.ErrChallenge) {
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	return a.violates(t, relations)
}

func (a *attack) violates(t testing.TB, relations *libzk.Relations) bool {
	t.Helper()
	r := relations.GF
	full := make([]elem, r.Space.WitnessLen())
	copy(full, a.plan.secrets.GF)
	v := r.Space.Evaluate(full)
	for _, row := range r.Rows {
		if field.Mul(v.At(row.A), v.At(row.B)) != v.At(row.C) {
			return true
		}
	}
	for _, l := range r.Linear {
		if v.At(l.Ref) != (elem{}) {
			return true
		}
	}
	for i := len(a.gf.Uses) - 1; i >= 0; i-- {
		u := a.gf.Uses[i]
		width, stride := u.Circuit.Inputs(), 1<<circuit.LogWidth(u.Copies)
		wires := make([]elem, width*stride)
		for c := range u.Copies {
			for k, in := range r.Inputs[i][c*width : (c+1)*width] {
				wires[k*stride+c] = v.At(in)
			}
		}
		if _, err := u.Circuit.Evaluate(wires, u.Copies); err != nil {
			return true
		}
	}
	return a.p.Check(relations.P, a.plan.secrets.P) != nil
}

// TestLine25EverySecretIsRead looks for secrets that no condition reads.
func TestLine25EverySecretIsRead(t *testing.T) {
	a := newAttack(t, newFixture(t, janeQuery, janeClaims), cheat{})
	_, r, err := a.plan.relate(transcript.New([]byte("used")), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if u := a.gf.Unused(r.GF); len(u) > 0 {
		t.Errorf("%d secrets of GF(2^128) are not read, the first is %d", len(u), u[0])
	}
	if u := a.p.Unused(r.P); len(u) > 0 {
		t.Errorf("%d secrets of the P-256 field are not read, the first is %d", len(u), u[0])
	}
}

// TestLine25BitsOfFacets does the same for a statement whose members have facets
// that the program does not need there: those bits alone may be free.
func TestLine25BitsOfFacets(t *testing.T) {
	f := newFixture(t, `[{"if":{"condition":{"not":{"dvar":"t"}},"then":[{"assign":{"l":{"dvar":"i"}}},{"output":{"q":{"dvar":"missing"}}}],"else":[{"assign":{"l":{"dvar":"n"}}}]}},`+
		`{"output":{"r":{"or":[{"==":[{"lvar":"l"},{"dvar":"m"}]},{"<":[{"dvar":"missing"},7]}]}}},{"output":{"l":{"lvar":"l"}}}]`,
		`{"i":-5,"n":"v","_n_zkpass_public_":true,"_i_zkpass_public_":true,"t":true,"m":"v"}`)
	a := newAttack(t, f, cheat{})
	if label := a.check(t); label != "" {
		t.Fatalf("honest witness violates %q", label)
	}
	may := map[int]string{}
	allow := func(what string, from ref, n int) {
		for k := range n {
			may[int(from)+k] = what
		}
	}
	for _, l := range a.sources[0].Leaves {
		needed := false
		for _, kind := range []flag{l.IsString, l.IsNumber, l.IsTrue, l.IsFalse} {
			needed = needed || !kind.Fixed && a.get(kind.R)
		}
		if !l.IsString.Fixed && !a.get(l.IsString.R) {
			allow("length of what is no string", l.IsString.R+1, min(value.MaxToken, a.sources[0].Size())-1)
		}
		if !l.IsNumber.Fixed && !a.get(l.IsNumber.R) {
			allow("digits and number of what is no integer", l.IsNumber.R+1, numberSecrets)
		}
		if !needed && l.At.OK >= 0 { // nobody asks whether it is there once
			may[int(l.At.OK)] = "promise for what is not used"
		}
		switch l.At.Name { // what they promise is true, and not needed
		case "i":
			may[int(l.IsNumber.R)] = "kind of what is not needed"
		case "_i_zkpass_public_":
			may[int(l.IsTrue.R)] = "marker of what is not output"
		}
	}
	step := 1
	if os.Getenv("ZKPASS_EVERY_BIT") == "" {
		step = 60 + rand.IntN(60)
	}
	free := map[string]int{}
	for i := int(a.sources[0].Digest[255]) + 1 + rand.IntN(step); i < a.gf.Bits; i += step {
		v := a.get(ref(i))
		a.set(!v, ref(i))
		if !a.breaks(t) {
			if may[i] == "" {
				t.Errorf("bit %d of %d is not forced", i, a.gf.Bits)
			}
			free[may[i]]++
		}
		a.set(v, ref(i))
	}
	t.Logf("free: %v", free)
}
