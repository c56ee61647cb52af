package libzk

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Verify checks a proof of a statement. published is the number of bytes that
// the statement publishes; relate draws the statement's challenges and absorbs
// the published bytes exactly as in Prove, refusing values that the statement
// does not allow. A refusal wraps ErrProof. Verify is a pure function of its
// arguments.
func (s *System) Verify(statement []byte, published int, proof []byte, relate func(*transcript.Transcript, []byte) (*Relations, error)) error {
	defer buffers.Keep()
	if err := s.verify(statement, published, proof, relate); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

func (s *System) verify(statement []byte, published int, b []byte, relate func(*transcript.Transcript, []byte) (*Relations, error)) error {
	s.prepare()
	gf, p, sides := s.strands()
	if want := s.ProofSize(published, 0); len(b) < want || len(b) > s.ProofSize(published, maxPath(s.gfShape.Columns)) {
		return fmt.Errorf("%d bytes, at least %d expected", len(b), want)
	}
	root := merkle.Digest(b[:len(merkle.Digest{})])
	b = b[len(root):]
	c, rest := commitment{root: root}, b
	var err error
	for _, s := range sides {
		if rest, err = s.readCommitment(rest); err != nil {
			return err
		}
	}
	c.points = b[:len(b)-len(rest)]
	values, b := rest[:published:published], rest[published:]
	for _, s := range sides {
		if b, err = s.readMessages(b); err != nil {
			return err
		}
	}
	for _, s := range sides {
		if b, err = s.readOpened(b); err != nil {
			return err
		}
	}
	if len(b)%len(root) != 0 {
		return errors.New("path is not a list of digests")
	}
	path := make([]merkle.Digest, len(b)/len(root))
	for i := range path {
		path[i] = merkle.Digest(b[i*len(root):])
	}

	t := s.begin(c, statement)
	before := t.Digest()
	relations, err := relate(t, values)
	if err != nil {
		return err
	}
	if published > 0 && t.Digest() == before {
		return errUnabsorbed
	}
	gf.relation = relations.GF
	if p != nil {
		p.relation = relations.P
	}
	forks := s.forks(t, len(sides))
	if err := inParallel(sides, func(i int, s side) error { return s.replay(forks[i]) }); err != nil {
		return err
	}
	columns := s.join(t, forks)
	leaves := make([]merkle.Digest, len(columns))
	var buf []byte
	for i := range leaves {
		buf = merkle.BeginLeaf(buf)
		for _, s := range sides {
			buf = s.appendOpenedColumn(buf, i)
		}
		leaves[i] = merkle.EndLeaf(buf)
	}
	if err := merkle.Verify(root, s.gfShape.Columns, columns, leaves, path); err != nil {
		return err
	}
	return inParallel(sides, func(_ int, s side) error { return s.verify(columns) })
}

// maxPath bounds the joint path of the opened columns among n.
func maxPath(n int) int {
	depth := 0
	for 1<<depth < n {
		depth++
	}
	return queries * (depth + 1)
}

// ProofSize is the size in bytes of a proof that publishes the given number of
// bytes and has the given number of digests in its path. Only the path varies
// between proofs of one statement, with the columns that chance selects.
func (s *System) ProofSize(published, path int) int {
	n := (1+path)*len(merkle.Digest{}) + published + partSize(s.gf) + openingSize(s.gf, s.gfShape)
	if s.p != nil {
		n += partSize(s.p) + openingSize(s.p, s.pShape)
	}
	if s.points() {
		n += pointsSize(s.pShape)
	}
	return n
}

// openingSize is the size of a part's T, its answer and its opened columns.
func openingSize[E comparable](p *part[E], g opening.Geometry) int {
	f := p.Field
	return 2*p.masks() + g.AnswerElems()*f.Size() + g.OpenedSize(f.SubfieldSize(), f.Size())
}

// partSize is the size of a part's sumcheck messages.
func partSize[E comparable](p *part[E]) int {
	n := 0
	for _, m := range p.batch.NewMessages() {
		n += 2 * (len(m.Rounds) + len(m.Claims)) * p.Field.Size()
	}
	return n
}
