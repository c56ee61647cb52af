package sumcheck

import (
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// falseProduct is a prover of a circuit that is false by eps: it commits to a
// product of its claims' pads that is false by delta, and proves the sum of
// QUAD·(V·V + delta), which is zero for delta = -eps/ΣK.
type falseProduct struct {
	*batchProver[gf128.Elem]
	delta gf128.Elem
}

func (l *falseProduct) say(d, round int) [2]gf128.Elem {
	f := l.b.f
	var q quadratic[gf128.Elem]
	for i := range l.layers {
		w := &l.layers[i]
		l.bind(w)
		m := w.message()
		if i == 0 && w.copies == 0 && w.hands == 0 {
			mine, _ := w.byHand.indices()
			q0 := m.c0
			for k, coef := range w.byHand.coef {
				if mine[k]&1 == 0 {
					q0 = f.Add(q0, f.Mul(l.delta, coef))
				}
			}
			m = newQuadratic(f, q0, f.Sub(w.claim, q0), m.c2)
			w.sent = m
		}
		q = q.plus(f, w.weight, m)
	}
	l.heard = nil
	pads := l.pads[l.b.levels[d].pads+2*round:]
	m := [2]gf128.Elem{f.Sub(q.c0, pads[0]), f.Sub(q.at(f, l.third), pads[1])}
	l.messages[d].Rounds[round] = m
	return m
}

// TestBatchFalsePadProduct: the prover above is refused by the row for its
// product, and by nothing else.
func TestBatchFalsePadProduct(t *testing.T) {
	f := gf128.Field{}
	b := circuit.NewBuilder(f, "one output")
	x, y, z := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Add(b.Mul(x, y), b.Mul(x, x)), z, "xy + xx = z")
	c := b.Build()
	var sumK gf128.Elem
	for _, term := range c.Layers[0].Terms {
		sumK = f.Add(sumK, c.Constants[term.K])
	}
	if sumK == (gf128.Elem{}) {
		t.Fatal("coefficients add up to zero")
	}
	for _, v := range []struct {
		name       string
		eps        gf128.Elem // by which the circuit is false
		row        bool       // the product has its row
		acceptable bool
	}{
		{"honest", gf128.Elem{}, true, true},
		{"false product without a row", gf128.Elem{Lo: 0xbad}, false, true},
		{"false product with its row", gf128.Elem{Lo: 0xbad}, true, false},
	} {
		s := newSystem(f)
		x, y := gf128.Elem{Lo: 7, Hi: 9}, gf128.Elem{Lo: 5}
		z := f.Add(f.Add(f.Mul(x, y), f.Mul(x, x)), v.eps)
		s.add(subject[gf128.Elem]{f, c, func(int) []gf128.Elem { return []gf128.Elem{f.One(), x, y, z} }}, 1, false)
		var pads []gf128.Elem
		masks := rows(f)
		s.add(subject[gf128.Elem]{f, masks.c, func(i int) []gf128.Elem {
			if i > 0 || !v.row {
				return masks.inputs(i)
			}
			p := s.batch.PadProducts()[0]
			return []gf128.Elem{f.One(), pads[p.X], pads[p.Y], pads[p.Z]}
		}}, 3, true)
		pads = s.drawPads(rand.New(rand.NewPCG(1, 12)))
		delta := f.Mul(v.eps, f.Inv(sumK))
		product := s.batch.PadProducts()[0].Z
		pads[product] = f.Add(pads[product], delta)

		p := &BatchProof[gf128.Elem]{Messages: s.batch.NewMessages(), batch: s.batch}
		err := s.batch.converse(fresh(), &p.challenges, &falseProduct{&batchProver[gf128.Elem]{
			b: s.batch, messages: p.Messages, ch: &p.challenges, pads: pads, wires: s.wires(), third: f.SumcheckPoint(),
		}, delta})
		if err != nil {
			t.Fatal(err)
		}
		failing := s.failing(s.replay(t, p.Messages).Claims(), pads)
		if (failing == "") != v.acceptable {
			t.Errorf("%s: fails at %q", v.name, failing)
		}
	}
}
