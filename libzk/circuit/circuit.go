// Package circuit holds layered arithmetic circuits: their form, a builder that
// makes them from expressions, their evaluation over several copies, and the
// LFC2 file format of draft-google-cfrg-libzk.
//
// A circuit is a list of layers of quadratic terms. Layer 0 makes the outputs,
// which all must be zero; the last layer reads the inputs. Assertions inside
// the circuit are terms marked Assert: their sum for each index G must be zero.
// A circuit describes one copy; the proof system runs it for N copies at once.
package circuit

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Term is K·V[L]·V[R], added to output wire G of its layer or, if Assert is set,
// to the G-th assertion of the layer.
type Term struct {
	G, L, R uint32
	K       uint32 // index into Circuit.Constants
	Assert  bool
}

// Layer maps Inputs wires to Outputs wires. Assertion indices lie below Outputs
// too.
type Layer struct {
	Outputs int
	Inputs  int
	Terms   []Term
}

// Circuit is an immutable layered circuit. It is safe for concurrent use.
type Circuit[E comparable] struct {
	Field     field.Field[E]
	Name      string
	Layers    []Layer
	Constants []E
	// OneWire says that wire 0 of every layer carries the constant one.
	OneWire bool
	// ID identifies the circuit: a hash of everything that the proof depends on.
	ID [32]byte

	labels [][]string // labels[layer][g]

	planOnce   sync.Once
	plan       any
	groupsOnce sync.Once
	groupsOf   [][]group
}

// Inputs is the number of input wires of one copy.
func (c *Circuit[E]) Inputs() int { return c.Layers[len(c.Layers)-1].Inputs }

// Outputs is the number of output wires of one copy.
func (c *Circuit[E]) Outputs() int { return c.Layers[0].Outputs }

// Terms is the number of terms of one copy.
func (c *Circuit[E]) Terms() int {
	n := 0
	for i := range c.Layers {
		n += len(c.Layers[i].Terms)
	}
	return n
}

// Plan returns what make builds for this circuit, calling it once: derived data
// of the prover or verifier that lives as long as the circuit.
func (c *Circuit[E]) Plan(make func() any) any {
	c.planOnce.Do(func() { c.plan = make() })
	return c.plan
}

// Label names the assertion or output g of a layer, or is empty.
func (c *Circuit[E]) Label(layer, g int) string {
	if layer < len(c.labels) && g < len(c.labels[layer]) {
		return c.labels[layer][g]
	}
	return ""
}

// LogWidth is ceil(log2 n), 0 for n <= 1.
func LogWidth(n int) int {
	if n <= 1 {
		return 0
	}
	return bits.Len(uint(n - 1))
}

// identify hashes the field, the shape and every term.
func (c *Circuit[E]) identify() {
	h := sha256.New()
	var buf []byte
	u := func(v uint64) { buf = binary.LittleEndian.AppendUint64(buf, v) }
	buf = append(buf, "zkpass layered circuit 1\x00"...)
	u(uint64(len(c.Field.Name())))
	buf = append(buf, c.Field.Name()...)
	u(uint64(len(c.Layers)))
	u(uint64(len(c.Constants)))
	for _, k := range c.Constants {
		buf = c.Field.Append(buf, k)
	}
	for i := range c.Layers {
		l := &c.Layers[i]
		u(uint64(l.Outputs))
		u(uint64(l.Inputs))
		u(uint64(len(l.Terms)))
		for _, t := range l.Terms {
			k := t.K << 1
			if t.Assert {
				k |= 1
			}
			for _, v := range [...]uint32{t.G, t.L, t.R, k} {
				buf = binary.LittleEndian.AppendUint32(buf, v)
			}
			if len(buf) > 1<<14 {
				h.Write(buf)
				buf = buf[:0]
			}
		}
	}
	h.Write(buf)
	h.Sum(c.ID[:0])
}
