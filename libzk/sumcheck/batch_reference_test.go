package sumcheck

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// slow is the sumcheck of a batch written from docs/protocol.md section 3 alone,
// as sums over tables: a prover, and a verifier that knows pads and inputs and
// follows the claims as numbers. It shares nothing with the code under test but
// circuits and the transcript.
type slow[E comparable] struct {
	f    field.Field[E]
	uses []Use[E]
	in   []func(copy int) []E // inputs of each circuit
	pads []E
	t    *transcript.Transcript

	record []E // every challenge, in order
}

func (s *slow[E]) draw() E {
	e := transcript.Challenge(s.t, s.f)
	s.record = append(s.record, e)
	return e
}

func (s *slow[E]) draws(n int) (es []E) {
	for range n {
		es = append(es, s.draw())
	}
	return es
}

func (s *slow[E]) pad() E {
	p := s.pads[0]
	s.pads = s.pads[1:]
	return p
}

// evaluate gives the wires of each layer's inputs, [layer][copy][wire], and the
// outputs of layer 0, by the definition.
func (s *slow[E]) evaluate(i int) (levels [][][]E) {
	u := s.uses[i]
	levels = make([][][]E, len(u.Circuit.Layers))
	for c := range u.Copies {
		v := s.in[i](c)
		for j := len(u.Circuit.Layers) - 1; j >= 0; j-- {
			levels[j] = append(levels[j], v)
			next := make([]E, u.Circuit.Layers[j].Outputs)
			for _, t := range u.Circuit.Layers[j].Terms {
				if !t.Assert {
					next[t.G] = s.f.Add(next[t.G], s.f.Mul(u.Circuit.Constants[t.K], s.f.Mul(v[t.L], v[t.R])))
				}
			}
			v = next
		}
	}
	return levels
}

// member is a circuit in a level.
type member[E comparable] struct {
	use, layer   int
	copies, wire int // bits
	weight       E
	table        [][]E // wires [copy][wire]
	point        []E   // of copies
	hands        [2][]E
	claims       [2]E
	claim        E
	factor       E
}

// quad is QUAD[l,r].
func (s *slow[E]) quad(m *member[E], alpha, beta E) func(l, r int) E {
	c := s.uses[m.use].Circuit
	table := map[[2]int]E{}
	for _, t := range c.Layers[m.layer].Terms {
		k := s.f.Add(eq(s.f, m.hands[0], int(t.G)), s.f.Mul(alpha, eq(s.f, m.hands[1], int(t.G))))
		k = s.f.Mul(k, c.Constants[t.K])
		if t.Assert {
			k = s.f.Mul(k, beta)
		}
		at := [2]int{int(t.L), int(t.R)}
		table[at] = s.f.Add(table[at], k)
	}
	return func(l, r int) E { return table[[2]int{l, r}] }
}

// wireAt is V(copies; wires), multilinear.
func (s *slow[E]) wireAt(m *member[E], copies, wires []E) (sum E) {
	for c, row := range m.table {
		for w, v := range row {
			sum = s.f.Add(sum, s.f.Mul(v, s.f.Mul(eq(s.f, copies, c), eq(s.f, wires, w))))
		}
	}
	return sum
}

// bits are the n lowest bits of x as elements.
func (s *slow[E]) bits(x, n int) (es []E) {
	for b := range n {
		es = append(es, s.f.FromUint64(uint64(x>>b&1)))
	}
	return es
}

func cat[E any](vs ...[]E) (out []E) {
	for _, v := range vs {
		out = append(out, v...)
	}
	return out
}

// copyRound is q(x) of the member's copy round len(bound).
func (s *slow[E]) copyRound(m *member[E], quad func(l, r int) E, bound []E, x E) (sum E) {
	left := m.copies - len(bound) - 1
	for c := range 1 << left {
		at := cat(bound, []E{x}, s.bits(c, left))
		var v []E
		for w := range 1 << m.wire {
			v = append(v, s.wireAt(m, at, s.bits(w, m.wire)))
		}
		var inner E
		for l, a := range v {
			for r, b := range v {
				inner = s.f.Add(inner, s.f.Mul(quad(l, r), s.f.Mul(a, b)))
			}
		}
		sum = s.f.Add(sum, s.f.Mul(eq(s.f, m.point[len(bound)+1:], c), inner))
	}
	return sum
}

