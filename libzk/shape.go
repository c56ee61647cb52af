package libzk

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
)

// Use is a circuit run for a number of copies.
type Use[E comparable] struct {
	Circuit *circuit.Circuit[E]
	Copies  int
}

// Shape is everything about one field's part of a statement that is fixed before
// the commitment: how many secrets there are and what is run over them.
type Shape[E comparable] struct {
	Field field.Field[E]
	// Secrets are, in this order, Bits that are 0 or 1, Symbols that lie in the
	// field's subfield, and Full elements. The commitment holds bits and symbols to
	// that, whatever the prover does. A bit costs a sixteenth of a symbol, that an
	// eighth of a full element. Only fields with a subfield have bits and symbols.
	Bits, Symbols, Full int
	// Uses are the circuits, in order.
	Uses []Use[E]
	// Rows is the number of rows a·b = c.
	Rows int
}

// maskCopies are copies of the row circuit that hold random products: they hide
// its two claims, which are sent in the clear.
const (
	maskCopies   = 2
	maskElements = 3 * maskCopies
)

// maxElements bounds the secrets, the rows and the copies of a shape: ten times
// what the largest statement needs, and far below what indices can hold.
const maxElements = 1 << 24

// part is a shape with the layout that follows from it. The witness is
//
//	bits · symbols · full secrets · masks · pads of the batch
//
// Committed is the vector of shortLen and fullLen elements that trace.go makes of
// it.
type part[E comparable] struct {
	Shape[E]
	packing  field.Packing[E] // nil without bits
	secrets  int
	pads     int // start of the pads
	witness  int // length
	products []sumcheck.PadProduct
	rowUse   Use[E]
	batch    *sumcheck.Batch[E] // of the uses and the row circuit
}

func newPart[E comparable](s Shape[E]) (*part[E], error) {
	if min(s.Bits, s.Symbols, s.Full, s.Rows) < 0 {
		return nil, fmt.Errorf("shape with a negative count")
	}
	if max(s.Bits, s.Symbols, s.Full, s.Rows) > maxElements {
		return nil, fmt.Errorf("statement too large: %d bits, %d symbols, %d other secrets, %d rows, at most %d each", s.Bits, s.Symbols, s.Full, s.Rows, maxElements)
	}
	p := &part[E]{Shape: s, secrets: s.Bits + s.Symbols + s.Full}
	if s.Bits > 0 {
		p.packing, _ = s.Field.(field.Packing[E])
	}
	if _, ok := s.Field.(field.Symbols[E]); s.Symbols > 0 && !ok || s.Bits > 0 && p.packing == nil {
		return nil, fmt.Errorf("%d bits and %d symbols over %s, which has none", s.Bits, s.Symbols, s.Field.Name())
	}
	products := 0 // of pads: one for each layer
	for _, u := range s.Uses {
		if u.Copies < 1 || u.Copies > maxElements {
			return nil, fmt.Errorf("circuit %s with %d copies, want 1 to %d", u.Circuit.Name, u.Copies, maxElements)
		}
		if u.Circuit.Field != s.Field {
			return nil, fmt.Errorf("circuit %s is over %s, its part over %s", u.Circuit.Name, u.Circuit.Field.Name(), s.Field.Name())
		}
		products += len(u.Circuit.Layers)
	}
	p.rowUse = Use[E]{rowCircuit(s.Field), s.Rows + products + maskCopies}
	uses := make([]sumcheck.Use[E], len(s.Uses)+1)
	for i, u := range p.uses() {
		uses[i] = sumcheck.Use[E]{Circuit: u.Circuit, Copies: u.Copies, Clear: p.clear(i)}
	}
	p.batch = sumcheck.NewBatch(s.Field, uses)
	p.pads = p.secrets + maskElements
	for _, q := range p.batch.PadProducts() {
		p.products = append(p.products, sumcheck.PadProduct{X: p.pads + q.X, Y: p.pads + q.Y, Z: p.pads + q.Z})
	}
	p.witness = p.pads + p.batch.Pads()
	return p, nil
}

// uses lists the circuits with the row circuit at the end, and whether each is
// clear.
func (p *part[E]) uses() []Use[E] { return append(p.Uses[:len(p.Uses):len(p.Uses)], p.rowUse) }

func (p *part[E]) clear(use int) bool { return use == len(p.Uses) }

