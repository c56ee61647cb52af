package libzk

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/ligero"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// Parameters of the profile, see docs/protocol.md.
const (
	profile    = "zkpass libzk-v1"
	queries    = 128 // opened columns
	inverse    = 8   // columns for each message symbol, at least
	leafNonce  = 16  // bytes of randomness in each leaf
	minBits    = 100 // soundness that a system must reach
	gfBits     = 128
	p256Bits   = 256
	maxColumns = 1 << 15
)

// System is the proof system of the zkVM: several circuits and their copies over
// one commitment that covers both fields. It is immutable and safe for
// concurrent use.
//
// It goes beyond the draft in five points, all described in docs/protocol.md:
// circuits run for many copies; all circuits of a field share one witness, with
// public affine forms of it as inputs, and one sumcheck; products of pads are proven by rows
// instead of by Ligero's quadratic test; one Merkle tree and one choice of
// columns serve both fields.
type System struct {
	gf      *part[gf128.Elem]
	p       *part[p256.Elem] // nil if the statement needs none
	gfShape ligero.Geometry
	pShape  ligero.Geometry
}

// NewSystem lays out a system for the given shapes; p may be nil. It refuses
// shapes for which the proof would have less than 100 bits of soundness.
func NewSystem(gf *Shape[gf128.Elem], p *Shape[p256.Elem]) (*System, error) {
	s := &System{}
	var err error
	if s.gf, err = newPart(*gf); err != nil {
		return nil, fmt.Errorf("laying out GF(2^128): %w", err)
	}
	if p != nil {
		if s.p, err = newPart(*p); err != nil {
			return nil, fmt.Errorf("laying out the P-256 field: %w", err)
		}
	}
	if err := s.choose(); err != nil {
		return nil, err
	}
	if b := s.Bits(); b < minBits {
		return nil, fmt.Errorf("soundness of %.1f bits, at least %d wanted", b, minBits)
	}
	return s, nil
}

// choose picks the number of columns and the block lengths that make the proof
// smallest.
func (s *System) choose() error {
	best := math.MaxInt
	for n := 1024; n <= maxColumns; n += 128 {
		gf, size := fit(s.gf, n)
		if size == 0 {
			continue
		}
		var p ligero.Geometry
		if s.p != nil {
			var more int
			if p, more = fit(s.p, n); more == 0 {
				continue
			}
			size += more
		}
		size += queries * (leafNonce + pathBytes(n))
		if size < best {
			best, s.gfShape, s.pShape = size, gf, p
		}
	}
	if best == math.MaxInt {
		return fmt.Errorf("statement too large: %d witness elements", s.gf.witness)
	}
	return nil
}

// pathBytes estimates the share of one opened column in the joint path of n
// leaves: 32 bytes for each level below the queries' forks, and half a node more,
// floor(32·(log2(n/queries) + 1/2)). Both sides must find the same value, so it is
// computed in integers: floor(32·log2 m) is the length of m^32 less one.
func pathBytes(n int) int {
	m := big.NewInt(int64(n / queries))
	return m.Exp(m, big.NewInt(32), nil).BitLen() - 1 + 16
}

// fit finds the block length with the smallest share of the proof for n columns.
// A size of 0 means that none fits. With w = k - t witness elements in a row the
// size is about 3·k·E for the responses and t·C/w for the columns, where C is
// the encoded size of the witness; it is least near w = sqrt(t·C/3E).
func fit[E comparable](p *part[E], n int) (best ligero.Geometry, size int) {
	encoded := float64(p.Subfield*p.Field.SubfieldSize() + (p.witness-p.Subfield)*p.Field.Size())
	w := math.Sqrt(queries * encoded / float64(3*p.Field.Size()))
	near := min(queries+int(w), n/inverse) &^ 3
	for k := max(queries+8, near-64); k <= min(near+64, n/inverse); k += 4 {
		g := ligero.Geometry{Witness: p.witness, Block: k, DBlock: 2*k - 1, Encoded: n + 2*k - 1, Queries: queries}
		if g.Validate() != nil {
			continue
		}
		bytes := p.responseSize(g) + p.openedSize(g)
		if size == 0 || bytes < size {
			best, size = g, bytes
		}
	}
	return best, size
}

func (p *part[E]) responseSize(g ligero.Geometry) int { return (g.Block + g.DBlock) * p.Field.Size() }

// openedSize is the size of the opened columns: rows of subfield elements take
// the subfield's size.
func (p *part[E]) openedSize(g ligero.Geometry) int {
	sub := min(p.Subfield/g.Width(), g.WitnessRows())
	return g.Queries * (sub*p.Field.SubfieldSize() + (g.Rows()-sub)*p.Field.Size())
}

// describe is the canonical description of the system: everything that both
// sides must agree on before the first challenge.
func (s *System) describe() []byte {
	b := describe([]byte(profile), s.gf, s.gfShape)
	if s.p != nil {
		b = describe(b, s.p, s.pShape)
	}
	return b
}

func describe[E comparable](b []byte, p *part[E], g ligero.Geometry) []byte {
	u := func(vs ...int) {
		for _, v := range vs {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	}
	name := p.Field.Name()
	u(len(name))
	b = append(b, name...)
	u(g.Witness, g.Block, g.DBlock, g.Encoded, g.Queries, leafNonce)
	uses := p.uses()
	u(p.Subfield, p.Full, p.Rows, len(uses))
	for _, use := range uses {
		b = append(b, use.Circuit.ID[:]...)
		u(use.Copies)
	}
	return b
}

// work is Σ N·terms over all circuits.
func (s *System) work() int {
	n := work(s.gf)
	if s.p != nil {
		n += work(s.p)
	}
	return n
}

func work[E comparable](p *part[E]) int {
	n := 0
	for _, u := range p.uses() {
		n += u.Copies * u.Circuit.Terms()
	}
	return n
}

// CircuitInfo describes one circuit of a system for reports.
type CircuitInfo struct {
	Name   string `json:"name"`
	Field  string `json:"field"`
	Copies int    `json:"copies"`
	// Gates is the number of quadratic terms of one copy.
	Gates int `json:"gates"`
	// Witness is the number of committed elements of the whole field for its first
	// circuit and 0 for the others, which share them; see System.Circuits.
	Witness int `json:"witness"`
	Layers  int `json:"layers"`
}

// Circuits lists the circuits of both fields, with the committed witness of a
// field counted at its first circuit.
func (s *System) Circuits() []CircuitInfo {
	out := circuits(s.gf)
	if s.p != nil {
		out = append(out, circuits(s.p)...)
	}
	return out
}

func circuits[E comparable](p *part[E]) []CircuitInfo {
	var out []CircuitInfo
	for i, u := range p.uses() {
		info := CircuitInfo{Name: u.Circuit.Name, Field: p.Field.Name(), Copies: u.Copies, Gates: u.Circuit.Terms(), Layers: len(u.Circuit.Layers)}
		if i == 0 {
			info.Witness = p.witness
		}
		out = append(out, info)
	}
	return out
}
