package libzk

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// Parameters of the profile, see docs/protocol.md.
const (
	queries  = 128 // opened columns
	minBits  = 104 // soundness that a system must reach
	gfBits   = 128
	p256Bits = 256
)

// System is the proof system of the zkVM: several circuits and their copies over
// one commitment that covers both fields. It is immutable and safe for
// concurrent use.
//
// It goes beyond the draft in these points, all described in docs/protocol.md:
// circuits run for many copies; all circuits of a field share one witness, with
// public affine forms of it as inputs, and one sumcheck; products of pads are
// proven by rows instead of by Ligero's quadratic test; bits are committed
// sixteen to a symbol; one answer opens the commitment, see package opening; one
// Merkle tree and one choice of columns serve both fields.
type System struct {
	profile Profile
	gf      *part[gf128.Elem]
	p       *part[p256.Elem] // nil if the statement needs none
	gfShape opening.Geometry
	pShape  opening.Geometry
}

// NewSystem lays out a system for the given shapes; p may be nil. It refuses
// shapes for which the proof would have less than 104 bits of soundness.
func NewSystem(profile Profile, gf *Shape[gf128.Elem], p *Shape[p256.Elem]) (*System, error) {
	if _, ok := profiles[profile]; !ok {
		return nil, fmt.Errorf("profile %q, want %q or %q", profile, V2, V2Hash)
	}
	s := &System{profile: profile}
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

// prepare starts to make what both sides derive from the circuits and keep, while they are busy with
// what cannot be divided. With one processor it is made when it is needed.
func (s *System) prepare() {
	if cores.Count() == 1 {
		return
	}
	go func() {
		s.gf.batch.Prepare()
		if s.p != nil {
			s.p.batch.Prepare()
		}
	}()
}

// points reports whether the P-256 side is committed by points.
func (s *System) points() bool { return s.p != nil && profiles[s.profile] }

// choose picks the number of columns and the block lengths that make the proof
// smallest.
func (s *System) choose() (err error) {
	parts := []opening.Part{toOpen(s.gf)}
	if s.points() {
		if s.pShape, err = opening.NewPointGeometry(s.p.fullLen(), tom256.Size, p256.Field{}.Size()); err != nil {
			return err
		}
	} else if s.p != nil {
		parts = append(parts, toOpen(s.p))
	}
	g, err := opening.Choose(parts, queries, pathBytes)
	if err != nil {
		return fmt.Errorf("statement too large: %w", err)
	}
	s.gfShape = g[0]
	if len(g) > 1 {
		s.pShape = g[1]
	}
	return nil
}

func toOpen[E comparable](p *part[E]) opening.Part {
	return opening.Part{Short: p.shortLen(), Full: p.fullLen(), SymbolSize: p.Field.SubfieldSize(), Size: p.Field.Size()}
}

// pathBytes estimates the share of one opened column in the joint path of n
// leaves: a digest for each level below the queries' forks, and half a node more,
// floor(26·(log2(n/queries) + 1/2)). Both sides must find the same value, so it is
// computed in integers: floor(26·log2 m) is the length of m^26 less one.
func pathBytes(n int) int {
	m := big.NewInt(int64(n / queries))
	return m.Exp(m, big.NewInt(merkle.Size), nil).BitLen() - 1 + merkle.Size/2
}

// describe is the canonical description of the system: everything that both
// sides must agree on before the first challenge.
func (s *System) describe() []byte {
	b := describe(s.profile.label(), s.gf, s.gfShape)
	if s.p != nil {
		b = describe(b, s.p, s.pShape)
	}
	return b
}

func describe[E comparable](b []byte, p *part[E], g opening.Geometry) []byte {
	u := func(vs ...int) {
		for _, v := range vs {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	}
	name := p.Field.Name()
	u(len(name))
	b = append(b, name...)
	u(g.ShortRows, g.FullRows, g.Block, g.Columns, g.Queries, g.Log)
	uses := p.uses()
	u(p.Bits, p.Symbols, p.Full, p.Rows, len(uses))
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
	// Witness is the number of committed bits and elements of the whole field for
	// its first circuit and 0 for the others, which share them; see System.Circuits.
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
