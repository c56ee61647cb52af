package libzk

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Secrets are the witness of both fields, each in the order of its shape: bits,
// symbols, full elements.
type Secrets struct {
	GF []gf128.Elem
	P  []p256.Elem
	// Over says that the slices are such as Shape.NewSecrets makes, and go over to the
	// proof, which wipes them; others are copied.
	Over bool
}

// Relations are the relations of both fields; P is nil if the system has no
// P-256 part.
type Relations struct {
	GF *Relation[gf128.Elem]
	P  *Relation[p256.Elem]
}

// Free gives the memory of relations back that a proof has been made or checked with. They may not
// be used any more.
func (r *Relations) Free() {
	r.GF.Free()
	if r.P != nil {
		r.P.Free()
	}
}

// side is what Prove and Verify need of a strand, whatever its field.
type side interface {
	encode(rng io.Reader) error
	appendCommitment([]byte) []byte
	readCommitment([]byte) ([]byte, error)
	prove(t *transcript.Transcript, check bool) error
	replay(*transcript.Transcript) error
	appendMessages([]byte) []byte
	readMessages([]byte) ([]byte, error)
	appendOpened([]byte, []int) []byte
	readOpened([]byte) ([]byte, error)
	appendColumns([][]byte, int)
	appendOpenedColumn([]byte, int) []byte
	verify([]int) error
}

var forkLabels = [...]string{"gf2_128", "p256"}

// strands are the fields' sides without content; p is nil if there is no P-256 side.
func (s *System) strands() (gf *strand[gf128.Elem], p *strand[p256.Elem], sides []side) {
	gf = newStrand(s.gf, s.gfShape)
	sides = []side{gf}
	if s.p == nil {
		return gf, nil, sides
	}
	p = newStrand(s.p, s.pShape)
	if s.points() {
		return gf, p, append(sides, &pointStrand{strand: p})
	}
	return gf, p, append(sides, p)
}

// commitment is the root and what the sides' commitments have beside it.
type commitment struct {
	root   merkle.Digest
	points []byte // none in the profile of hashes only
}

func (s *System) begin(c commitment, statement []byte) *transcript.Transcript {
	t := transcript.New(s.profile.label())
	t.WriteBytes(c.root[:])
	if s.points() {
		t.WriteBytes(c.points)
	}
	t.WriteBytes(s.describe())
	t.WriteBytes(statement)
	t.WriteZeros(s.work())
	return t
}

// inParallel runs work on each side at once.
func inParallel(sides []side, work func(i int, s side) error) error {
	errs := make([]error, len(sides))
	var wg cores.Group
	for i, s := range sides {
		wg.Go(func() { errs[i] = work(i, s) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// join absorbs the forks and draws the columns to open.
func (s *System) join(t *transcript.Transcript, forks []*transcript.Transcript) []int {
	for _, f := range forks {
		d := f.Digest()
		t.WriteBytes(d[:])
	}
	return t.Choose(s.gfShape.Columns, queries)
}

func (s *System) forks(t *transcript.Transcript, n int) []*transcript.Transcript {
	forks := make([]*transcript.Transcript, n)
	for i := range forks {
		forks[i] = t.Fork(forkLabels[i])
	}
	return forks
}

// Prove makes a proof of a statement. After the commitment it calls relate with
// the transcript: relate draws the statement's own challenges, writes the values
// that the statement publishes, and returns these and the relations.
//
// rng must be crypto/rand.Reader outside of tests. A witness that does not
// satisfy the relations gives a *circuit.Violation.
//
// A degenerate challenge (ErrChallenge, also from relate) ends the attempt. Two
// answers to one commitment, or two uses of one mask, would reveal secrets: who
// wants to try again lays the statement out again, with fresh masks among its
// secrets, and calls Prove anew. Chance needs that with probability below 2^-100.
func (s *System) Prove(statement []byte, secrets Secrets, rng io.Reader, relate func(*transcript.Transcript) ([]byte, *Relations, error)) ([]byte, error) {
	defer buffers.Keep()
	return s.prove(statement, secrets, rng, relate, true)
}

// ProveUnchecked is Prove without the check that the witness satisfies the
// relations. It is what a cheating prover runs, and is here so that tests can
// show that Verify refuses.
func (s *System) ProveUnchecked(statement []byte, secrets Secrets, rng io.Reader, relate func(*transcript.Transcript) ([]byte, *Relations, error)) ([]byte, error) {
	return s.prove(statement, secrets, rng, relate, false)
}

// errUnabsorbed is a mistake of a statement that would let a prover choose the
// published values after the challenges.
var errUnabsorbed = errors.New("the statement publishes values without writing them to the transcript")

// ErrChallenge means that a challenge fell on one of the few values that a
// statement cannot be proven with. relate functions return it too.
var ErrChallenge = sumcheck.ErrChallenge

func (s *System) prove(statement []byte, secrets Secrets, rng io.Reader, relate func(*transcript.Transcript) ([]byte, *Relations, error), check bool) ([]byte, error) {
	s.prepare()
	gf, p, sides := s.strands()
	rng = bufio.NewReaderSize(rng, 1<<15)
	if err := gf.complete(secrets.GF, secrets.Over, rng); err != nil {
		return nil, err
	}
	if p != nil {
		if err := p.complete(secrets.P, secrets.Over, rng); err != nil {
			return nil, err
		}
	} else if len(secrets.P) > 0 {
		return nil, fmt.Errorf("%d secrets over the P-256 field, the system has no part over it", len(secrets.P))
	}
	for _, side := range sides {
		if err := side.encode(rng); err != nil {
			return nil, err
		}
	}
	tree := merkle.New(s.leaves(sides))
	c := commitment{root: tree.Root()}
	for _, side := range sides {
		c.points = side.appendCommitment(c.points)
	}
	t := s.begin(c, statement)
	before := t.Digest()
	published, relations, err := relate(t)
	if err != nil {
		return nil, err
	}
	if len(published) > 0 && t.Digest() == before {
		return nil, errUnabsorbed
	}
	gf.relation = relations.GF
	if p != nil {
		p.relation = relations.P
	}
	forks := s.forks(t, len(sides))
	if err := inParallel(sides, func(i int, s side) error { return s.prove(forks[i], check) }); err != nil {
		return nil, err
	}
	columns := s.join(t, forks)

	proof := append(append(c.root[:], c.points...), published...)
	for _, s := range sides {
		proof = s.appendMessages(proof)
	}
	for _, s := range sides {
		proof = s.appendOpened(proof, columns)
	}
	gf.matrix.Free()
	if p != nil && p.matrix != nil {
		p.matrix.Free()
	}
	for _, d := range tree.Open(columns) {
		proof = append(proof, d[:]...)
	}
	return proof, nil
}

// leaves hashes all columns: each field's symbols. No nonce hides a column: each
// row keeps one random element more than columns are opened.
func (s *System) leaves(sides []side) []merkle.Digest {
	const batch = 64
	leaves := make([]merkle.Digest, s.gfShape.Columns)
	workers := cores.Count()
	var wg cores.Group
	for w := range workers {
		wg.Go(func() {
			bufs := make([][]byte, batch)
			for lo := w * batch; lo < len(leaves); lo += workers * batch {
				bufs = bufs[:min(batch, len(leaves)-lo)]
				for i := range bufs {
					bufs[i] = merkle.BeginLeaf(bufs[i])
				}
				for _, s := range sides {
					s.appendColumns(bufs, lo)
				}
				for i := range bufs {
					leaves[lo+i] = merkle.EndLeaf(bufs[i])
				}
			}
		})
	}
	wg.Wait()
	return leaves
}
