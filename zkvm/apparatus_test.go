package zkvm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// apparatus runs gadgets alone, over forms that are constants, or secrets that
// nothing else constrains: whatever proves these forms is not at stake.
type apparatus struct {
	shape   libzk.Shape[elem]
	uses    []int
	m       *machine // of the laying-out pass
	secrets []elem
	walk    func(m *machine)
}

func newApparatus(t testing.TB, walk func(m *machine)) *apparatus {
	t.Helper()
	return newApparatusOf(t, circuits.Chunks[0], walk)
}

// newApparatusOf is newApparatus with products of chunk factors.
func newApparatusOf(t testing.TB, chunk int, walk func(m *machine)) *apparatus {
	t.Helper()
	return newApparatusIn(t, apparatusClass, chunk, walk)
}

// newApparatusIn is newApparatusOf with the dot products of a class.
func newApparatusIn(t testing.TB, class Class, chunk int, walk func(m *machine)) *apparatus {
	t.Helper()
	m := &machine{chunk: chunk, copies: make([]int, circuits.Dots+1), fill: true, random: seeds{rand.New(rand.NewPCG(1, 2))}}
	walk(m)
	if m.err != nil {
		t.Fatal(m.err)
	}
	a := &apparatus{m: m, walk: walk, secrets: m.secrets(), uses: make([]int, circuits.Dots+1)}
	a.shape = libzk.Shape[elem]{Field: field, Bits: m.bits, Symbols: m.symbols, Full: m.full, Rows: m.rows}
	p := &plan{family: circuits.Compiled(), chunk: chunk, st: &Statement{Documents: []Document{{Class: class}}}}
	for use, n := range m.copies {
		if n > 0 {
			a.uses[use] = len(a.shape.Uses)
			a.shape.Uses = append(a.shape.Uses, libzk.Use[elem]{Circuit: p.circuit(use), Copies: n})
		}
	}
	return a
}

// apparatusClass is the class whose dot products an apparatus has.
var apparatusClass = Class{Bytes: 192, Depth: 8}

type seeds struct{ *rand.Rand }

func (s seeds) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	return len(b), nil
}

// check wires the gadgets and evaluates them. Secrets at the given indexes are
// changed before.
func (a *apparatus) check(t testing.TB, changes map[int]elem) (label string) {
	t.Helper()
	secrets := append([]elem(nil), a.secrets...)
	for i, v := range changes {
		secrets[i] = v
	}
	w := &wiring{relation: a.shape.NewRelation(), bits: a.shape.Bits, symbols: a.shape.Symbols, proving: true}
	w.space = w.relation.Space
	w.draw(transcript.New([]byte("apparatus")))
	full := make([]elem, w.space.WitnessLen())
	copy(full, secrets)
	w.space.Attach(full)
	m := &machine{chunk: a.m.chunk, copies: make([]int, circuits.Dots+1), w: w, uses: a.uses}
	a.walk(m)
	if errors.Is(w.err, libzk.ErrChallenge) {
		return zeroProduct
	}
	if w.err != nil {
		t.Fatal(w.err)
	}
	if unused := a.shape.Unused(w.relation); len(unused) > 0 {
		t.Errorf("secrets %v are not read", unused)
	}
	err := a.shape.Check(w.relation, secrets)
	var v *circuit.Violation
	if err != nil && !errors.As(err, &v) {
		t.Fatal(err)
	}
	if v != nil {
		return v.Label
	}
	return ""
}

// checkAfter is check with a secret that changes after the products are
// published.
func (a *apparatus) checkAfter(t testing.TB, index int, v elem) string {
	t.Helper()
	w := &wiring{relation: a.shape.NewRelation(), bits: a.shape.Bits, symbols: a.shape.Symbols, proving: true}
	w.space = w.relation.Space
	w.draw(transcript.New([]byte("apparatus")))
	full := make([]elem, w.space.WitnessLen())
	copy(full, a.secrets)
	w.space.Attach(full)
	m := &machine{chunk: a.m.chunk, copies: make([]int, circuits.Dots+1), w: w, uses: a.uses}
	a.walk(m)
	secrets := append([]elem(nil), a.secrets...)
	secrets[index] = v
	var violation *circuit.Violation
	if err := a.shape.Check(w.relation, secrets); !errors.As(err, &violation) {
		return fmt.Sprint(err)
	}
	return violation.Label
}
