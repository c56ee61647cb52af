package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// maxLog is the number of challenges drawn for the initial copy and output
// points, whatever the sizes (the draft's constant).
const maxLog = 40

// Layer is the prover's messages for one layer, pads already taken off. Rounds
// lists, for each round, the values at 0 and at the third evaluation point: copy
// rounds first, then for each wire bit the left hand's round and the right
// hand's.
type Layer[E comparable] struct {
	Rounds [][2]E
	Claims [2]E // values of the layer's inputs at the left and the right point
}

// Messages are the prover's messages for a circuit, from the outputs down.
type Messages[E comparable] []Layer[E]

// NewMessages makes messages with room for every round of a circuit and a number
// of copies.
func NewMessages[E comparable](c *circuit.Circuit[E], copies int) Messages[E] {
	m := make(Messages[E], len(c.Layers))
	for j := range m {
		m[j].Rounds = make([][2]E, rounds(c, j, copies))
	}
	return m
}

func rounds[E comparable](c *circuit.Circuit[E], layer, copies int) int {
	return circuit.LogWidth(copies) + 2*circuit.LogWidth(c.Layers[layer].Inputs)
}

// Pads says how many pad elements the messages of a circuit take. For each
// layer they are: two for each round, in order, then those of the left and right
// claim and the product of these two. Without claim pads (clear), the last three
// are missing: see Constrain.
func Pads[E comparable](c *circuit.Circuit[E], copies int, clear bool) int {
	n := 0
	for j := range c.Layers {
		n += layerPads(c, j, copies, clear)
	}
	return n
}

func layerPads[E comparable](c *circuit.Circuit[E], layer, copies int, clear bool) int {
	n := 2 * rounds(c, layer, copies)
	if !clear {
		n += 3
	}
	return n
}

// PadProduct is a triple of pad indices: Z is the product of X and Y.
type PadProduct struct{ X, Y, Z int }

// PadProducts lists the products among a circuit's pads, as indices into them.
func PadProducts[E comparable](c *circuit.Circuit[E], copies int) []PadProduct {
	var ps []PadProduct
	at := 0
	for j := range c.Layers {
		at += layerPads(c, j, copies, false)
		ps = append(ps, PadProduct{at - 3, at - 2, at - 1})
	}
	return ps
}

// challenges are the verifier's coins for a circuit.
type challenges[E comparable] struct {
	copyPoint []E // initial point of the copy index
	outPoint  []E // initial point of the output index
	layers    []layerChallenges[E]
	gamma     E
}

type layerChallenges[E comparable] struct {
	alpha, beta E
	copyPoint   []E
	hands       [2][]E
	quad        E // the layer's terms bound at every point; the prover knows it early
	quadKnown   bool
}

// add takes the challenge of round i of a layer with kappa copy rounds.
func (l *layerChallenges[E]) add(x E, i, kappa int) {
	if i < kappa {
		l.copyPoint = append(l.copyPoint, x)
	} else {
		l.hands[(i-kappa)&1] = append(l.hands[(i-kappa)&1], x)
	}
}

func begin[E comparable](t *transcript.Transcript, c *circuit.Circuit[E], copies int) *challenges[E] {
	q := transcript.Challenges(t, c.Field, maxLog)
	g := transcript.Challenges(t, c.Field, maxLog)
	return &challenges[E]{
		copyPoint: q[:circuit.LogWidth(copies)],
		outPoint:  g[:circuit.LogWidth(c.Outputs())],
		layers:    make([]layerChallenges[E], len(c.Layers)),
	}
}

// replay draws the challenges that belong to the messages.
func replay[E comparable](t *transcript.Transcript, c *circuit.Circuit[E], copies int, m Messages[E]) *challenges[E] {
	f := c.Field
	ch := begin(t, c, copies)
	kappa := circuit.LogWidth(copies)
	for j := range c.Layers {
		l := &ch.layers[j]
		l.alpha, l.beta = transcript.Challenge(t, f), transcript.Challenge(t, f)
		for i, r := range m[j].Rounds {
			l.add(exchange(t, f, r), i, kappa)
		}
		transcript.WriteElems(t, f, m[j].Claims[:])
	}
	ch.gamma = transcript.Challenge(t, f)
	return ch
}

// exchange sends a round's message and draws its challenge.
func exchange[E comparable](t *transcript.Transcript, f field.Field[E], r [2]E) E {
	transcript.WriteElem(t, f, r[0])
	transcript.WriteElem(t, f, r[1])
	return transcript.Challenge(t, f)
}
