package circuit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// ErrFormat means that bytes are not an LFC2 circuit.
var ErrFormat = errors.New("not an LFC2 circuit")

// maxFileTerms bounds the terms of a file, whose tables are expanded, and its
// wires, all layers together.
const maxFileTerms = 1 << 24

// fieldIDs are the draft's numbers of the fields.
var fieldIDs = map[string]int{"p256": 1, "gf2_128": 4}

// File is a circuit in the LFC2 format with what the format says of its inputs.
// Public inputs come first.
type File[E comparable] struct {
	Circuit  *Circuit[E]
	Public   int // number of public inputs
	Subfield int // the first Subfield inputs lie in the subfield
}

// ReadLFC2 reads a circuit for field f. Besides the format it checks that the
// file is for f, that indices are in range, that a layer has at most one
// assertion for an output wire and no other term for it, that nothing follows,
// and that the identifier is the one that the contents give. A circuit has at
// most 2^24 terms and 2^24 wires; a small file can describe a circuit that large,
// which takes about half a gigabyte.
func ReadLFC2[E comparable](f field.Field[E], data []byte) (*File[E], error) {
	r := &lfc2Reader{b: data}
	if !bytes.HasPrefix(data, []byte("LFC2")) {
		return nil, fmt.Errorf("%w: wrong magic", ErrFormat)
	}
	r.b = r.b[4:]
	fieldID := r.uint(1 << 8)
	if id, ok := fieldIDs[f.Name()]; !ok || id != fieldID {
		return nil, fmt.Errorf("%w: field %d, not %s", ErrFormat, fieldID, f.Name())
	}
	outputs := r.uint(maxFileTerms)
	if copies := r.uint(1); r.err == nil && copies != 1 {
		return nil, fmt.Errorf("%w: %d copies, not 1", ErrFormat, copies)
	}
	public, subfield := r.uint(maxFileTerms), r.uint(maxFileTerms)
	inputs, layers := r.uint(maxFileTerms), r.uint(1<<16)
	c := &Circuit[E]{Field: f, Name: "lfc2"}
	for range r.uint(maxFileTerms) {
		if len(r.b) < f.Size() {
			return nil, fmt.Errorf("%w: truncated", ErrFormat)
		}
		k, err := f.Decode(r.b)
		if err != nil {
			return nil, fmt.Errorf("%w: constant: %w", ErrFormat, err)
		}
		r.b = r.b[f.Size():]
		c.Constants = append(c.Constants, k)
	}
	terms, wires := 0, outputs
	for range layers {
		l, err := r.layer(len(c.Constants), &terms)
		if err != nil {
			return nil, err
		}
		if wires += l.Inputs; l.Inputs == 0 || wires > maxFileTerms {
			return nil, fmt.Errorf("%w: layer %d: no wires, or more than %d so far", ErrFormat, len(c.Layers), maxFileTerms)
		}
		c.Layers = append(c.Layers, l)
	}
	if r.err != nil {
		return nil, r.err
	}
	if len(c.Layers) == 0 || len(r.b) != sha256.Size {
		return nil, fmt.Errorf("%w: %d layers, %d bytes for the identifier", ErrFormat, len(c.Layers), len(r.b))
	}
	copy(c.ID[:], r.b)
	for i := range c.Layers {
		c.Layers[i].Outputs = outputs
		if i > 0 {
			c.Layers[i].Outputs = c.Layers[i-1].Inputs
		}
	}
	if c.Inputs() != inputs || public > inputs || subfield > inputs {
		return nil, fmt.Errorf("%w: %d inputs, %d public, %d in the subfield", ErrFormat, inputs, public, subfield)
	}
	if c.lfc2ID(fieldID, outputs, public, subfield) != c.ID {
		return nil, fmt.Errorf("%w: identifier does not match the contents", ErrFormat)
	}
	if err := c.markAssertions(); err != nil {
		return nil, err
	}
	return &File[E]{c, public, subfield}, nil
}

// markAssertions turns the format's terms with constant zero into assertions,
// checks the indices and sorts.
func (c *Circuit[E]) markAssertions() error {
	var zero E
	one := uint32(len(c.Constants))
	c.Constants = append(c.Constants, c.Field.One())
	for i := range c.Layers {
		l := &c.Layers[i]
		asserted, computed := make([]bool, l.Outputs), make([]bool, l.Outputs)
		for k := range l.Terms {
			t := &l.Terms[k]
			if int(t.G) >= l.Outputs || int(t.L) >= l.Inputs || int(t.R) >= l.Inputs {
				return fmt.Errorf("%w: layer %d: wire index out of range", ErrFormat, i)
			}
			if c.Constants[t.K] == zero {
				if asserted[t.G] {
					return fmt.Errorf("%w: layer %d: two assertions for output %d", ErrFormat, i, t.G)
				}
				asserted[t.G] = true
				t.Assert, t.K = true, one
			} else {
				computed[t.G] = true
			}
		}
		for g := range asserted {
			if asserted[g] && computed[g] {
				return fmt.Errorf("%w: layer %d: output %d is both computed and asserted", ErrFormat, i, g)
			}
		}
		sortTerms(l.Terms)
	}
	return nil
}

