package machine

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

type (
	elem = gf128.Elem
	ref  = affine.Ref
	term = affine.Term[elem]
)

var (
	field gf128.Field
	one   = field.One()
)

// Machine walks the statement's gadgets. It does so twice, in the same order, so
// that each gadget is written once:
//
// The laying-out pass, before the commitment, allocates the secrets and counts
// rows, copies and published values. The prover's fills the secrets in on the
// way. References are meaningless in this pass.
//
// The wiring pass, after the challenges, makes the relation.
type Machine struct {
	// Bits, Symbols and Full count the secrets: in the witness all bits come first, then
	// all symbols, then full elements.
	Bits, Symbols, Full int

	// Fill tells the prover's laying-out pass to keep the secrets' values, with masks
	// from Random. Err is of reading these.
	Fill         bool
	Random       io.Reader
	Err          error
	bitValues    []bool
	symbolValues []elem
	fullValues   []elem
	// Tests alone set these two. Lie replaces the value of a flag that is committed before
	// anything is computed from it, as a prover does whose lies have consequences; Declares
	// is told of each call of Risk.
	Lie      func(v bool) bool
	Declares func(values int)

	Rows      int
	Chunk     int   // factors of a copy of products, J in docs/protocol.md
	Copies    []int // of each use
	Published int   // bytes
	Joined    int   // the most conditions that share a row, less one
	Forms     int   // what the wiring pass will add to its space, roughly
	Terms     int   // of these
	worst     int   // see Risk

	// W is set in the wiring pass. Uses are the index of each use in the shape.
	W      *Wiring
	Uses   []int
	inputs []ref // of the copy that is added
}

// New is a machine for the laying-out pass of a statement about so many documents.
func New(documents int) *Machine {
	return &Machine{Copies: make([]int, circuits.Dots+documents), Chunk: circuits.Chunks[0]}
}

// Wiring is the state of the second pass.
type Wiring struct {
	Relation  *libzk.Relation[elem] // that the rows and copies are added to
	Space     *affine.Space[elem]   // its forms
	Bits      int                   // of the shape
	Symbols   int                   // of the shape
	Proving   bool                  // the prover's pass
	Published []byte                // written by the prover, read by the verifier
	Err       error                 // what is published cannot be
	alpha     elem                  // argument of fingerprints
	theta     elem                  // weight of conditions that share a row
}

// ErrZero means that a published product is zero: for the verifier a refusal,
// for the prover a reason to start again.
var ErrZero = errors.New("a published product is zero")

// Wiring reports whether this is the wiring pass, in which forms mean something.
func (m *Machine) Wiring() bool { return m.W != nil }

// Bit commits a bit. The commitment has no room for anything else in its place.
func (m *Machine) Bit(v bool) ref {
	m.Bits++
	if m.Wiring() {
		return m.W.Space.W(m.Bits - 1)
	}
	if m.Fill {
		m.bitValues = append(m.bitValues, v)
	}
	return 0
}

// Derived commits a bit that a row determines.
func (m *Machine) Derived(v bool) ref { return m.Bit(v) }

// Symbol commits an element of GF(2^16), and nothing else fits in its place. What
// it may be of these another constraint ensures.
func (m *Machine) Symbol(v elem) ref {
	m.Symbols++
	if m.Wiring() {
		return m.W.Space.W(m.W.Bits + m.Symbols - 1)
	}
	if m.Fill {
		m.symbolValues = append(m.symbolValues, v)
	}
	return 0
}

// BitElem is a bit as an element.
func BitElem(v bool) elem {
	bit := uint64(0) // without a branch: bits are as good as random
	if v {
		bit = 1
	}
	return elem{Lo: bit}
}

// Element commits an element of the whole field.
func (m *Machine) Element(v elem) ref {
	m.Full++
	if m.Wiring() {
		return m.W.Space.W(m.W.Bits + m.W.Symbols + m.Full - 1)
	}
	if m.Fill {
		m.fullValues = append(m.fullValues, v)
	}
	return 0
}

// Mask commits a fresh uniform element, used once to hide a published value.
func (m *Machine) Mask() ref {
	var v elem
	if m.Fill && m.Err == nil {
		v, m.Err = field.Sample(m.Random)
	}
	return m.Element(v)
}

