package libzk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/ligero"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// ErrProof means that a proof is malformed or does not hold.
var ErrProof = errors.New("proof refused")

// statementHash is the constant that the draft writes before the commitment's
// challenges; everything it could stand for is in the transcript already.
var statementHash = [32]byte{0xde, 0xad, 0xbe, 0xef}

const nonceSize = 32

// Draft is the proof system of draft-google-cfrg-libzk exactly as specified: one
// circuit, one copy, one field. It is here for interoperation and is held to the
// vectors of the reference implementation; the zkVM uses System.
//
// A Draft is immutable and safe for concurrent use.
type Draft[E comparable] struct {
	file *circuit.File[E]
	g    ligero.Geometry
}

// NewDraft fixes the circuit and the parameters: the inverse rate, the number of
// opened columns and the code word length.
func NewDraft[E comparable](file *circuit.File[E], inverseRate, queries, encoded int) (*Draft[E], error) {
	c := file.Circuit
	witness := c.Inputs() - file.Public + sumcheck.Pads(c, 1, false)
	g, err := ligero.NewGeometry(witness, len(c.Layers), inverseRate, queries, encoded)
	if err != nil {
		return nil, err
	}
	return &Draft[E]{file, g}, nil
}

func (d *Draft[E]) quads() []ligero.Quad {
	at := d.file.Circuit.Inputs() - d.file.Public
	var qs []ligero.Quad
	for _, p := range sumcheck.PadProducts(d.file.Circuit, 1) {
		qs = append(qs, ligero.Quad{X: at + p.X, Y: at + p.Y, Z: at + p.Z})
	}
	return qs
}

func (d *Draft[E]) begin(label string, root merkle.DraftDigest, public []E) *transcript.Transcript {
	c := d.file.Circuit
	var zero E
	t := transcript.New([]byte(label))
	t.WriteBytes(root[:])
	t.WriteBytes(c.ID[:])
	for _, e := range public {
		transcript.WriteElem(t, c.Field, e)
	}
	transcript.WriteElem(t, c.Field, zero)
	t.WriteZeros(c.Terms())
	return t
}

// combine adds up the linear constraints with the commitment's challenges.
func (d *Draft[E]) combine(claims *sumcheck.Claims[E], public []E, alpha []E) (constant E, coefficients []E) {
	f, base := d.file.Circuit.Field, d.file.Circuit.Inputs()-d.file.Public
	coefficients = make([]E, d.g.Witness)
	add := func(a E, c *sumcheck.Constraint[E]) {
		constant = f.Add(constant, f.Mul(a, c.Constant))
		for _, t := range c.Terms {
			coefficients[base+t.Pad] = f.Add(coefficients[base+t.Pad], f.Mul(a, t.K))
		}
	}
	for i := range claims.Layers {
		add(alpha[i], &claims.Layers[i])
	}
	a := alpha[len(claims.Layers)]
	in := &claims.Input
	add(a, &in.Constraint)
	a = f.Mul(a, in.Copy[0])
	constant = f.Add(constant, f.Mul(a, f.Dot(in.Wire[:len(public)], public)))
	f.Axpy(coefficients[:base], a, in.Wire[len(public):])
	return constant, coefficients
}