// NewSecrets is an empty slice with room for a shape's secrets, and for the masks and pads that
// proving puts behind them.
func (s *Shape[E]) NewSecrets() ([]E, error) {
	p, err := newPart(*s)
	if err != nil {
		return nil, err
	}
	return buffers.Make[E](p.witness)[:0], nil
}

// Relation is one field's part of a statement after the challenges: which affine
// form of the secrets each input of each copy is. It must have exactly the
// shape's rows and copies.
type Relation[E comparable] struct {
	Space *affine.Space[E]
	// Inputs lists, for each use, the input wires of copy 0, then those of copy 1
	// and so on.
	Inputs [][]affine.Ref
	// Rows are the rows a·b = c.
	Rows []Row
	// Linear lists forms that must be zero; they cost nothing.
	Linear []Linear

	labels []string
	index  map[string]uint32
}

// Row is a·b = c.
type Row struct {
	A, B, C affine.Ref
	label   uint32
}

// Linear is a form that must be zero.
type Linear struct {
	Ref   affine.Ref
	label uint32
}

// NewRelation starts the relation of a shape over its secrets.
func (s *Shape[E]) NewRelation() *Relation[E] {
	p, err := newPart(*s)
	if err != nil {
		panic("libzk: " + err.Error())
	}
	space := affine.NewSpace(s.Field, p.witness)
	space.Reserve(p.secrets)
	inputs := make([][]affine.Ref, len(s.Uses))
	for i, u := range s.Uses {
		inputs[i] = buffers.Make[affine.Ref](u.Copies * u.Circuit.Inputs())[:0]
	}
	return &Relation[E]{
		Space:  space,
		Inputs: inputs,
		Rows:   buffers.Make[Row](s.Rows)[:0],
		index:  map[string]uint32{},
	}
}

// Free gives the memory of a relation back that is not used any more.
func (r *Relation[E]) Free() {
	r.Space.Free()
	for _, in := range r.Inputs {
		buffers.Free(in)
	}
	buffers.Free(r.Rows)
	*r = Relation[E]{}
}

// Row adds the row a·b = c. The label names it in violations.
func (r *Relation[E]) Row(label string, a, b, c affine.Ref) {
	r.Rows = append(r.Rows, Row{a, b, c, r.label(label)})
}

// Bit adds the row x·x = x.
func (r *Relation[E]) Bit(label string, x affine.Ref) { r.Row(label, x, x, x) }

// Zero requires the form to be zero.
func (r *Relation[E]) Zero(label string, a affine.Ref) {
	r.Linear = append(r.Linear, Linear{a, r.label(label)})
}

// Label names a row, for reports.
func (r *Relation[E]) Label(w Row) string { return r.labels[w.label] }

func (r *Relation[E]) label(s string) uint32 {
	i, ok := r.index[s]
	if !ok {
		i = uint32(len(r.labels))
		r.labels = append(r.labels, s)
		r.index[s] = i
	}
	return i
}

// Copy adds a copy to a use: the input wires after the constant one.
func (r *Relation[E]) Copy(use int, inputs ...affine.Ref) {
	r.Inputs[use] = append(append(r.Inputs[use], r.Space.One()), inputs...)
}

// check compares the relation with the shape: a difference is a mistake in the
// program, on either side.
func (p *part[E]) check(r *Relation[E]) error {
	if r == nil {
		return fmt.Errorf("no relation over %s", p.Field.Name())
	}
	if len(r.Rows) != p.Rows {
		return fmt.Errorf("relation has %d rows, its shape %d", len(r.Rows), p.Rows)
	}
	if r.Space.WitnessLen() != p.witness {
		return fmt.Errorf("relation over %d witness elements, its shape has %d", r.Space.WitnessLen(), p.witness)
	}
	if len(r.Inputs) != len(p.Uses) {
		return fmt.Errorf("relation over %s has %d circuits, its shape %d", p.Field.Name(), len(r.Inputs), len(p.Uses))
	}
	for i, u := range p.Uses {
		if want := u.Copies * u.Circuit.Inputs(); len(r.Inputs[i]) != want {
			return fmt.Errorf("circuit %s has %d inputs in the relation, want %d", u.Circuit.Name, len(r.Inputs[i]), want)
		}
	}
	return p.checkRefs(r)
}

