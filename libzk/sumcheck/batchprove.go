package sumcheck

import (
	"sync/atomic"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// BatchProof is what either side of a batch leaves behind: the messages, and the
// challenges that Claims needs.
type BatchProof[E comparable] struct {
	Messages   []LevelMessages[E]
	batch      *Batch[E]
	challenges batchChallenges[E]
}

// Prove runs the prover on the evaluated wires of each circuit, which it
// consumes. pads are the committed pads in the order of Pads.
func (b *Batch[E]) Prove(t *transcript.Transcript, wires []*circuit.Wires[E], pads []E) (*BatchProof[E], error) {
	p := &BatchProof[E]{Messages: b.NewMessages(), batch: b}
	err := b.converse(t, &p.challenges, &batchProver[E]{
		b: b, messages: p.Messages, ch: &p.challenges, pads: pads, wires: wires, third: b.f.SumcheckPoint(),
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// batchProver proves level after level.
type batchProver[E comparable] struct {
	b        *Batch[E]
	messages []LevelMessages[E]
	ch       *batchChallenges[E]
	pads     []E
	wires    []*circuit.Wires[E]
	third    E

	layers []waiting[E] // of the present level
	heard  []E          // the last challenge, if the layers do not have it yet
	claims [][2]E       // of the level above
}

// waiting is a circuit's layer in the rounds of its level. It waits in the first
// ones for circuits with more copies, and with more wires. Waiting in a copy round
// is a constant; waiting in a hand round is having its wires where the index bit
// is zero.
//
// Getting ready takes as long as many rounds. Where it waits, a circuit's layer does that, and makes
// its first message, beside the rounds of those that do not.
type waiting[E comparable] struct {
	*layerProver[E]
	start                    *start // nil when the layer is ready
	said                     bool   // the next message is made
	copies, ownCopies, hands int    // rounds to wait, to take part in, to wait
	weight                   E      // the circuit's, times 1 - x for each hand round waited in
}

// start is a layer's getting ready, by whoever is first to begin with it.
type start struct {
	begun atomic.Bool
	work  func()
	ahead func() // what more is done where nobody waits
	ended chan struct{}
}

// beside does the work of starts that nobody has begun with.
func beside(starts []*start) {
	for _, s := range starts {
		if s.begun.CompareAndSwap(false, true) {
			s.work()
			s.ahead()
			close(s.ended)
		}
	}
}

// ready has the layer ready.
func (w *waiting[E]) ready() {
	switch s := w.start; {
	case s == nil:
		return
	case s.begun.CompareAndSwap(false, true):
		s.work()
	default:
		<-s.ended
		w.said = true
	}
	w.start = nil
}

// waits reports whether each of the next rounds is one to wait in.
func (w *waiting[E]) waits(rounds int) bool {
	return w.copies >= rounds || w.copies == 0 && w.ownCopies == 0 && w.hands >= rounds
}

// message is the polynomial of the next round, before the weight.
func (w *waiting[E]) message() quadratic[E] {
	f := w.f
	switch {
	case w.copies > 0:
		return quadratic[E]{c0: w.claim}
	case w.ownCopies == 0 && w.hands > 0:
		return quadratic[E]{c0: w.claim, c1: f.Neg(w.claim)}
	}
	w.ready()
	if w.said {
		w.said = false
		return w.sent
	}
	return w.layerProver.message()
}

// bind sets the round's variable.
func (w *waiting[E]) bind(x E) {
	f := w.f
	switch {
	case w.copies > 0:
		w.copies--
	case w.ownCopies == 0 && w.hands > 0:
		w.hands--
		w.weight = f.Sub(w.weight, f.Mul(w.weight, x))
	default:
		w.ownCopies = max(0, w.ownCopies-1)
		w.layerProver.bind(x)
	}
}

func (p *batchProver[E]) begin(d int) {
	f, l, c := p.b.f, &p.b.levels[d], &p.ch.levels[d]
	p.layers = make([]waiting[E], len(l.active))
	var wg cores.Group
	var later []*start
	cost := 0
	for i := range l.active {
		a := &l.active[i]
		var claim E
		if a.above >= 0 {
			above := p.claims[a.above]
			claim = f.Add(above[0], f.Mul(c.alpha, above[1]))
		}
		circuit, layer := p.b.uses[a.use].Circuit, &layerProver[E]{f: f, claim: claim}
		w := &p.layers[i]
		*w = waiting[E]{
			layerProver: layer,
			start: &start{
				work: func() {
					weights := outputWeights(f, p.ch.points(d, a), c.alpha, circuit.Layers[a.layer].Outputs)
					layer.start(circuit, a.layer, p.wires[a.use], weights, c.beta, suffix(c.above, a.copies))
				},
				ahead: func() { layer.message() },
				ended: make(chan struct{}),
			},
			copies:    l.copies - a.copies,
			ownCopies: a.copies,
			hands:     2 * (l.wires - a.wires),
			weight:    c.weights[i],
		}
		if w.copies == 0 || cores.Count() == 1 {
			wg.Go(w.ready)
			continue
		}
		later = append(later, w.start)
		cost += startCost * len(circuit.Layers[a.layer].Terms)
	}
	if len(later) > 0 && cores.Worth(2, cost) > 1 {
		for range min(cores.Count()-1, len(later)) {
			go beside(later)
		}
	}
	wg.Wait()
}

// startCost is about how many nanoseconds a layer takes for each term to get ready and say its first message.
const startCost = 20

func (p *batchProver[E]) say(d, round int) [2]E {
	f := p.b.f
	qs := make([]quadratic[E], len(p.layers))
	p.each(func(i int, w *waiting[E]) {
		p.bind(w)
		qs[i] = w.message()
	})
	p.heard = nil
	var q quadratic[E]
	for i := range p.layers {
		q = q.plus(f, p.layers[i].weight, qs[i])
	}
	pads := p.pads[p.b.levels[d].pads+2*round:]
	m := [2]E{f.Sub(q.c0, pads[0]), f.Sub(q.at(f, p.third), pads[1])}
	p.messages[d].Rounds[round] = m
	return m
}

// hear leaves the challenge to the next say, which does both in one go.
func (p *batchProver[E]) hear(_ int, x E) { p.heard = []E{x} }

// bind sets the variable of the last round, if there has been one.
func (p *batchProver[E]) bind(w *waiting[E]) {
	for _, x := range p.heard {
		w.bind(x)
	}
}

// each does a piece of work for every circuit of the level, large ones at once. The largest begins
// without delay, on the goroutine that waits for the others.
func (p *batchProver[E]) each(work func(i int, w *waiting[E])) {
	rounds := 1 + len(p.heard)
	costs, largest := make([]int, len(p.layers)), 0
	for i := range p.layers {
		if w := &p.layers[i]; !w.waits(rounds) {
			w.ready()
			costs[i] = w.cost()
		}
		if costs[i] > costs[largest] {
			largest = i
		}
	}
	var wg cores.Group
	for i, cost := range costs {
		if i != largest && cores.Worth(2, 2*cost) > 1 {
			wg.Go(func() { work(i, &p.layers[i]) })
			costs[i] = -1
		}
	}
	wg.Go(func() {
		for i, cost := range costs {
			if cost >= 0 {
				work(i, &p.layers[i])
			}
		}
	})
	wg.Wait()
}

func (p *batchProver[E]) claim(d int) [][2]E {
	f, l, c := p.b.f, &p.b.levels[d], &p.ch.levels[d]
	p.each(func(_ int, w *waiting[E]) {
		p.bind(w)
		w.ready()
	})
	p.heard = nil
	p.claims = make([][2]E, len(p.layers))
	c.quads = make([]E, len(p.layers))
	for i := range p.layers {
		c.quads[i] = p.layers[i].quad()
		p.claims[i] = p.layers[i].inputs()
		p.layers[i].free()
		sent := p.claims[i]
		if a := &l.active[i]; !p.b.uses[a.use].Clear {
			sent[0] = f.Sub(sent[0], p.pads[a.pads])
			sent[1] = f.Sub(sent[1], p.pads[a.pads+1])
		}
		p.messages[d].Claims[i] = sent
	}
	return p.messages[d].Claims
}
