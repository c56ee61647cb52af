package libzk

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// columnsOf replays a toy pair's proof up to the columns.
func (y *toyPair) columnsOf(t testing.TB, b []byte) []int {
	t.Helper()
	s := y.sys
	gf, p := newStrand(s.gf, s.gfShape), newStrand(s.p, s.pShape)
	root := merkle.Digest(b[:32])
	values, rest := b[32:32+toyPublished], b[32+toyPublished:]
	rest, err := gf.readMessages(rest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.readMessages(rest); err != nil {
		t.Fatal(err)
	}
	ts := s.begin(root, []byte("toy"))
	a, c := transcript.Challenge(ts, y.gf.f), transcript.Challenge(ts, y.p.f)
	sum, _ := y.gf.f.Decode(values)
	sumP, _ := y.p.f.Decode(values[16:])
	ts.WriteBytes(values)
	gf.relation, p.relation = y.gf.relate(a, sum), y.p.relate(c, sumP)
	forks := s.forks(ts, 2)
	for i, side := range []side{gf, p} {
		if err := side.replay(forks[i]); err != nil {
			t.Fatal(err)
		}
	}
	return s.join(ts, forks)
}

// TestLine20EveryMessageMovesTheColumns: whatever the prover sends before the
// columns are drawn, each element of it, is absorbed: a change opens other
// columns.
func TestLine20EveryMessageMovesTheColumns(t *testing.T) {
	y := newToyPair(t, 3, 2)
	proof := y.honest(t)
	base := fmt.Sprint(y.columnsOf(t, proof))
	for _, s := range y.sections(t, proof) {
		if s.name == "nonces" {
			break
		}
		step := s.unit
		if s.to-s.from > 64*s.unit { // responses: first, last and some between
			step = (s.to - s.from) / s.unit / 40 * s.unit
		}
		at := []int{s.to - s.unit}
		for i := s.from; i < s.to; i += step {
			at = append(at, i)
		}
		for _, i := range at {
			b := bytes.Clone(proof)
			b[i] ^= 1 // stays below p: only the lowest byte changes
			if fmt.Sprint(y.columnsOf(t, b)) == base {
				t.Errorf("%s at %d does not move the columns", s.name, i)
			}
		}
	}
}

// TestLine21MasksAreRandom: the copies that hide the row circuit's claims differ
// in every element, and from proof to proof.
func TestLine21MasksAreRandom(t *testing.T) {
	y := newToyPair(t, 3, 2)
	seen := map[gf128.Elem]bool{{}: true}
	for range 2 {
		s := newStrand(y.sys.gf, y.sys.gfShape)
		if err := s.complete(y.gf.secrets(), rand.Reader); err != nil {
			t.Fatal(err)
		}
		for i := range maskElements {
			e := s.witness[s.p.secrets+i]
			if seen[e] {
				t.Errorf("mask element %d is zero or another's", i)
			}
			seen[e] = true
		}
	}
}