// AppendSecrets appends the values laid out, in the order of the witness.
func (m *Machine) AppendSecrets(all []elem) []elem {
	first := len(all)
	all = slices.Grow(all, len(m.bitValues))[:first+len(m.bitValues)]
	for i, v := range m.bitValues {
		all[first+i] = BitElem(v)
	}
	return append(append(all, m.symbolValues...), m.fullValues...)
}

// FactorMask commits a fresh uniform element that is not zero, and returns it to
// the filling pass.
func (m *Machine) FactorMask() (ref, elem) {
	var v elem
	for m.Fill && m.Err == nil && v == (elem{}) {
		v, m.Err = field.Sample(m.Random)
	}
	return m.Element(v), v
}

// The forms below are meaningless before wiring. Laying out counts them, so that wiring has
// room for all from the start.

// Counted counts a form with so many terms, and stands for it in the laying-out pass.
func (m *Machine) Counted(terms int) ref {
	m.Count(1, terms)
	return 0
}

// Reserve makes room for forms that the machine does not count itself.
func (m *Machine) Reserve(forms, terms int) {
	m.Forms += forms
	m.Terms += terms
}

// Count counts several forms, with so many terms each.
func (m *Machine) Count(forms, terms int) {
	m.Forms += forms
	m.Terms += forms * terms
}

// Zero and One are the constants.
func (m *Machine) Zero() ref { return m.Public(false) }
func (m *Machine) One() ref  { return m.Public(true) }

// Public is a constant bit.
func (m *Machine) Public(b bool) ref {
	if !m.Wiring() {
		return 0
	}
	return m.W.Space.Bit(b)
}

// Constant is a constant element.
func (m *Machine) Constant(e elem) ref {
	if !m.Wiring() {
		return m.Counted(0)
	}
	return m.W.Space.Const(e)
}

// Add is the sum of forms.
func (m *Machine) Add(refs ...ref) ref {
	if !m.Wiring() {
		return m.Counted(len(refs))
	}
	return m.W.Space.Add(refs...)
}

// Not is 1 + a.
func (m *Machine) Not(a ref) ref {
	if !m.Wiring() {
		return m.Counted(1)
	}
	return m.W.Space.Not(a)
}

// Scale is k·a.
func (m *Machine) Scale(k elem, a ref) ref {
	if !m.Wiring() {
		return m.Counted(1)
	}
	return m.W.Space.Scale(k, a)
}

// Sum is the sum of forms with coefficients.
func (m *Machine) Sum(terms ...term) ref {
	if !m.Wiring() {
		return m.Counted(len(terms))
	}
	return m.W.Space.Sum(terms...)
}

// Pack is Σ bits[k]·x^k.
func (m *Machine) Pack(bits []ref) ref {
	if !m.Wiring() {
		return m.Counted(len(bits))
	}
	terms := make([]term, len(bits))
	for k, b := range bits {
		terms[k] = term{K: PowerOfX(k), Ref: b}
	}
	return m.W.Space.Sum(terms...)
}

// PowerOfX is x^k, k < 128.
func PowerOfX(k int) elem {
	if k < 64 {
		return elem{Lo: 1 << k}
	}
	return elem{Hi: 1 << (k - 64)}
}

// Fingerprint is Σ forms[i]·α^i.
func (m *Machine) Fingerprint(forms []ref) ref {
	if !m.Wiring() {
		return m.Counted(len(forms))
	}
	terms := make([]term, len(forms))
	k := one
	for i, f := range forms {
		terms[i] = term{K: k, Ref: f}
		k = field.Mul(k, m.W.alpha)
	}
	return m.W.Space.Sum(terms...)
}

// Together combines conditions so that one row checks all: their sum weighted
// with powers of θ is zero only if each is, but for an error of (count - 1)/2^128.
func (m *Machine) Together(conditions ...ref) ref {
	m.joins(len(conditions))
	if !m.Wiring() {
		return m.Counted(len(conditions))
	}
	terms := make([]term, len(conditions))
	k := one
	for i, c := range conditions {
		terms[i] = term{K: k, Ref: c}
		k = field.Mul(k, m.W.theta)
	}
	return m.W.Space.Sum(terms...)
}

// Row requires a·b = c.
func (m *Machine) Row(label string, a, b, c ref) {
	m.Rows++
	if m.Wiring() {
		m.W.Relation.Row(label, a, b, c)
	}
}