// lfc2ID is the draft's circuit identifier: a hash of the unpacked circuit.
func (c *Circuit[E]) lfc2ID(fieldID, outputs, public, subfield int) [32]byte {
	var buf []byte
	u := func(vs ...int) {
		for _, v := range vs {
			buf = binary.LittleEndian.AppendUint64(buf, uint64(v))
		}
	}
	switch fieldID {
	case 0, 2, 4: // binary fields, by their size in bits
		u(2, 8*c.Field.Size())
	default:
		u(1)
		buf = c.Field.Append(buf, c.Field.Neg(c.Field.One()))
	}
	u(outputs, LogWidth(outputs), 1, 0, len(c.Layers), c.Inputs(), public, subfield)
	h := sha256.New()
	for i := range c.Layers {
		l := &c.Layers[i]
		u(l.Inputs, LogWidth(l.Inputs), len(l.Terms))
		for _, t := range l.Terms {
			u(int(t.G), int(t.L), int(t.R))
			buf = c.Field.Append(buf, c.Constants[t.K])
			if len(buf) > 1<<14 {
				h.Write(buf)
				buf = buf[:0]
			}
		}
	}
	h.Write(buf)
	return [32]byte(h.Sum(nil))
}

type lfc2Reader struct {
	b   []byte
	err error
}

// uint reads a ULEB128 number of at most limit. After an error it returns 0.
func (r *lfc2Reader) uint(limit uint64) int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > limit {
		if r.err == nil {
			r.err = fmt.Errorf("%w: number missing or above %d", ErrFormat, limit)
		}
		r.b = nil
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

// list reads the length of a list whose entries take at least size bytes each.
func (r *lfc2Reader) list(size int) int { return r.uint(uint64(len(r.b) / size)) }

// layer reads the three tables of a layer: differences between terms, segments
// of differences, and the sequence of segments.
func (r *lfc2Reader) layer(constants int, total *int) (Layer, error) {
	var l Layer
	logWidth := r.uint(32)
	l.Inputs = r.uint(maxFileTerms)
	if LogWidth(l.Inputs) != logWidth {
		return l, fmt.Errorf("%w: layer of %d wires with logarithm %d", ErrFormat, l.Inputs, logWidth)
	}
	type delta struct{ g, l, r, k int }
	deltas := make([]delta, r.list(4))
	signed := func() int {
		v := r.uint(1 << 40)
		return int(v>>1) ^ -(v & 1)
	}
	for i := range deltas {
		deltas[i] = delta{signed(), signed(), signed(), r.uint(maxFileTerms)}
		if r.err == nil && deltas[i].k >= constants {
			return l, fmt.Errorf("%w: constant index out of range", ErrFormat)
		}
	}
	segments := make([][]int, r.list(1))
	for i := range segments {
		segments[i] = make([]int, r.list(1))
		for k := range segments[i] {
			if segments[i][k] = r.uint(maxFileTerms); r.err == nil && segments[i][k] >= len(deltas) {
				return l, fmt.Errorf("%w: difference index out of range", ErrFormat)
			}
		}
	}
	sequence, terms := make([]int, r.list(1)), 0
	for i := range sequence {
		s := r.uint(maxFileTerms)
		if r.err != nil {
			return l, r.err
		}
		if s >= len(segments) {
			return l, fmt.Errorf("%w: segment index out of range", ErrFormat)
		}
		sequence[i] = s
		if terms += len(segments[s]); *total+terms > maxFileTerms {
			return l, fmt.Errorf("%w: more than %d terms", ErrFormat, maxFileTerms)
		}
	}
	*total += terms
	l.Terms = make([]Term, 0, terms)
	var at delta
	for _, s := range sequence {
		for _, i := range segments[s] {
			d := deltas[i]
			at = delta{at.g + d.g, at.l + d.l, at.r + d.r, d.k}
			if at.g < 0 || at.l < 0 || at.r < 0 || max(at.g, at.l, at.r) > maxFileTerms {
				return l, fmt.Errorf("%w: wire index out of range", ErrFormat)
			}
			l.Terms = append(l.Terms, Term{G: uint32(at.g), L: uint32(at.l), R: uint32(at.r), K: uint32(at.k)})
		}
	}
	return l, r.err
}
