package zkvm

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

// machine walks the statement's gadgets. It does so twice, in the same order, so
// that each gadget is written once:
//
// The laying-out pass, before the commitment, allocates the secrets and counts
// rows, copies and published values. The prover's fills the secrets in on the
// way. References are meaningless in this pass.
//
// The wiring pass, after the challenges, makes the relation.
type machine struct {
	// secrets: in the witness all bits come first, then all symbols, then full elements
	bits, symbols, full int
	// laying out
	fill         bool
	bitValues    []bool
	symbolValues []elem
	fullValues   []elem
	random       io.Reader
	err          error // of random
	// lie, which only tests set, replaces the value of a flag that is committed
	// before anything is computed from it: a prover whose lies have consequences.
	lie       func(v bool) bool
	declares  func(values int) // which only tests set too: each call of risk
	rows      int
	chunk     int   // factors of a copy of products, J in docs/protocol.md
	copies    []int // of each use
	worst     int   // see risk
	joined    int   // see joins
	published int   // bytes
	linear    int
	forms     int // what the wiring pass will add to its space, roughly
	terms     int // of these
	// wiring
	w      *wiring
	uses   []int // index of each use in the shape
	inputs []ref // of the copy that is added
}

// newMachine is a machine for a statement about so many documents.
func newMachine(documents int) *machine {
	return &machine{copies: make([]int, circuits.Dots+documents), chunk: circuits.Chunks[0]}
}

// wiring is the state of the second pass.
type wiring struct {
	relation  *libzk.Relation[elem]
	space     *affine.Space[elem]
	bits      int  // of the shape
	symbols   int  // of the shape
	alpha     elem // argument of fingerprints
	theta     elem // weight of conditions that share a row
	proving   bool
	published []byte // written by the prover, read by the verifier
	err       error
}

// errZero means that a published product is zero: for the verifier a refusal,
// for the prover a reason to start again.
var errZero = errors.New("a published product is zero")

func (m *machine) wiring() bool { return m.w != nil }

// bit commits a bit. The commitment has no room for anything else in its place.
func (m *machine) bit(v bool) ref {
	m.bits++
	if m.wiring() {
		return m.w.space.W(m.bits - 1)
	}
	if m.fill {
		m.bitValues = append(m.bitValues, v)
	}
	return 0
}

// derived commits a bit that a row determines.
func (m *machine) derived(v bool) ref { return m.bit(v) }

// symbol commits an element of GF(2^16), and nothing else fits in its place. What
// it may be of these another constraint ensures.
func (m *machine) symbol(v elem) ref {
	m.symbols++
	if m.wiring() {
		return m.w.space.W(m.w.bits + m.symbols - 1)
	}
	if m.fill {
		m.symbolValues = append(m.symbolValues, v)
	}
	return 0
}

func bitElem(v bool) elem {
	if v {
		return one
	}
	return elem{}
}

// element commits an element of the whole field.
func (m *machine) element(v elem) ref {
	m.full++
	if m.wiring() {
		return m.w.space.W(m.w.bits + m.w.symbols + m.full - 1)
	}
	if m.fill {
		m.fullValues = append(m.fullValues, v)
	}
	return 0
}

// mask commits a fresh uniform element, used once to hide a published value.
func (m *machine) mask() ref {
	var v elem
	if m.fill && m.err == nil {
		v, m.err = field.Sample(m.random)
	}
	return m.element(v)
}

// secrets are the values laid out, in the order of the witness.
func (m *machine) secrets() []elem { return m.appendSecrets(nil) }

// appendSecrets appends the secrets.
func (m *machine) appendSecrets(all []elem) []elem {
	first := len(all)
	all = slices.Grow(all, len(m.bitValues))[:first+len(m.bitValues)]
	for i, v := range m.bitValues {
		all[first+i] = bitElem(v)
	}
	return append(append(all, m.symbolValues...), m.fullValues...)
}

// factorMask commits a fresh uniform element that is not zero, and returns it to
// the filling pass.
func (m *machine) factorMask() (ref, elem) {
	var v elem
	for m.fill && m.err == nil && v == (elem{}) {
		v, m.err = field.Sample(m.random)
	}
	return m.element(v), v
}

// The forms below are meaningless before wiring. Laying out counts them, so that wiring has
// room for all from the start.

func (m *machine) counted(terms int) ref {
	m.count(1, terms)
	return 0
}

// count counts several forms, with so many terms each.
func (m *machine) count(forms, terms int) {
	m.forms += forms
	m.terms += forms * terms
}

func (m *machine) zero() ref { return m.public(false) }
func (m *machine) one() ref  { return m.public(true) }

func (m *machine) public(b bool) ref {
	if !m.wiring() {
		return 0
	}
	return m.w.space.Bit(b)
}

func (m *machine) constant(e elem) ref {
	if !m.wiring() {
		return m.counted(0)
	}
	return m.w.space.Const(e)
}

func (m *machine) add(refs ...ref) ref {
	if !m.wiring() {
		return m.counted(len(refs))
	}
	return m.w.space.Add(refs...)
}

// not is 1 + a.
func (m *machine) not(a ref) ref {
	if !m.wiring() {
		return m.counted(1)
	}
	return m.w.space.Not(a)
}

