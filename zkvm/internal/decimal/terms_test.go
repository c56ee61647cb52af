package decimal

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// TestEveryTermCounts leaves out each term of the circuits in turn: then honest copies
// are refused, or wrong ones accepted.
func TestEveryTermCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates thousands of copies for each term")
	}
	r := rand.New(rand.NewPCG(5, 6))
	var places, wrongPlaces, orders, wrongOrders []bits
	keep := func(list *[]bits, in bits) {
		if r.IntN(8) == 0 {
			*list = append(*list, slices.Clone(in))
		}
	}
	for _, text := range documents(r, 60) {
		rows := trace(t, text)
		all := Places(rows)
		v, err := value(randomNumber(r))
		l := NewLiteral(v)
		if err != nil {
			l = Limit()
		}
		found := Orders(rows, all, l)
		for i := range all {
			in := placeInputs(rows, all, i)
			places = append(places, in)
			for k := 11; k < len(in); k++ { // another bit, or another of before or after
				in[k] = !in[k]
				if label, _ := violation(t, placeCircuit(), []bits{in}); label != "" {
					keep(&wrongPlaces, in)
				}
				in[k] = !in[k]
			}
			var after Order
			follows := i+1 < len(all) && all[i+1].There
			if i+1 < len(all) {
				after = found[i+1]
			}
			for k := range 4 {
				here := Order{found[i].Less != (k&1 == 1), found[i].Greater != (k>>1 == 1)}
				in := orderInputs(l, all[i], rows[i].X, rows[i].Flags.Value, follows, here, after)
				if k == 0 {
					orders = append(orders, in)
				} else {
					keep(&wrongOrders, in)
				}
			}
		}
	}
	t.Logf("%d and %d honest copies, %d and %d wrong ones", len(places), len(orders), len(wrongPlaces), len(wrongOrders))
	for _, c := range []struct {
		circuit       *circuit.Circuit[gf128.Elem]
		honest, wrong []bits
	}{{placeCircuit(), places, wrongPlaces}, {orderCircuit(), orders, wrongOrders}} {
		for j := range c.circuit.Layers {
			for k := range c.circuit.Layers[j].Terms {
				without := &circuit.Circuit[gf128.Elem]{Name: c.circuit.Name, Field: c.circuit.Field, Constants: c.circuit.Constants, OneWire: c.circuit.OneWire, Layers: slices.Clone(c.circuit.Layers)}
				without.Layers[j].Terms = slices.Delete(slices.Clone(without.Layers[j].Terms), k, k+1)
				if label, _ := violation(t, without, c.honest); label != "" {
					continue
				}
				if !slices.ContainsFunc(c.wrong, func(in bits) bool {
					label, _ := violation(t, without, []bits{in})
					return label == ""
				}) {
					t.Errorf("%s: layer %d: term %d counts for nothing: %+v", c.circuit.Name, j, k, c.circuit.Layers[j].Terms[k])
				}
			}
		}
	}
}
