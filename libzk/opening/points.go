package opening

import (
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/pedersen"
	"github.com/zkpass-go/zkpass/libzk/tom256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// ErrPoints means that an answer's row does not open the rows' commitments.
var ErrPoints = errors.New("answered row does not fit the commitments")

// Points is a prover's matrix over P-256's field whose rows, the mask row among them,
// are committed by a point each, see package pedersen. It takes the place of code word,
// columns and their leaves: the combination of rows that is answered opens the same
// combination of points, without a proximity test. That it is binding rests on
// discrete logarithms.
type Points struct {
	m *Matrix[p256.Elem]
	// Commitments are those of the mask row and of the rows, by number.
	Commitments []tom256.Point
	blinders    []p256.Elem
}

// CommitPoints lays a vector out in rows with fresh randomness from rng and commits
// to them. rng must be crypto/rand.Reader outside of tests.
func CommitPoints(g Geometry, v Vector[p256.Elem], rng io.Reader) (*Points, error) {
	p := &Points{m: newMatrix(p256.Field{}, g)}
	if err := p.m.layout(v, rng); err != nil {
		return nil, fmt.Errorf("drawing commitment randomness: %w", err)
	}
	return p, p.commit(rng)
}

func (p *Points) commit(rng io.Reader) (err error) {
	p.Commitments, p.blinders, err = pedersen.Commit(append([][]p256.Elem{p.m.mask}, p.m.rows...), rng)
	return err
}

// Answer is Matrix.Answer. It also absorbs and returns the blinder of the answer's row.
func (p *Points) Answer(t *transcript.Transcript, claim Claim[p256.Elem]) (*Answer[p256.Elem], p256.Elem, error) {
	a, c, err := p.m.answer(wire[p256.Elem]{t, p.m.f}, claim)
	if err != nil {
		return nil, p256.Elem{}, err
	}
	blinder := p.m.f.Dot(pointWeights(p.m.g, c), p.blinders)
	transcript.WriteElem(t, p.m.f, blinder)
	return a, blinder, nil
}

// pointWeights are those of the commitments: 1 for the mask row, and what weights says.
func pointWeights(g Geometry, c *coins[p256.Elem]) []p256.Elem {
	f := p256.Field{}
	return append([]p256.Elem{f.One()}, weights[p256.Elem](f, g, c)...)
}

// PointCheck is Check for rows that are committed by points.
type PointCheck struct {
	check       *Check[p256.Elem]
	commitments []tom256.Point
	blinder     p256.Elem
}

// ReplayPoints is the verifier's side of Points.Answer.
func ReplayPoints(t *transcript.Transcript, g Geometry, commitments []tom256.Point, claim Claim[p256.Elem], a *Answer[p256.Elem], blinder p256.Elem) (*PointCheck, error) {
	k, err := Replay(t, p256.Field{}, g, claim, a)
	if err != nil {
		return nil, err
	}
	transcript.WriteElem(t, p256.Field{}, blinder)
	return &PointCheck{k, commitments, blinder}, nil
}

// Verify checks the answer against the claim and the commitments.
func (k *PointCheck) Verify() error {
	if len(k.commitments) != k.check.g.Rows()+1 {
		return fmt.Errorf("opening: %d commitments, want %d", len(k.commitments), k.check.g.Rows()+1)
	}
	if err := k.check.verifyValue(); err != nil {
		return err
	}
	if err := pedersen.Check(k.commitments, pointWeights(k.check.g, k.check.coins), k.check.answer.Row, k.blinder); err != nil {
		return fmt.Errorf("%w: %w", ErrPoints, err)
	}
	return nil
}