// Prove makes a proof that the circuit evaluates to zero on inputs, of which the
// first are public. rng must be crypto/rand.Reader, except to reproduce vectors.
// It returns a *circuit.Violation if the inputs do not satisfy the circuit.
func (d *Draft[E]) Prove(label string, inputs []E, rng io.Reader) ([]byte, error) {
	c, f := d.file.Circuit, d.file.Circuit.Field
	if len(inputs) != c.Inputs() {
		return nil, fmt.Errorf("%d inputs, the circuit has %d", len(inputs), c.Inputs())
	}
	public := inputs[:d.file.Public]
	wires, err := c.Evaluate(append([]E(nil), inputs...), 1)
	if err != nil {
		return nil, err
	}
	pads, err := samplePads(f, c, rng)
	if err != nil {
		return nil, err
	}
	witness := append(append([]E(nil), inputs[d.file.Public:]...), pads...)
	tableau, err := ligero.Commit(f, d.g, witness, max(0, d.file.Subfield-d.file.Public), d.quads(), rng)
	if err != nil {
		return nil, err
	}
	nonces := make([]byte, d.g.Columns()*nonceSize)
	if _, err := io.ReadFull(rng, nonces); err != nil {
		return nil, fmt.Errorf("drawing nonces: %w", err)
	}
	leaves := make([]merkle.DraftDigest, d.g.Columns())
	full := func(int) bool { return false } // leaves hash full elements
	buf := [][]byte{nil}
	for i := range leaves {
		buf[0] = append(buf[0][:0], nonces[i*nonceSize:(i+1)*nonceSize]...)
		tableau.AppendColumns(buf, i, full)
		leaves[i] = sha256.Sum256(buf[0])
	}
	tree := merkle.New(leaves)

	t := d.begin(label, tree.Root(), public)
	sc, err := sumcheck.Prove(t, c, wires, pads, false)
	if err != nil {
		return nil, err
	}
	claims, err := sc.Claims(c, 1, false)
	if err != nil {
		return nil, err
	}
	t.WriteBytes(statementHash[:])
	ch := ligero.Draw(t, f, d.g, len(claims.Layers)+1)
	_, coefficients := d.combine(claims, public, ch.Linear)
	response := tableau.Respond(coefficients, ch)
	response.Write(t, f)
	columns := t.Choose(d.g.Columns(), d.g.Queries)

	p := draftProof[E]{root: tree.Root(), messages: sc.Messages, response: response, opened: tableau.Open(columns), path: tree.Open(columns)}
	for _, i := range columns {
		p.nonces = append(p.nonces, nonces[i*nonceSize:(i+1)*nonceSize]...)
	}
	return p.append(nil, f), nil
}

// samplePads draws a circuit's pads, completing each triple by the product.
func samplePads[E comparable](f field.Field[E], c *circuit.Circuit[E], rng io.Reader) ([]E, error) {
	pads := make([]E, sumcheck.Pads(c, 1, false))
	products := sumcheck.PadProducts(c, 1)
	next := 0
	for i := range pads {
		if next < len(products) && products[next].Z == i {
			pads[i] = f.Mul(pads[products[next].X], pads[products[next].Y])
			next++
			continue
		}
		var err error
		if pads[i], err = f.Sample(rng); err != nil {
			return nil, fmt.Errorf("drawing pads: %w", err)
		}
	}
	return pads, nil
}

// leaf hashes a nonce and a column.
func (d *Draft[E]) leaf(buf, nonce []byte, column []E) (merkle.DraftDigest, []byte) {
	buf = append(buf[:0], nonce...)
	for _, e := range column {
		buf = d.file.Circuit.Field.Append(buf, e)
	}
	return sha256.Sum256(buf), buf
}

