package libzk

import (
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/pedersen"
	"github.com/zkpass-go/zkpass/libzk/tom256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// pointStrand is the P-256 side of a proof whose rows are committed by points instead
// of columns: a strand but for its commitment and the answer.
type pointStrand struct {
	*strand[p256.Elem]
	commitments []tom256.Point
	blinder     p256.Elem // of the answered row

	points *opening.Points     // prover only
	check  *opening.PointCheck // verifier only
}

func (s *pointStrand) encode(rng io.Reader) (err error) {
	if s.vector, err = s.p.vector(s.witness, rng); err != nil {
		return err
	}
	if s.points, err = opening.CommitPoints(s.g, s.vector, rng); err != nil {
		return err
	}
	s.commitments = s.points.Commitments
	return nil
}

func (s *pointStrand) appendCommitment(b []byte) []byte { return pedersen.Append(b, s.commitments) }

func (s *pointStrand) readCommitment(b []byte) (rest []byte, err error) {
	n := pointCount(s.g)
	if s.commitments, err = pedersen.Decode(b, n); err != nil {
		return nil, err
	}
	return b[n*tom256.Size:], nil
}

// pointCount is the number of commitments: one for the mask row and each row.
func pointCount(g opening.Geometry) int { return g.Rows() + 1 }

func (s *pointStrand) prove(t *transcript.Transcript, check bool) error {
	claim, err := s.reduce(t, check)
	if err != nil {
		return err
	}
	s.answer, s.blinder, err = s.points.Answer(t, claim)
	return err
}

func (s *pointStrand) replay(t *transcript.Transcript) error {
	claim, err := s.replayReduce(t)
	if err != nil {
		return err
	}
	s.check, err = opening.ReplayPoints(t, s.g, s.commitments, claim, s.answer, s.blinder)
	return err
}

func (s *pointStrand) appendMessages(b []byte) []byte {
	return s.p.Field.Append(s.strand.appendMessages(b), s.blinder)
}

func (s *pointStrand) readMessages(b []byte) ([]byte, error) {
	b, err := s.strand.readMessages(b)
	if err != nil {
		return nil, err
	}
	r := &reader[p256.Elem]{f: s.p.Field, b: b}
	s.blinder = r.elem()
	return r.b, r.err
}

// There are no columns.
func (s *pointStrand) appendOpened(b []byte, _ []int) []byte        { return b }
func (s *pointStrand) readOpened(b []byte) ([]byte, error)          { return b, nil }
func (s *pointStrand) appendColumns([][]byte, int)                  {}
func (s *pointStrand) appendOpenedColumn(leaf []byte, _ int) []byte { return leaf }

func (s *pointStrand) verify([]int) error {
	if err := s.check.Verify(); err != nil {
		return fmt.Errorf("%s: %w", s.p.Field.Name(), err)
	}
	return nil
}

// pointsSize is the size of the commitments and the blinder.
func pointsSize(g opening.Geometry) int { return pointCount(g)*tom256.Size + p256.Field{}.Size() }
