package sumcheck

import (
	"slices"

	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// batchChallenges are the verifier's coins for a batch.
type batchChallenges[E comparable] struct {
	outputs []E // point of the outputs, for circuits that join
	levels  []levelChallenges[E]
	gamma   E
}

type levelChallenges[E comparable] struct {
	weights     []E // of the circuits
	alpha, beta E
	above       []E // the copy point in which the level's claims are made
	copyPoint   []E // that of the claims about its inputs
	hands       [2][]E
	quads       []E // each circuit's terms bound at every point; nil if not known
}

// points are the wire points of a circuit's claims from above, of its own length.
func (ch *batchChallenges[E]) points(d int, a *activeLayer) [2][]E {
	if a.above < 0 {
		return [2][]E{ch.outputs[:a.outputs], ch.outputs[:a.outputs]}
	}
	h := &ch.levels[d-1].hands
	return [2][]E{suffix(h[0], a.outputs), suffix(h[1], a.outputs)}
}

// speaker has the prover's words: the prover itself, or a proof.
type speaker[E comparable] interface {
	// begin is called when a level's weights and the point of its claims are drawn.
	begin(d int)
	// say is the message of a round.
	say(d, round int) [2]E
	// hear gets the challenge that answers it.
	hear(d int, x E)
	// claim ends a level.
	claim(d int) [][2]E
}

// converse runs the sumcheck's side of the transcript, the same for prover and
// verifier. It returns ErrChallenge for a degenerate challenge.
func (b *Batch[E]) converse(t *transcript.Transcript, ch *batchChallenges[E], s speaker[E]) error {
	draw := func(n int) []E {
		es := make([]E, n)
		for i := range es {
			es[i] = b.draw(t, b.f)
		}
		return es
	}
	initial := draw(maxLog)
	ch.outputs = draw(maxLog)
	ch.levels = make([]levelChallenges[E], len(b.levels))
	var copyPoint []E
	for d := range b.levels {
		l, c := &b.levels[d], &ch.levels[d]
		c.weights = draw(len(l.active))
		c.alpha, c.beta = b.draw(t, b.f), b.draw(t, b.f)
		// Bits that no circuit above has take their coordinates from the initial point.
		missing := max(0, l.copies-len(copyPoint))
		c.above = suffix(slices.Concat(initial[:missing], copyPoint), l.copies)
		if err := usable(c.above); err != nil {
			return err
		}
		s.begin(d)
		for i := range l.rounds() {
			m := s.say(d, i)
			transcript.WriteElem(t, b.f, m[0])
			transcript.WriteElem(t, b.f, m[1])
			x := b.draw(t, b.f)
			if i < l.copies {
				c.copyPoint = append(c.copyPoint, x)
			} else {
				hand := (i - l.copies) & 1
				c.hands[hand] = append(c.hands[hand], x)
			}
			s.hear(d, x)
		}
		var claims []E
		for _, v := range s.claim(d) {
			claims = append(claims, v[0], v[1])
		}
		transcript.WriteElems(t, b.f, claims)
		copyPoint = c.copyPoint
	}
	ch.gamma = b.draw(t, b.f)
	return nil
}
