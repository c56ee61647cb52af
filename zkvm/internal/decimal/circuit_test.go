package decimal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
)

// TestValues holds the evaluator against package document: of every number that may be
// used the first byte is less than the limit and not bad, and is ordered as its value
// is. Of others with at most 32 characters it is not so.
func TestValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	limit := Limit()
	used, refused := 0, 0
	for range 20_000 {
		text := randomNumber(r)
		payload := `{"a":[` + text + "],\"b\":" + randomNumber(r) + "}"
		rows := trace(t, payload)
		doc, err := document.Parse([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		v, err := doc.Decimal(doc.Root.Members[0].Value.Elems[0])
		at := len(`{"a":[`)
		places := Places(rows)
		fits := Orders(rows, places, limit)[at].Less && !places[at].Bad
		if want := err == nil; len(text) <= document.MaxNumber && fits != want {
			t.Fatalf("%s: may be used: %v, want %v (%v)", text, fits, want, err)
		}
		if err != nil {
			refused++
			continue
		}
		used++
		for range 3 {
			other, err := value(randomNumber(r))
			if err != nil {
				continue
			}
			o := Orders(rows, places, NewLiteral(other))[at]
			if c := v.Compare(other); o != (Order{c < 0, c > 0}) {
				t.Fatalf("%s and %v: %+v, want %d", text, other, o, c)
			}
		}
	}
	if used < 5000 || refused < 2000 {
		t.Errorf("%d numbers used, %d refused", used, refused)
	}
}

func value(text string) (document.Decimal, error) {
	doc, err := document.Parse([]byte(`{"a":` + text + `}`))
	if err != nil {
		return document.Decimal{}, err
	}
	return doc.Decimal(doc.Root.Members[0].Value)
}

// documents have numbers among everything else.
func documents(r *rand.Rand, n int) (list []string) {
	list = []string{`{}`, `{"a":1}`, `{"a":"1.5e-3 -2","b-1.0":[true,null,{"c":"\u0031.5"}]}`, `{"a":"é1.50","b":[ -1.50 , 2 ]}`}
	for range n {
		var values []string
		for range 1 + r.IntN(5) {
			v := randomNumber(r)
			switch r.IntN(6) {
			case 0:
				v = `"` + v + `"`
			case 1:
				v = `{"` + v + `":` + v + `}`
			case 2:
				v = " " + v + "\n"
			}
			values = append(values, v)
		}
		list = append(list, `{"a":[`+strings.Join(values, ",")+`],"z":`+randomNumber(r)+"}")
	}
	return list
}

// TestHonest: the circuits accept the evaluator's bits, and change any one of them and
// they do not, in the copy of that byte or the ones beside it.
func TestHonest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, text := range documents(r, 150) {
		rows := trace(t, text)
		places := Places(rows)
		var copies []bits
		for i := range places {
			copies = append(copies, placeInputs(rows, places, i))
		}
		if label, at := violation(t, placeCircuit(), copies); label != "" {
			t.Fatalf("%s: %s at byte %d", text, label, at)
		}
		for range 30 {
			i, k := r.IntN(len(places)), r.IntN(Bits)
			flip := func(at, input int) { copies[at][input] = !copies[at][input] }
			both := func() {
				if k == U+V {
					flip(i, 11+3*(U+V))
					if i > 0 {
						flip(i-1, 12+3*(U+V))
					}
					return
				}
				for d := -1; d <= 1; d++ {
					if i+d >= 0 && i+d < len(places) {
						flip(i+d, 11+(1-d)*(U+V)+k)
					}
				}
			}
			both()
			label, at := violation(t, placeCircuit(), copies)
			if label == "" || at < i-1 || at > i+1 || k == U+V && label != LabelBad {
				t.Fatalf("%s: bit %d of byte %d changed: %q at %d", text, k, i, label, at)
			}
			both()
		}
		v, err := value(randomNumber(r))
		l := NewLiteral(v)
		if err != nil || r.IntN(3) == 0 {
			l = Limit()
		}
		checkOrders(t, r, text, rows, places, l)
	}
}

