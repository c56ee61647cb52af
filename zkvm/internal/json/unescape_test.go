package json

import (
	stdjson "encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// emitted is the text that rows emit.
func emitted(units []Unit) string {
	var b []byte
	for _, u := range units {
		if u.Emits {
			b = append(b, u.Byte)
		} else if u.Byte != 0 {
			panic("silent unit with a byte")
		}
	}
	return string(b)
}

func TestUnescape(t *testing.T) {
	pieces := []string{
		`a`, `é`, `€`, `😀`, `\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0000`, `\u001f`, `\u0041`, `\u007F`, `\u0080`, `\u00e9`, `\u07ff`, `\u0800`, `\u20AC`,
		`\ud7ff`, `\uD000`, `\ue000`, `\uFFFF`, `\uDFff`, `\ud800\udc00`, `\uD83D\ude00`, `\udbff\uDFFF`, `\udABc\udEf0`, `u`, `d`, `\\u0041`, `\ufdff`, `\udbc0\udc3f`,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text := ""
		for range r.IntN(8) {
			text += pieces[r.IntN(len(pieces))]
		}
		if r.IntN(2) == 0 {
			text += `\u` + string("0123456789abcdefABCDEF"[r.IntN(22)]) + string("0123456789abcdefABCDEF"[r.IntN(22)]) + string("0123456789abcdefABCDEF"[r.IntN(22)]) + string("0123456789abcdefABCDEF"[r.IntN(22)])
		}
		payload := `{"a":"` + text + `"}`
		rows, err := Trace([]byte(payload), len(payload), 1)
		if err != nil {
			continue // a lone surrogate
		}
		units := Unescape(rows[:len(payload)])
		var want struct{ A string }
		if err := stdjson.Unmarshal([]byte(payload), &want); err != nil {
			t.Fatal(err)
		}
		if got := emitted(units); got != `{"a":"`+want.A+`"}` {
			t.Errorf("%s: got %q", payload, got)
		}
		checkUnits(t, rows[:len(payload)], units, "")
	}
}

// checkUnits runs the circuit over rows and units; label is the violation that it
// must find.
func checkUnits(t *testing.T, rows []Row, units []Unit, label string) {
	t.Helper()
	var flat [][]bool
	for i, row := range rows {
		var in []bool
		in = appendBits(in, 1, 1)
		in = appendBits(in, uint(row.State.Mode), 6)
		in = appendBits(in, uint(row.X), 8)
		for _, k := range looked {
			var x byte
			if k <= i {
				x = rows[i-k].X
			}
			in = appendBits(in, uint(x), 7)
		}
		in = append(in, units[i].Emits)
		flat = append(flat, appendBits(in, uint(units[i].Byte), 8))
	}
	c := UnescapeCircuit()
	if len(flat[0]) != c.Inputs() || c.Inputs() != UnescapeInputs+1 {
		t.Fatalf("%d inputs, the circuit has %d", len(flat[0]), c.Inputs())
	}
	stride := 1 << circuit.LogWidth(len(rows))
	wires := make([]gf128.Elem, stride*c.Inputs())
	for k, in := range flat {
		for i, v := range in {
			if v {
				wires[i*stride+k] = gf128.Elem{Lo: 1}
			}
		}
	}
	_, err := c.Evaluate(wires, len(rows))
	if got := ""; err != nil {
		v, ok := err.(*circuit.Violation)
		if ok {
			got = v.Label
		}
		if got != label {
			t.Errorf("%v, want %q", err, label)
		}
	} else if label != "" {
		t.Errorf("no violation, want %q", label)
	}
}

// TestUnescapeModes compares circuit and evaluator in every mode, whatever the
// bytes before, and changes each bit of the unit.
func TestUnescapeModes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for mode := Mode(0); mode < 64; mode++ {
		if mode > nullL && mode < stringBit || mode > low1 {
			continue
		}
		for range 60 {
			rows := make([]Row, lookBack+1)
			var back [lookBack + 1]byte
			for k := range back {
				back[k] = "0123456789abcdefABCDEFbfnrtu\"\\/ud8"[r.IntN(34)]
				rows[lookBack-k].X = back[k]
			}
			rows[lookBack].State.Mode = mode
			units := Unescape(rows)
			if units[lookBack] != unitOf(mode, back) {
				t.Fatal("unit differs")
			}
			switch mode {
			case escaped: // only what the recogniser accepts
				if c := back[0]; !contains(`"\/bfnrtu`, c) {
					continue
				}
			}
			checkUnits(t, rows, units, "")
			for k := range 9 {
				changed := append([]Unit(nil), units...)
				if k == 8 {
					changed[lookBack].Emits = !changed[lookBack].Emits
				} else {
					changed[lookBack].Byte ^= 1 << k
				}
				checkUnits(t, rows, changed, LabelUnit)
			}
		}
	}
}

func contains(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// TestUnescapeCost holds the figures of the circuit's documentation.
func TestUnescapeCost(t *testing.T) {
	c := UnescapeCircuit()
	for j, l := range c.Layers {
		t.Logf("layer %d: %d wires in, %d terms", j, l.Inputs, len(l.Terms))
	}
	if got := c.Inputs(); got != UnescapeInputs+1 {
		t.Errorf("%d inputs", got)
	}
	if layers, terms := len(c.Layers), c.Terms(); layers != 8 || terms != 600 {
		t.Errorf("%d layers, %d terms, documented 8 and 600", layers, terms)
	}
}
