// Package machinetest runs gadgets alone, for tests that attack them: over forms that are
// constants, or secrets that nothing else constrains. Whatever proves these forms elsewhere is
// not at stake.
package machinetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

type elem = gf128.Elem

// Apparatus is gadgets that were laid out alone, as an honest prover does.
type Apparatus struct {
	Shape   libzk.Shape[elem]
	Laid    *machine.Machine // of the laying-out pass
	Secrets []elem
	// Walk is what is walked: once to lay out, then in each check.
	Walk func(m *machine.Machine)
	uses []int
}

// New lays out gadgets that need no dot products, with products of the fewest factors.
func New(t testing.TB, walk func(m *machine.Machine)) *Apparatus {
	t.Helper()
	return NewOf(t, circuits.Chunks[0], 0, walk)
}

// NewOf is New with products of chunk factors, and dot products over so many positions.
func NewOf(t testing.TB, chunk, positions int, walk func(m *machine.Machine)) *Apparatus {
	t.Helper()
	m := &machine.Machine{Chunk: chunk, Copies: make([]int, circuits.Dots+1), Fill: true, Random: seeds{rand.New(rand.NewPCG(1, 2))}}
	walk(m)
	if m.Err != nil {
		t.Fatal(m.Err)
	}
	a := &Apparatus{Laid: m, Walk: walk, Secrets: m.AppendSecrets(nil), uses: make([]int, circuits.Dots+1)}
	a.Shape = libzk.Shape[elem]{Field: gf128.Field{}, Bits: m.Bits, Symbols: m.Symbols, Full: m.Full, Rows: m.Rows}
	family := circuits.Compiled()
	for use, n := range m.Copies {
		if n == 0 {
			continue
		}
		a.uses[use] = len(a.Shape.Uses)
		u := libzk.Use[elem]{Copies: n}
		if use < circuits.Dots {
			u.Circuit = family.Circuit(use, chunk)
		} else {
			u.Circuit = family.Dot(positions)
		}
		a.Shape.Uses = append(a.Shape.Uses, u)
	}
	return a
}

// seeds are the masks' randomness, the same in each run.
type seeds struct{ *rand.Rand }

func (s seeds) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	return len(b), nil
}

// ZeroProduct stands for a published product that must not be zero and is.
const ZeroProduct = "published product is zero"

// Check wires the gadgets and evaluates them. Secrets at the given indexes are changed
// before. It returns the label of what does not hold, "" if everything does.
func (a *Apparatus) Check(t testing.TB, changes map[int]elem) (label string) {
	t.Helper()
	secrets := slices.Clone(a.Secrets)
	for i, v := range changes {
		secrets[i] = v
	}
	w := a.wire(secrets)
	if errors.Is(w.Err, libzk.ErrChallenge) {
		return ZeroProduct
	}
	if w.Err != nil {
		t.Fatal(w.Err)
	}
	if unused := a.Shape.Unused(w.Relation); len(unused) > 0 {
		t.Errorf("secrets %v are not read", unused)
	}
	err := a.Shape.Check(w.Relation, secrets)
	var v *circuit.Violation
	if err != nil && !errors.As(err, &v) {
		t.Fatal(err)
	}
	if v != nil {
		return v.Label
	}
	return ""
}

// CheckAfter is Check with a secret that changes after the products are published.
func (a *Apparatus) CheckAfter(t testing.TB, index int, v elem) string {
	t.Helper()
	w := a.wire(a.Secrets)
	secrets := slices.Clone(a.Secrets)
	secrets[index] = v
	var violation *circuit.Violation
	if err := a.Shape.Check(w.Relation, secrets); !errors.As(err, &violation) {
		return fmt.Sprint(err)
	}
	return violation.Label
}

// wire is the prover's wiring pass over secrets.
func (a *Apparatus) wire(secrets []elem) *machine.Wiring {
	w := &machine.Wiring{Relation: a.Shape.NewRelation(), Bits: a.Shape.Bits, Symbols: a.Shape.Symbols, Proving: true}
	w.Space = w.Relation.Space
	w.Draw(transcript.New([]byte("apparatus")))
	full := make([]elem, w.Space.WitnessLen())
	copy(full, secrets)
	w.Space.Attach(full)
	a.Walk(&machine.Machine{Chunk: a.Laid.Chunk, Copies: make([]int, circuits.Dots+1), W: w, Uses: a.uses})
	return w
}