func (m *machine) scale(k elem, a ref) ref {
	if !m.wiring() {
		return m.counted(1)
	}
	return m.w.space.Scale(k, a)
}

func (m *machine) sum(terms ...term) ref {
	if !m.wiring() {
		return m.counted(len(terms))
	}
	return m.w.space.Sum(terms...)
}

// pack is Σ bits[k]·x^k.
func (m *machine) pack(bits []ref) ref {
	if !m.wiring() {
		return m.counted(len(bits))
	}
	terms := make([]term, len(bits))
	for k, b := range bits {
		terms[k] = term{K: powerOfX(k), Ref: b}
	}
	return m.w.space.Sum(terms...)
}

// powerOfX is x^k, k < 128.
func powerOfX(k int) elem {
	if k < 64 {
		return elem{Lo: 1 << k}
	}
	return elem{Hi: 1 << (k - 64)}
}

// fingerprint is Σ forms[i]·α^i.
func (m *machine) fingerprint(forms []ref) ref {
	if !m.wiring() {
		return m.counted(len(forms))
	}
	terms := make([]term, len(forms))
	k := one
	for i, f := range forms {
		terms[i] = term{K: k, Ref: f}
		k = field.Mul(k, m.w.alpha)
	}
	return m.w.space.Sum(terms...)
}

// together combines conditions so that one row checks all: their sum weighted
// with powers of θ is zero only if each is, but for an error of (count - 1)/2^128.
func (m *machine) together(conditions ...ref) ref {
	m.joins(len(conditions))
	if !m.wiring() {
		return m.counted(len(conditions))
	}
	terms := make([]term, len(conditions))
	k := one
	for i, c := range conditions {
		terms[i] = term{K: k, Ref: c}
		k = field.Mul(k, m.w.theta)
	}
	return m.w.space.Sum(terms...)
}

// row requires a·b = c.
func (m *machine) row(label string, a, b, c ref) {
	m.rows++
	if m.wiring() {
		m.w.relation.Row(label, a, b, c)
	}
}

// implies requires condition = 0 where the bit g is 1.
func (m *machine) implies(label string, g, condition ref) { m.row(label, g, condition, m.zero()) }

// zeroForm requires a form to be zero, without a row.
func (m *machine) zeroForm(label string, a ref) {
	m.linear++
	if m.wiring() {
		m.w.relation.Zero(label, a)
	}
}

// instance adds a copy of a use.
func (m *machine) instance(use int, inputs ...ref) {
	m.copies[use]++
	if m.wiring() {
		m.w.relation.Copy(m.uses[use], inputs...)
	}
}

// copyOf adds a copy of a use whose inputs a gadget names.
func (m *machine) copyOf(use int, c interface{ Append([]ref) []ref }) {
	if !m.wiring() {
		m.instance(use)
		return
	}
	m.inputs = c.Append(m.inputs[:0])
	m.instance(use, m.inputs...)
}

// publish makes an element known to the verifier. value is asked only of the
// prover, in the wiring pass.
func (m *machine) publish(value func() elem) elem {
	at := m.published
	m.published += field.Size()
	if !m.wiring() {
		return elem{}
	}
	if m.w.proving {
		v := value()
		m.w.published = field.Append(m.w.published, v)
		return v
	}
	v, err := field.Decode(m.w.published[at:])
	if err != nil && m.w.err == nil {
		m.w.err = fmt.Errorf("published value: %w", err)
	}
	return v
}

// publishBytes is publish for a byte string of fixed length.
func (m *machine) publishBytes(n int, value func() []byte) []byte {
	at := m.published
	m.published += n
	if !m.wiring() {
		return make([]byte, n)
	}
	if m.w.proving {
		m.w.published = append(m.w.published, value()...)
	}
	return m.w.published[at:m.published]
}

// masked publishes a value under a fresh additive mask and returns the form of
// the value: public + mask. The caller constrains the form.
func (m *machine) masked(value func() elem) ref {
	mu := m.mask()
	y := m.publish(func() elem { return field.Add(value(), m.value(mu)) })
	return m.add(m.constant(y), mu)
}

// value is the prover's value of a form.
func (m *machine) value(r ref) elem { return m.w.space.Value(r) }

// product is the form of a·b, published under a mask and proven by a row.
func (m *machine) product(label string, a, b ref) ref {
	p := m.masked(func() elem { return field.Mul(m.value(a), m.value(b)) })
	m.row(label, a, b, p)
	return p
}

// nonzero proves that a form is not zero: ρ·a is published, with ρ fresh,
// uniform and not zero, so it tells nothing but that.
func (m *machine) nonzero(label string, a ref) {
	rho, _ := m.factorMask()
	y := m.publishNonzero(func() elem { return field.Mul(m.value(rho), m.value(a)) })
	m.row(label, rho, a, m.constant(y))
}

// publishNonzero publishes a value that must not be zero.
func (m *machine) publishNonzero(value func() elem) elem {
	y := m.publish(value)
	if m.wiring() && y == (elem{}) && m.w.err == nil {
		m.w.err = errZero
		if m.w.proving {
			m.w.err = libzk.ErrChallenge
		}
	}
	return y
}

// draw draws the statement's challenges.
func (w *wiring) draw(t *transcript.Transcript) {
	w.alpha = transcript.Challenge(t, field)
	w.theta = transcript.Challenge(t, field)
}
