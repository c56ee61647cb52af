package decimal

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
)

var (
	placeCircuit = sync.OnceValue(CompilePlace)
	orderCircuit = sync.OnceValue(CompileOrder)
)

// bits are the inputs of one copy.
type bits []bool

func (b *bits) number(v uint, n int) {
	for k := range n {
		*b = append(*b, v>>k&1 == 1)
	}
}

// placeInputs are those of byte i.
func placeInputs(rows []json.Row, places []Place, i int) (in bits) {
	at := func(i int) Place {
		if i < 0 || i >= len(places) {
			return Place{}
		}
		return places[i]
	}
	in.number(1, 1)
	in.number(uint(rows[i+1].State.Mode), 6)
	in.number(uint(rows[i].X), 4)
	for _, p := range []Place{at(i - 1), at(i), at(i + 1)} {
		all := p.AppendBits(nil)
		in = append(in, all[:U+V]...)
	}
	return append(in, at(i).Bad, at(i+1).Bad)
}

// orderInputs are those of a byte.
func orderInputs(l *Literal, p Place, x byte, first, follows bool, here, after Order) (in bits) {
	in.number(1, 1)
	in.number(uint(x), 5)
	in = append(in, first)
	all := p.AppendBits(nil)
	in = append(append(in, all[:U]...), follows)
	for entry := range Entries {
		for k := range U {
			var sum bool
			for j, v := range all[U : U+V] {
				sum = sum != (v && l.Column(entry, k)>>j&1 == 1)
			}
			in = append(in, sum)
		}
	}
	return append(in, here.Less, here.Greater, after.Less, after.Greater, l.Negative, l.Below, l.Past)
}

// violation is the label of what a circuit finds in a list of copies, and in which.
func violation(t testing.TB, c *circuit.Circuit[gf128.Elem], copies []bits) (label string, at int) {
	t.Helper()
	stride := 1 << circuit.LogWidth(len(copies))
	wires := make([]gf128.Elem, stride*c.Inputs())
	for k, in := range copies {
		if len(in) != c.Inputs() {
			t.Fatalf("%d inputs, the circuit has %d", len(in), c.Inputs())
		}
		for i, v := range in {
			if v {
				wires[i*stride+k] = gf128.Elem{Lo: 1}
			}
		}
	}
	_, err := c.Evaluate(wires, len(copies))
	var v *circuit.Violation
	if err != nil && !errors.As(err, &v) {
		t.Fatal(err)
	}
	if v == nil {
		return "", -1
	}
	return v.Label, v.Copy
}

// numbers are texts of numbers, near each limit.
var numbers = []string{
	"0", "-0", "0.0", "-0.000", "1", "-1", "9", "10", "10.0", "-10.00", "1.5", "1.50", "1.05", "1.005000", "-1.5", "-0.5", "0.5", "0.000000001", "-0.000000001", "0.123456789", "0.1234567890000",
	"1795870500.172277", "9223372036854775807", "9223372036854775807.999999999", "9223372036854775807.9999999990", "9223372036854775808", "9223372036854775808.0", "-9223372036854775808", "-9223372036854775808.00",
	"-9223372036854775808.000000001", "-9223372036854775807.999999999", "-9223372036854775809", "9999999999999999999", "10000000000000000000", "-10000000000000000000", "92233720368547758070", "0.0000000001", "1.1234567891",
	"1e2", "1E2", "0e0", "1.5e3", "-1e-5", "1e+5", "12e12", "0.0e5", "99", "100", "101", "1000000000000000000", "999999999999999999", "-1000000000000000000.000000001", "1.000000000000000000000000000000",
	"12345678901234567890123456789012345678901234567890", "0.00000000000000000000000000000000000000000001", "1.00000000000000000000000000000000000000000000000", "100000000000000000000000000000", "0.000000000000000000001",
}

// randomNumber is one near the others.
func randomNumber(r *rand.Rand) string {
	b := []byte(numbers[r.IntN(len(numbers))])
	for range r.IntN(3) {
		if i := r.IntN(len(b)); b[i] >= '0' && b[i] <= '9' {
			b[i] = "0123456789"[r.IntN(10)]
		}
	}
	text := string(b)
	if r.IntN(4) == 0 {
		text = text[:1+r.IntN(len(text))]
	}
	if _, err := json.Trace([]byte(`{"a":`+text+`}`), 99, 1); err != nil {
		return numbers[r.IntN(len(numbers))]
	}
	return text
}

// trace is that of a document.
func trace(t testing.TB, text string) []json.Row {
	t.Helper()
	rows, err := json.Trace([]byte(text), len(text)+3, 8)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows
}