// Implies requires condition = 0 where the bit g is 1.
func (m *Machine) Implies(label string, g, condition ref) { m.Row(label, g, condition, m.Zero()) }

// ZeroForm requires a form to be zero, without a row.
func (m *Machine) ZeroForm(label string, a ref) {
	if m.Wiring() {
		m.W.Relation.Zero(label, a)
	}
}

// Instance adds a copy of a use.
func (m *Machine) Instance(use int, inputs ...ref) {
	m.Copies[use]++
	if m.Wiring() {
		m.W.Relation.Copy(m.Uses[use], inputs...)
	}
}

// CopyOf adds a copy of a use whose inputs a gadget names.
func (m *Machine) CopyOf(use int, c interface{ Append([]ref) []ref }) {
	if !m.Wiring() {
		m.Instance(use)
		return
	}
	m.inputs = c.Append(m.inputs[:0])
	m.Instance(use, m.inputs...)
}

// publish makes an element known to the verifier. value is asked only of the
// prover, in the wiring pass.
func (m *Machine) publish(value func() elem) elem {
	at := m.Published
	m.Published += field.Size()
	if !m.Wiring() {
		return elem{}
	}
	if m.W.Proving {
		v := value()
		m.W.Published = field.Append(m.W.Published, v)
		return v
	}
	v, err := field.Decode(m.W.Published[at:])
	if err != nil && m.W.Err == nil {
		m.W.Err = fmt.Errorf("published value: %w", err)
	}
	return v
}

// PublishBytes is publish for a byte string of fixed length.
func (m *Machine) PublishBytes(n int, value func() []byte) []byte {
	at := m.Published
	m.Published += n
	if !m.Wiring() {
		return make([]byte, n)
	}
	if m.W.Proving {
		m.W.Published = append(m.W.Published, value()...)
	}
	return m.W.Published[at:m.Published]
}

// Masked publishes a value under a fresh additive mask and returns the form of
// the value: public + mask. The caller constrains the form.
func (m *Machine) Masked(value func() elem) ref {
	mu := m.Mask()
	y := m.publish(func() elem { return field.Add(value(), m.Value(mu)) })
	return m.Add(m.Constant(y), mu)
}

// Value is the prover's value of a form.
func (m *Machine) Value(r ref) elem { return m.W.Space.Value(r) }

// Product is the form of a·b, published under a mask and proven by a row.
func (m *Machine) Product(label string, a, b ref) ref {
	p := m.Masked(func() elem { return field.Mul(m.Value(a), m.Value(b)) })
	m.Row(label, a, b, p)
	return p
}

// nonzero proves that a form is not zero: ρ·a is published, with ρ fresh,
// uniform and not zero, so it tells nothing but that.
func (m *Machine) nonzero(label string, a ref) {
	rho, _ := m.FactorMask()
	y := m.PublishNonzero(func() elem { return field.Mul(m.Value(rho), m.Value(a)) })
	m.Row(label, rho, a, m.Constant(y))
}

// PublishNonzero publishes a value that must not be zero.
func (m *Machine) PublishNonzero(value func() elem) elem {
	y := m.publish(value)
	if m.Wiring() && y == (elem{}) && m.W.Err == nil {
		m.W.Err = ErrZero
		if m.W.Proving {
			m.W.Err = libzk.ErrChallenge
		}
	}
	return y
}

// Alpha is the argument of fingerprints, a challenge. Like Theta and Space it is there in
// the wiring pass only.
func (m *Machine) Alpha() elem { return m.W.alpha }

// Theta is the weight of conditions that share a row, a challenge.
func (m *Machine) Theta() elem { return m.W.theta }

// Space has the forms.
func (m *Machine) Space() *affine.Space[elem] { return m.W.Space }

// Fail notes in the wiring pass that what is published cannot be; the first such error counts.
func (m *Machine) Fail(err error) {
	if m.W.Err == nil {
		m.W.Err = err
	}
}

// UniformBytes are fresh uniform bytes in the filling pass, nil in others.
func (m *Machine) UniformBytes(n int) []byte {
	if !m.Fill || m.Err != nil {
		return nil
	}
	b := make([]byte, n)
	_, m.Err = io.ReadFull(m.Random, b)
	return b
}

// Draw draws the statement's challenges.
func (w *Wiring) Draw(t *transcript.Transcript) {
	w.alpha = transcript.Challenge(t, field)
	w.theta = transcript.Challenge(t, field)
}
