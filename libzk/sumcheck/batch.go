package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Use is a circuit run for a number of copies.
type Use[E comparable] struct {
	Circuit *circuit.Circuit[E]
	Copies  int
	// Clear says that the final claims are sent as they are, without pads. The
	// circuit must have one layer.
	Clear bool
}

// Batch is one sumcheck for several circuits of a field. Levels count from the
// inputs: level 1 reads them, level n holds layer L-n of a circuit of L layers.
// All circuits of a level share its rounds; one with fewer copies or wires waits
// in the first of them. So every level costs the rounds of its largest circuit
// alone. The equations are in docs/protocol.md.
//
// A Batch is immutable and safe for concurrent use.
type Batch[E comparable] struct {
	f      field.Field[E]
	uses   []Use[E]
	levels []level // from the highest to level 1
	pads   int

	draw func(*transcript.Transcript, field.Field[E]) E // a challenge; another one in tests
}

// level is the schedule of one level.
type level struct {
	active []activeLayer // in the order of the circuits
	copies int           // copy rounds: the most that a circuit here has
	wires  int           // hand rounds, half of them: the same
	pads   int           // index of the first pad
}

// activeLayer is a circuit's layer in a level.
type activeLayer struct {
	use, layer    int
	copies, wires int // bits of the indices of its copies and of its input wires
	outputs       int // bits of the index of its outputs
	pads          int // index of the pads of its claims, if these are not clear
	above         int // its index in the level above, -1 if the circuit joins here
}

func (l *level) rounds() int { return l.copies + 2*l.wires }

// NewBatch schedules the circuits, of which there must be one at least.
func NewBatch[E comparable](f field.Field[E], uses []Use[E]) *Batch[E] {
	b := &Batch[E]{f: f, uses: uses, draw: transcript.Challenge[E]}
	highest := 0
	for _, u := range uses {
		highest = max(highest, len(u.Circuit.Layers))
		if u.Clear && len(u.Circuit.Layers) != 1 {
			panic("sumcheck: clear claims of circuit " + u.Circuit.Name + ", which has more than one layer")
		}
	}
	index := make([]int, len(uses)) // of each circuit in the level above
	for n := highest; n > 0; n-- {
		l := level{pads: b.pads}
		for i, u := range uses {
			j := len(u.Circuit.Layers) - n
			if j < 0 {
				continue
			}
			a := activeLayer{
				use: i, layer: j, above: index[i],
				copies:  circuit.LogWidth(u.Copies),
				wires:   circuit.LogWidth(u.Circuit.Layers[j].Inputs),
				outputs: circuit.LogWidth(u.Circuit.Layers[j].Outputs),
			}
			if j == 0 {
				a.above = -1
			}
			index[i] = len(l.active)
			l.copies, l.wires = max(l.copies, a.copies), max(l.wires, a.wires)
			l.active = append(l.active, a)
		}
		b.pads += 2 * l.rounds()
		for i := range l.active {
			if a := &l.active[i]; !uses[a.use].Clear {
				a.pads = b.pads
				b.pads += 3
			}
		}
		b.levels = append(b.levels, l)
	}
	return b
}

// Pads says how many pad elements the messages take. They are, level by level
// from the highest: two for each round, then for each circuit whose claims are
// not clear those of the left and the right claim and the product of these two.
func (b *Batch[E]) Pads() int { return b.pads }

// PadProducts lists the products among the pads, as indices into them.
func (b *Batch[E]) PadProducts() []PadProduct {
	var ps []PadProduct
	for i := range b.levels {
		for _, a := range b.levels[i].active {
			if !b.uses[a.use].Clear {
				ps = append(ps, PadProduct{a.pads, a.pads + 1, a.pads + 2})
			}
		}
	}
	return ps
}

// Constraints is the number of constraints to which the messages come down: one
// for each level, and one for the inputs of each circuit.
func (b *Batch[E]) Constraints() int { return len(b.levels) + len(b.uses) }

// Steps bounds the number of bad values among the challenges: a false statement
// is proven with probability at most Steps/|F|. They are the initial points; in
// each level the weight of a circuit, α and β, the point in which assertions are
// summed up, two for each round; and γ.
func (b *Batch[E]) Steps() int {
	outputs := func(l *level) (bits int) {
		for _, a := range l.active {
			bits = max(bits, a.outputs)
		}
		return bits
	}
	first := &b.levels[0]
	n := first.copies + outputs(first) + 1
	for i := range b.levels {
		l := &b.levels[i]
		n += 3 + l.copies + outputs(l) + 2*l.rounds()
	}
	return n
}

// LevelMessages is the prover's messages for one level, pads already taken off:
// each round's values at 0 and at the third evaluation point, then the values
// of each circuit's inputs to this level at the left and the right point.
type LevelMessages[E comparable] struct {
	Rounds [][2]E
	Claims [][2]E
}

// NewMessages makes messages, from the highest level down, with room for every
// element.
func (b *Batch[E]) NewMessages() []LevelMessages[E] {
	m := make([]LevelMessages[E], len(b.levels))
	for i := range m {
		m[i].Rounds = make([][2]E, b.levels[i].rounds())
		m[i].Claims = make([][2]E, len(b.levels[i].active))
	}
	return m
}

// suffix is the last n elements.
func suffix[E any](v []E, n int) []E { return v[len(v)-n:] }
