package circuit

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// ErrCompact means that bytes are not a circuit in compact form.
var ErrCompact = errors.New("not a compact circuit")

// maxCompact bounds the uncompressed size of a compact circuit.
const maxCompact = 1 << 26

// AppendCompact appends the circuit in a form that is read many times faster than a circuit is
// compiled, for circuits that are part of a program: the identifier, a length, then, compressed, everything that
// Build makes. The terms of a layer stand in columns, as differences.
func (c *Circuit[E]) AppendCompact(dst []byte) []byte {
	w := &compactWriter{}
	w.string(c.Name)
	w.flag(c.OneWire)
	w.uint(len(c.Constants))
	for _, k := range c.Constants {
		w.b = c.Field.Append(w.b, k)
	}
	w.uint(len(c.Layers))
	for j := range c.Layers {
		l := &c.Layers[j]
		w.uint(l.Outputs)
		w.uint(l.Inputs)
		w.uint(len(l.Terms))
		for _, column := range compactColumns {
			last := int64(0)
			for i := range l.Terms {
				v := column.get(&l.Terms[i])
				w.b = binary.AppendVarint(w.b, v-last)
				if column.differences {
					last = v
				}
			}
		}
		var labels []string
		if j < len(c.labels) {
			labels = c.labels[j]
		}
		w.uint(len(labels))
		for _, s := range labels {
			w.string(s)
		}
	}
	var packed bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = z.Write(w.b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic("circuit: compressing into memory: " + err.Error())
	}
	dst = binary.LittleEndian.AppendUint32(append(dst, c.ID[:]...), uint32(len(w.b)))
	return append(dst, packed.Bytes()...)
}

// compactColumns are the columns of a layer's terms. Which terms assert is next to the output, as both
// change seldom.
var compactColumns = [...]struct {
	differences bool
	get         func(*Term) int64
	set         func(*Term, int64)
}{
	{true, func(t *Term) int64 {
		if t.Assert {
			return int64(t.G)<<1 | 1
		}
		return int64(t.G) << 1
	}, func(t *Term, v int64) { t.G, t.Assert = uint32(v>>1), v&1 == 1 }},
	{true, func(t *Term) int64 { return int64(t.L) }, func(t *Term, v int64) { t.L = uint32(v) }},
	{true, func(t *Term) int64 { return int64(t.R) }, func(t *Term, v int64) { t.R = uint32(v) }},
	{false, func(t *Term) int64 { return int64(t.K) }, func(t *Term, v int64) { t.K = uint32(v) }},
}

// ReadCompact reads a circuit that AppendCompact wrote, for the same field. It checks that every index
// is in range and that the contents have the identifier. The identifier itself the caller trusts,
// as it does the program that the circuit is part of.
func ReadCompact[E comparable](f field.Field[E], data []byte) (*Circuit[E], error) {
	c := &Circuit[E]{Field: f}
	var id [32]byte
	if len(data) < len(id)+4 {
		return nil, fmt.Errorf("%w: %d bytes", ErrCompact, len(data))
	}
	data = data[copy(id[:], data):]
	size := binary.LittleEndian.Uint32(data)
	if size > maxCompact {
		return nil, fmt.Errorf("%w: %d bytes of contents, at most %d", ErrCompact, size, maxCompact)
	}
	r := &compactReader{b: make([]byte, size)}
	if _, err := io.ReadFull(flate.NewReader(bytes.NewReader(data[4:])), r.b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCompact, err)
	}
	c.Name = r.string()
	c.OneWire = r.uint(1) == 1
	for range r.uint(r.left() / f.Size()) {
		k, err := f.Decode(r.bytes(f.Size()))
		if err != nil {
			return nil, fmt.Errorf("%w: constant: %w", ErrCompact, err)
		}
		c.Constants = append(c.Constants, k)
	}
	c.Layers = make([]Layer, r.uint(r.left()))
	c.labels = make([][]string, len(c.Layers))
	for j := range c.Layers {
		l := &c.Layers[j]
		l.Outputs, l.Inputs = r.uint(maxFileTerms), r.uint(maxFileTerms)
		l.Terms = make([]Term, r.uint(r.left()/len(compactColumns)))
		limits := [...]int64{2 * int64(l.Outputs), int64(l.Inputs), int64(l.Inputs), int64(len(c.Constants))}
		for i, column := range compactColumns {
			last := int64(0)
			for t := range l.Terms {
				v := last + r.int()
				if v < 0 || v >= limits[i] {
					return nil, fmt.Errorf("%w: layer %d, term %d: %d of %d", ErrCompact, j, t, v, limits[i])
				}
				column.set(&l.Terms[t], v)
				if column.differences {
					last = v
				}
			}
		}
		if n := r.uint(l.Outputs); n > 0 {
			c.labels[j] = make([]string, n)
			for g := range c.labels[j] {
				c.labels[j][g] = r.string()
			}
		}
	}
	switch {
	case r.bad:
		return nil, fmt.Errorf("%w: truncated", ErrCompact)
	case r.left() > 0 || len(c.Layers) == 0:
		return nil, fmt.Errorf("%w: %d layers and %d bytes more", ErrCompact, len(c.Layers), r.left())
	}
	for j := 1; j < len(c.Layers); j++ {
		if c.Layers[j-1].Inputs != c.Layers[j].Outputs {
			return nil, fmt.Errorf("%w: layer %d reads %d wires of %d", ErrCompact, j-1, c.Layers[j-1].Inputs, c.Layers[j].Outputs)
		}
	}
	if c.identify(); c.ID != id {
		return nil, fmt.Errorf("%w: identifier %x, its contents have %x", ErrCompact, id[:8], c.ID[:8])
	}
	return c, nil
}

type compactWriter struct{ b []byte }

func (w *compactWriter) uint(v int) { w.b = binary.AppendUvarint(w.b, uint64(v)) }

func (w *compactWriter) flag(v bool) {
	if v {
		w.uint(1)
	} else {
		w.uint(0)
	}
}

func (w *compactWriter) string(s string) {
	w.uint(len(s))
	w.b = append(w.b, s...)
}

// compactReader reads zeros from the first mistake on.
type compactReader struct {
	b   []byte
	at  int
	bad bool
}

func (r *compactReader) left() int { return len(r.b) - r.at }

func (r *compactReader) fail() { r.at, r.bad = len(r.b), true }

func (r *compactReader) uint(limit int) int {
	v, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 || v > uint64(max(limit, 0)) {
		r.fail()
		return 0
	}
	r.at += n
	return int(v)
}

func (r *compactReader) int() int64 {
	if r.at < len(r.b) && r.b[r.at] < 0x80 { // most are short
		v := int64(r.b[r.at])
		r.at++
		return v>>1 ^ -(v & 1)
	}
	v, n := binary.Varint(r.b[r.at:])
	if n <= 0 {
		r.fail()
		return 0
	}
	r.at += n
	return v
}

func (r *compactReader) bytes(n int) []byte {
	if r.left() < n {
		r.fail()
		return make([]byte, n)
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

func (r *compactReader) string() string { return string(r.bytes(r.uint(r.left()))) }
