package zkvm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// apparatus runs gadgets alone, over forms that are constants, or secrets that
// nothing else constrains: whatever proves these forms is not at stake.
type apparatus struct {
	shape   libzk.Shape[elem]
	uses    []int
	m       *machine.Machine // of the laying-out pass
	secrets []elem
	walk    func(m *machine.Machine)
}

func newApparatus(t testing.TB, walk func(m *machine.Machine)) *apparatus {
	t.Helper()
	return newApparatusOf(t, circuits.Chunks[0], walk)
}

// newApparatusOf is newApparatus with products of chunk factors.
func newApparatusOf(t testing.TB, chunk int, walk func(m *machine.Machine)) *apparatus {
	t.Helper()
	return newApparatusIn(t, apparatusClass, chunk, walk)
}

// newApparatusIn is newApparatusOf with the dot products of a class.
func newApparatusIn(t testing.TB, class Class, chunk int, walk func(m *machine.Machine)) *apparatus {
	t.Helper()
	m := &machine.Machine{Chunk: chunk, Copies: make([]int, circuits.Dots+1), Fill: true, Random: seeds{rand.New(rand.NewPCG(1, 2))}}
	walk(m)
	if m.Err != nil {
		t.Fatal(m.Err)
	}
	a := &apparatus{m: m, walk: walk, secrets: m.AppendSecrets(nil), uses: make([]int, circuits.Dots+1)}
	a.shape = libzk.Shape[elem]{Field: field, Bits: m.Bits, Symbols: m.Symbols, Full: m.Full, Rows: m.Rows}
	p := &plan{family: circuits.Compiled(), chunk: chunk, st: &Statement{Documents: []Document{{Class: class}}}}
	for use, n := range m.Copies {
		if n > 0 {
			a.uses[use] = len(a.shape.Uses)
			a.shape.Uses = append(a.shape.Uses, libzk.Use[elem]{Circuit: p.circuit(use), Copies: n})
		}
	}
	return a
}

// apparatusClass is the class whose dot products an apparatus has.
var apparatusClass = Class{Bytes: 192, Depth: 8}

// apparatusValues are the values of a document of that class.
func apparatusValues(doc *document.Document) *value.Document {
	s := newSource(&Document{Class: apparatusClass})
	s.Doc = doc
	return value.New(search.NewTree(s))
}

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
	w := &machine.Wiring{Relation: a.shape.NewRelation(), Bits: a.shape.Bits, Symbols: a.shape.Symbols, Proving: true}
	w.Space = w.Relation.Space
	w.Draw(transcript.New([]byte("apparatus")))
	full := make([]elem, w.Space.WitnessLen())
	copy(full, secrets)
	w.Space.Attach(full)
	m := &machine.Machine{Chunk: a.m.Chunk, Copies: make([]int, circuits.Dots+1), W: w, Uses: a.uses}
	a.walk(m)
	if errors.Is(w.Err, libzk.ErrChallenge) {
		return zeroProduct
	}
	if w.Err != nil {
		t.Fatal(w.Err)
	}
	if unused := a.shape.Unused(w.Relation); len(unused) > 0 {
		t.Errorf("secrets %v are not read", unused)
	}
	err := a.shape.Check(w.Relation, secrets)
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
	w := &machine.Wiring{Relation: a.shape.NewRelation(), Bits: a.shape.Bits, Symbols: a.shape.Symbols, Proving: true}
	w.Space = w.Relation.Space
	w.Draw(transcript.New([]byte("apparatus")))
	full := make([]elem, w.Space.WitnessLen())
	copy(full, a.secrets)
	w.Space.Attach(full)
	m := &machine.Machine{Chunk: a.m.Chunk, Copies: make([]int, circuits.Dots+1), W: w, Uses: a.uses}
	a.walk(m)
	secrets := append([]elem(nil), a.secrets...)
	secrets[index] = v
	var violation *circuit.Violation
	if err := a.shape.Check(w.Relation, secrets); !errors.As(err, &violation) {
		return fmt.Sprint(err)
	}
	return violation.Label
}