func checkOrders(t *testing.T, r *rand.Rand, text string, rows []json.Row, places []Place, l *Literal) {
	t.Helper()
	orders := Orders(rows, places, l)
	inputs := func() (copies []bits) {
		for i := range places {
			var after Order
			follows := false
			if i+1 < len(places) {
				after, follows = orders[i+1], places[i+1].There
			}
			copies = append(copies, orderInputs(l, places[i], rows[i].X, rows[i].Flags.Value, follows, orders[i], after))
		}
		return copies
	}
	if label, at := violation(t, orderCircuit(), inputs()); label != "" {
		t.Fatalf("%s: %s at byte %d", text, label, at)
	}
	for range 10 {
		i := r.IntN(len(places))
		honest := orders[i]
		if r.IntN(2) == 0 {
			orders[i].Less = !honest.Less
		} else {
			orders[i].Greater = !honest.Greater
		}
		if label, at := violation(t, orderCircuit(), inputs()); label != LabelOrder || at < i-1 || at > i {
			t.Fatalf("%s: order of byte %d changed: %q at %d", text, i, label, at)
		}
		orders[i] = honest
	}
}

// TestOrderCopies compares a copy of order with the evaluator for every place and what
// may stand around it.
func TestOrderCopies(t *testing.T) {
	var literals []*Literal
	for _, text := range []string{"0", "7", "-7", "5040302010.908070605", "-9223372036854775808", "0.000000001", "1000000000000000000", "-0.5"} {
		v, err := value(text)
		if err != nil {
			t.Fatal(err)
		}
		literals = append(literals, NewLiteral(v))
	}
	for _, l := range append(literals, Limit()) {
		var copies, wrong []bits
		for residue := -1; residue < cycle; residue++ {
			p := Place{There: residue >= 0, Residue: max(residue, 0)}
			for _, x := range []byte("0123456789-.") {
				for state := range 16 {
					first, follows := state&1 == 1, state>>1&1 == 1
					after := Order{state>>2&1 == 1, state>>3&1 == 1}
					var here Order
					if p.There {
						here = l.order(p.Residue, x, first, follows, after)
					}
					copies = append(copies, orderInputs(l, p, x, first, follows, here, after))
					for k := 1; k < 4; k++ {
						lie := Order{here.Less != (k&1 == 1), here.Greater != (k>>1 == 1)}
						wrong = append(wrong, orderInputs(l, p, x, first, follows, lie, after))
					}
				}
			}
		}
		if label, at := violation(t, orderCircuit(), copies); label != "" {
			t.Errorf("%s in copy %d of %d: %v", label, at, len(copies), copies[at])
		}
		for k := 0; k < len(wrong); k += 7 { // of each place, byte and state some
			if label, _ := violation(t, orderCircuit(), wrong[k:k+1]); label != LabelOrder {
				t.Fatalf("wrong copy %d: %q", k, label)
			}
		}
	}
}