// Verify checks a proof for the given public inputs. A refusal wraps ErrProof.
func (d *Draft[E]) Verify(label string, public []E, proof []byte) error {
	c, f := d.file.Circuit, d.file.Circuit.Field
	if len(public) != d.file.Public {
		return fmt.Errorf("%d public inputs, the circuit has %d", len(public), d.file.Public)
	}
	p, err := d.parse(proof)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	t := d.begin(label, p.root, public)
	claims, err := sumcheck.Replay(t, c, 1, p.messages).Claims(c, 1, false)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	t.WriteBytes(statementHash[:])
	ch := ligero.Draw(t, f, d.g, len(claims.Layers)+1)
	p.response.Write(t, f)
	columns := t.Choose(d.g.Columns(), d.g.Queries)

	leaves := make([]merkle.DraftDigest, len(columns))
	column := make([]E, d.g.Rows())
	var buf []byte
	for i := range columns {
		for r := range column {
			column[r] = p.opened[r*len(columns)+i]
		}
		leaves[i], buf = d.leaf(buf, p.nonces[i*nonceSize:(i+1)*nonceSize], column)
	}
	if err := merkle.Verify(p.root, d.g.Columns(), columns, leaves, p.path); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	constant, coefficients := d.combine(claims, public, ch.Linear)
	if err := ligero.Verify(f, d.g, d.quads(), constant, coefficients, ch, p.response, columns, p.opened); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

// draftProof is the draft's proof, in the order of its serialization.
type draftProof[E comparable] struct {
	root     merkle.DraftDigest
	messages sumcheck.Messages[E]
	response *ligero.Response[E]
	nonces   []byte
	opened   []E
	path     []merkle.DraftDigest
}

func (p *draftProof[E]) append(b []byte, f field.Field[E]) []byte {
	b = append(b, p.root[:]...)
	for _, l := range p.messages {
		for i := 0; i < len(l.Rounds); i += 2 {
			left, right := l.Rounds[i], l.Rounds[i+1]
			for _, e := range []E{left[0], right[0], left[1], right[1]} {
				b = f.Append(b, e)
			}
		}
		b = f.Append(f.Append(b, l.Claims[0]), l.Claims[1])
	}
	for _, part := range p.response.Parts() {
		for _, e := range part {
			b = f.Append(b, e)
		}
	}
	b = append(b, p.nonces...)
	// Runs of full and subfield elements alternate, full first; each has its length.
	sub := false
	for i := 0; i < len(p.opened); sub = !sub {
		n := i
		for n < len(p.opened) && f.InSubfield(p.opened[n]) == sub {
			n++
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n-i))
		for ; i < n; i++ {
			if sub {
				b = f.AppendSubfield(b, p.opened[i])
			} else {
				b = f.Append(b, p.opened[i])
			}
		}
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.path)))
	for _, d := range p.path {
		b = append(b, d[:]...)
	}
	return b
}

// parse reads a proof. All lengths follow from the circuit and the parameters;
// an encoding other than the one that append writes is refused.
func (d *Draft[E]) parse(data []byte) (*draftProof[E], error) {
	c, f := d.file.Circuit, d.file.Circuit.Field
	r := &reader[E]{f: f, b: data}
	p := &draftProof[E]{messages: sumcheck.NewMessages(c, 1), response: ligero.NewResponse[E](d.g)}
	copy(p.root[:], r.bytes(len(p.root)))
	for j := range p.messages {
		l := &p.messages[j]
		for i := 0; i < len(l.Rounds); i += 2 {
			for _, e := range []*E{&l.Rounds[i][0], &l.Rounds[i+1][0], &l.Rounds[i][1], &l.Rounds[i+1][1]} {
				*e = r.elem()
			}
		}
		l.Claims = [2]E{r.elem(), r.elem()}
	}
	for _, part := range p.response.Parts() {
		for i := range part {
			part[i] = r.elem()
		}
	}
	p.nonces = r.bytes(d.g.Queries * nonceSize)
	want := d.g.Rows() * d.g.Queries
	for sub := false; len(p.opened) < want && r.err == nil; sub = !sub {
		n := int(r.uint32())
		if n > want-len(p.opened) || n == 0 && (sub || len(p.opened) > 0) {
			return nil, fmt.Errorf("run of %d elements, %d left", n, want-len(p.opened))
		}
		for range n {
			e := r.subfield
			if !sub {
				e = r.elem
			}
			p.opened = append(p.opened, e())
		}
	}
	n := int(r.uint32())
	if r.err == nil && len(r.b) != n*len(merkle.DraftDigest{}) {
		return nil, fmt.Errorf("%d bytes for a path of %d", len(r.b), n)
	}
	if r.err != nil {
		return nil, r.err
	}
	for range n {
		p.path = append(p.path, merkle.DraftDigest(r.bytes(len(merkle.DraftDigest{}))))
	}
	if r.err == nil && !bytes.Equal(p.append(nil, f), data) {
		return nil, errors.New("encoding is not canonical")
	}
	return p, r.err
}