// checkRefs makes sure that the relation reads secrets and forms only: masks and
// pads hide the proof's messages, and a relation that reads one could reveal
// what it hides.
func (p *part[E]) checkRefs(r *Relation[E]) error {
	outside := func(a affine.Ref) bool { return int(a) >= p.secrets || !r.Space.Knows(a) }
	for i, in := range r.Inputs {
		if k := r.Space.Unknown(in, p.secrets); k >= 0 {
			return fmt.Errorf("circuit %s reads element %d, there are %d secrets and %d forms", p.Uses[i].Circuit.Name, in[k], p.secrets, r.Space.Forms())
		}
	}
	for _, w := range r.Rows {
		if outside(w.A) || outside(w.B) || outside(w.C) {
			return fmt.Errorf("row %q reads beyond %d secrets and %d forms", r.labels[w.label], p.secrets, r.Space.Forms())
		}
	}
	for _, l := range r.Linear {
		if outside(l.Ref) {
			return fmt.Errorf("linear form %q reads beyond %d secrets and %d forms", r.labels[l.label], p.secrets, r.Space.Forms())
		}
	}
	return nil
}

// rowInputs are the inputs of the row circuit: the relation's rows, the products
// of pads, the masks.
func (p *part[E]) rowInputs(r *Relation[E]) []affine.Ref {
	one := r.Space.One()
	refs := buffers.Make[affine.Ref](4 * p.rowUse.Copies)[:0]
	for _, w := range r.Rows {
		refs = append(refs, one, w.A, w.B, w.C)
	}
	for _, q := range p.products {
		refs = append(refs, one, affine.Ref(q.X), affine.Ref(q.Y), affine.Ref(q.Z))
	}
	for i := range maskCopies {
		m := affine.Ref(p.secrets + 3*i)
		refs = append(refs, one, m, m+1, m+2)
	}
	return refs
}

// inputs are the inputs of a use, the row circuit included.
func (p *part[E]) inputs(r *Relation[E], use int) []affine.Ref {
	if p.clear(use) {
		return p.rowInputs(r)
	}
	return r.Inputs[use]
}

// freeInputs gives back the memory of inputs: those of the row circuit are made for each use.
func (p *part[E]) freeInputs(inputs []affine.Ref, use int) {
	if p.clear(use) {
		buffers.Free(inputs)
	}
}

// wires are the values of inputs, for evaluation.
func wires[E comparable](f field.Field[E], v *affine.Values[E], inputs []affine.Ref, u Use[E]) circuit.Level[E] {
	width := u.Circuit.Inputs()
	return circuit.NewLevel(f, width, u.Copies, func(dst []E, copy int) { v.Gather(dst, inputs[copy*width:][:width]) })
}

// Check evaluates everything that the relation requires on the given secrets, in
// the shape's order. It returns a *circuit.Violation naming the assertion, row
// or linear form that fails.
func (s *Shape[E]) Check(r *Relation[E], secrets []E) error {
	p, err := newPart(*s)
	if err != nil {
		return err
	}
	if err := p.check(r); err != nil {
		return err
	}
	if len(secrets) != p.secrets {
		return fmt.Errorf("%d secrets, the shape has %d", len(secrets), p.secrets)
	}
	w := make([]E, p.witness)
	copy(w, secrets)
	v := r.Space.Evaluate(w)
	for i, u := range p.Uses {
		if _, err := u.Circuit.EvaluateLevel(wires(s.Field, v, r.Inputs[i], u), true); err != nil {
			return err
		}
	}
	f := s.Field
	for i, row := range r.Rows {
		if f.Mul(v.At(row.A), v.At(row.B)) != v.At(row.C) {
			return &circuit.Violation{Circuit: "rows", Label: r.labels[row.label], Copy: i}
		}
	}
	var zero E
	for i, l := range r.Linear {
		if v.At(l.Ref) != zero {
			return &circuit.Violation{Circuit: "linear", Label: r.labels[l.label], Copy: i}
		}
	}
	return nil
}

// Unused lists the secrets that nothing in the relation reads.
func (s *Shape[E]) Unused(r *Relation[E]) []int {
	var refs []affine.Ref
	for _, in := range r.Inputs {
		refs = append(refs, in...)
	}
	for _, row := range r.Rows {
		refs = append(refs, row.A, row.B, row.C)
	}
	for _, l := range r.Linear {
		refs = append(refs, l.Ref)
	}
	var unused []int
	for i, u := range r.Space.Used(refs)[:s.Bits+s.Symbols+s.Full] {
		if !u {
			unused = append(unused, i)
		}
	}
	return unused
}