// TestMalicious breaks one rule at a time, as a prover does who recomputes what follows
// from a lie.
func TestMalicious(t *testing.T) {
	e := func(residues ...int) (b [U + V]bool) {
		for _, r := range residues {
			b[r%U], b[U+r%V] = !b[r%U], !b[U+r%V]
		}
		return b
	}
	for _, c := range []struct {
		name, number string
		at           map[int][U + V]bool // the places of some of its bytes
		bad          map[int]bool
		want         string // labels and bytes of the number, from 0
	}{
		{"an integer ten times as large", "12", map[int][U + V]bool{0: e(2), 1: e(1)}, nil, "place@1"},
		{"a place left out", "12", map[int][U + V]bool{0: e(2)}, nil, "place@0"},
		{"a digit without a place", "12", map[int][U + V]bool{0: e()}, nil, "place@0"},
		{"no places at all", "12", map[int][U + V]bool{0: e(0), 1: e()}, nil, "place@1"},
		{"two places", "12", map[int][U + V]bool{0: e(1, 7)}, nil, "place@0"},
		{"residues of two places", "12", map[int][U + V]bool{0: {1: true, U + 2: true}}, nil, "place@0"},
		{"a fraction without significance", "1.5", map[int][U + V]bool{1: e(), 2: e()}, nil, "place@2"},
		{"a fraction ten times as small", "1.5", map[int][U + V]bool{2: e(27)}, nil, "place@2"},
		{"a fraction moved from the point on", "1.5", map[int][U + V]bool{0: e(29), 1: e(28), 2: e(27)}, nil, "place@1"},
		{"a zero at the end that counts", "1.50", map[int][U + V]bool{3: e(27)}, nil, "place@3"},
		{"a zero that does not count", "1.05", map[int][U + V]bool{2: e()}, nil, "place@1 place@2 place@3"},
		{"a place after no place", "1.0", map[int][U + V]bool{1: e(29)}, nil, "place@1"},
		{"the minus has the place above", "-12", map[int][U + V]bool{0: e(2)}, nil, "place@0"},
		{"a place in an exponent", "1e2", map[int][U + V]bool{2: e(0)}, nil, "place@2"},
		{"a place after the number", "1", map[int][U + V]bool{1: e(0)}, nil, "place@0 place@1"},
		{"an exponent that is not bad", "1e2", nil, map[int]bool{0: false, 1: false}, "bad@1"},
		{"bad from there to the first byte", "12e2", nil, map[int]bool{0: false}, "bad@0"},
		{"twenty digits", "10000000000000000000", nil, map[int]bool{0: false}, "bad@0"},
		{"ten digits after the point", "0.0000000001", nil, every(12), "bad@11"},
		{"a good number called bad", "12", nil, map[int]bool{1: true, 0: true}, "bad@1"},
	} {
		rows := trace(t, `{"a":`+c.number+`}`)
		places := Places(rows)
		const start = len(`{"a":`)
		all := make([][]bool, len(places)+2) // with one before and one after
		for i := range all {
			all[i] = Place{}.AppendBits(nil)
			if i > 0 && i <= len(places) {
				all[i] = places[i-1].AppendBits(nil)
			}
		}
		for i, b := range c.at {
			copy(all[1+start+i], b[:])
		}
		for i, bad := range c.bad {
			all[1+start+i][U+V] = bad
		}
		var found []string
		for i := range places {
			in := placeInputs(rows, places, i)[:11]
			for d := range 3 {
				in = append(in, all[i+d][:U+V]...)
			}
			in = append(in, all[i+1][U+V], all[i+2][U+V])
			switch label, _ := violation(t, placeCircuit(), []bits{in}); label {
			case LabelPlace:
				found = append(found, fmt.Sprint("place@", i-start))
			case LabelBad:
				found = append(found, fmt.Sprint("bad@", i-start))
			}
		}
		if got := strings.Join(found, " "); got != c.want {
			t.Errorf("%s: circuit finds %s, want %s", c.name, got, c.want)
		}
	}
}

// every is false for the first n bytes.
func every(n int) map[int]bool {
	m := map[int]bool{}
	for i := range n {
		m[i] = false
	}
	return m
}

// TestPadding: a copy that does not exist has all inputs zero.
func TestPadding(t *testing.T) {
	for _, c := range []*circuit.Circuit[gf128.Elem]{placeCircuit(), orderCircuit()} {
		if _, err := c.Evaluate(make([]gf128.Elem, c.Inputs()), 1); err != nil {
			t.Error(err)
		}
	}
}

// TestCost holds the figures of docs/protocol.md.
func TestCost(t *testing.T) {
	for _, want := range []struct {
		c                     *circuit.Circuit[gf128.Elem]
		inputs, layers, terms int
	}{{placeCircuit(), 46, 5, 162}, {orderCircuit(), 50, 8, 211}} {
		if in, layers, terms := want.c.Inputs(), len(want.c.Layers), want.c.Terms(); in != want.inputs || layers != want.layers || terms != want.terms {
			t.Errorf("%s: %d inputs, %d layers, %d terms, documented %d, %d, %d", want.c.Name, in, layers, terms, want.inputs, want.layers, want.terms)
		}
		for j, l := range want.c.Layers {
			t.Logf("%s: layer %d: %d wires in, %d terms", want.c.Name, j, l.Inputs, len(l.Terms))
		}
	}
}