// handRound is the sum with the first bits of both hands bound.
func (s *slow[E]) handRound(m *member[E], quad func(l, r int) E, copies, left, right []E) (sum E) {
	for a := range 1 << (m.wire - len(left)) {
		for b := range 1 << (m.wire - len(right)) {
			atL, atR := cat(left, s.bits(a, m.wire-len(left))), cat(right, s.bits(b, m.wire-len(right)))
			var q E
			for l := range 1 << m.wire {
				for r := range 1 << m.wire {
					q = s.f.Add(q, s.f.Mul(quad(l, r), s.f.Mul(eq(s.f, atL, l), eq(s.f, atR, r))))
				}
			}
			sum = s.f.Add(sum, s.f.Mul(q, s.f.Mul(s.wireAt(m, copies, atL), s.wireAt(m, copies, atR))))
		}
	}
	return sum
}

// run walks through the levels. With messages nil it proves and returns the
// messages; otherwise it verifies them and names the first equation that fails.
func (s *slow[E]) run(messages []LevelMessages[E]) (out []LevelMessages[E], failing string) {
	f, proving := s.f, messages == nil
	one := f.One()
	p2 := f.SumcheckPoint()
	fail := func(format string, args ...any) {
		if failing == "" {
			failing = fmt.Sprintf(format, args...)
		}
	}
	wires := make([][][][]E, len(s.uses))
	highest := 0
	for i, u := range s.uses {
		wires[i] = s.evaluate(i)
		highest = max(highest, len(u.Circuit.Layers))
	}
	first, outputs := s.draws(40), s.draws(40)
	var point []E
	previous := map[int]*member[E]{}
	for n := highest; n >= 1; n-- {
		var active []*member[E]
		kappa, most := 0, 0
		for i, u := range s.uses {
			j := len(u.Circuit.Layers) - n
			if j < 0 {
				continue
			}
			m := &member[E]{
				use: i, layer: j, copies: circuit.LogWidth(u.Copies), wire: circuit.LogWidth(u.Circuit.Layers[j].Inputs),
				table: wires[i][j], factor: one,
			}
			if above := previous[i]; above != nil {
				m.hands, m.claims = above.hands, above.claims
			} else {
				lw := circuit.LogWidth(u.Circuit.Outputs())
				m.hands = [2][]E{outputs[:lw], outputs[:lw]}
			}
			kappa, most = max(kappa, m.copies), max(most, m.wire)
			active = append(active, m)
		}
		for _, m := range active {
			m.weight = s.draw()
		}
		alpha, beta := s.draw(), s.draw()
		point = cat(first[:max(0, kappa-len(point))], point)
		point = point[len(point)-kappa:]
		var claim E
		quads := make([]func(l, r int) E, len(active))
		for i, m := range active {
			m.point = point[kappa-m.copies:]
			m.claim = f.Add(m.claims[0], f.Mul(alpha, m.claims[1]))
			claim = f.Add(claim, f.Mul(m.weight, m.claim))
			quads[i] = s.quad(m, alpha, beta)
		}
		var level LevelMessages[E]
		round := 0
		// exchange proves or reads a round: own gives a member's q at a point, from
		// gives q(1) by q(0).
		exchange := func(own func(i int, m *member[E], x E) E, from func(claim, q0 E) E) E {
			pads := [2]E{s.pad(), s.pad()}
			var sent [2]E
			if proving {
				for k, x := range []E{f.Sub(one, one), p2} {
					var q E
					for i, m := range active {
						q = f.Add(q, f.Mul(m.weight, own(i, m, x)))
					}
					sent[k] = f.Sub(q, pads[k])
				}
				level.Rounds = append(level.Rounds, sent)
			} else {
				sent = messages[highest-n].Rounds[round]
			}
			round++
			transcript.WriteElem(s.t, f, sent[0])
			transcript.WriteElem(s.t, f, sent[1])
			r := s.draw()
			q0, q2 := f.Add(sent[0], pads[0]), f.Add(sent[1], pads[1])
			claim = interpolate(f, q0, from(claim, q0), q2, r)
			if proving {
				for i, m := range active {
					m.claim = own(i, m, r) // its share, up to the factor in hand rounds
				}
			}
			return r
		}
		var copies []E
		for t := range kappa {
			start := make([]E, len(active))
			for i, m := range active {
				start[i] = m.claim
			}
			c := exchange(func(i int, m *member[E], x E) E {
				if t < kappa-m.copies {
					return start[i]
				}
				return s.copyRound(m, quads[i], copies[kappa-m.copies:], x)
			}, func(claim, q0 E) E {
				return f.Mul(f.Sub(claim, f.Mul(f.Sub(one, point[t]), q0)), f.Inv(point[t]))
			})
			copies = append(copies, c)
		}
		afterCopies := make([]E, len(active))
		for i, m := range active {
			afterCopies[i] = m.claim
		}
		hands := [2][]E{}
		for b := range most {
			for hand := range 2 {
				r := exchange(func(i int, m *member[E], x E) E {
					if b < most-m.wire {
						return f.Mul(m.factor, f.Mul(afterCopies[i], f.Sub(one, x)))
					}
					skip := most - m.wire
					at := [2][]E{hands[0][skip:], hands[1][skip:]}
					at[hand] = cat(at[hand], []E{x})
					return f.Mul(m.factor, s.handRound(m, quads[i], copies[kappa-m.copies:], at[0], at[1]))
				}, func(claim, q0 E) E { return f.Sub(claim, q0) })
				for _, m := range active {
					if b < most-m.wire {
						m.factor = f.Mul(m.factor, f.Sub(one, r))
					}
				}
				hands[hand] = append(hands[hand], r)
			}
		}
		var sent, products []E
		for i, m := range active {
			own := copies[kappa-m.copies:]
			var values, v [2]E
			for hand := range 2 {
				values[hand] = s.wireAt(m, own, hands[hand][most-m.wire:])
			}
			if proving {
				v = values
			} else {
				v = messages[highest-n].Claims[i]
			}
			var pads [2]E
			if !s.uses[m.use].Clear {
				pads = [2]E{s.pad(), s.pad()}
				if f.Mul(pads[0], pads[1]) != s.pad() {
					fail("level %d: product of pads", n)
				}
			}
			if proving {
				v = [2]E{f.Sub(v[0], pads[0]), f.Sub(v[1], pads[1])}
				level.Claims = append(level.Claims, v)
			}
			sent = append(sent, v[0], v[1])
			m.claims = [2]E{f.Add(v[0], pads[0]), f.Add(v[1], pads[1])}
			var q E
			for l := range 1 << m.wire {
				for r := range 1 << m.wire {
					q = f.Add(q, f.Mul(quads[i](l, r), f.Mul(eq(f, hands[0][most-m.wire:], l), eq(f, hands[1][most-m.wire:], r))))
				}
			}
			products = append(products, f.Mul(f.Mul(m.weight, m.factor), f.Mul(q, f.Mul(m.claims[0], m.claims[1]))))
			m.hands = [2][]E{hands[0][most-m.wire:], hands[1][most-m.wire:]}
			previous[m.use] = m
		}
		transcript.WriteElems(s.t, f, sent)
		for _, p := range products {
			claim = f.Sub(claim, p)
		}
		var zero E
		if claim != zero {
			fail("level %d", n)
		}
		point = copies
		out = append(out, level)
	}
	gamma := s.draw()
	for i, u := range s.uses {
		m := previous[i]
		var sum E
		for c := range u.Copies {
			for w, v := range s.in[i](c) {
				k := f.Add(eq(f, m.hands[0], w), f.Mul(gamma, eq(f, m.hands[1], w)))
				sum = f.Add(sum, f.Mul(eq(f, point[len(point)-m.copies:], c), f.Mul(k, v)))
			}
		}
		if sum != f.Add(m.claims[0], f.Mul(gamma, m.claims[1])) {
			fail("inputs of circuit %d", i)
		}
	}
	return out, failing
}
