package libzk

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// cheat is a prover of the toy pair that can change the completed witness before
// it is encoded, and the matrices and messages after it.
type cheat struct {
	witness func(gf *strand[gf128.Elem], p *strand[p256.Elem])
	matrix  func(gf *strand[gf128.Elem], p *strand[p256.Elem])
	// vector changes what is committed of the GF side.
	vector func(gf *strand[gf128.Elem])
	// leaves changes leaves, which then have no content.
	leaves func([]merkle.Digest)
	// swapped takes the P side's fork for the GF side and the other way round.
	swapped bool
}

func (c *cheat) prove(t testing.TB, y *toyPair) []byte {
	t.Helper()
	s, w := y.sys, Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
	gf, p := newStrand(s.gf, s.gfShape), newStrand(s.p, s.pShape)
	sides := []side{gf, p}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(gf.complete(w.GF, false, rand.Reader))
	must(p.complete(w.P, false, rand.Reader))
	if c.witness != nil {
		c.witness(gf, p)
	}
	must(gf.encode(rand.Reader))
	if c.vector != nil {
		c.vector(gf)
		var err error
		gf.matrix, err = opening.Commit(gf.p.Field, gf.g, gf.vector, rand.Reader)
		must(err)
	}
	must(p.encode(rand.Reader))
	leaves := s.leaves(sides)
	if c.leaves != nil {
		c.leaves(leaves)
	}
	tree := merkle.New(leaves)
	if c.matrix != nil {
		c.matrix(gf, p)
	}
	root := tree.Root()
	ts := s.begin(commitment{root: root}, []byte("toy"))
	a, b := transcript.Challenge(ts, y.gf.f), transcript.Challenge(ts, y.p.f)
	sum, sumP := y.gf.sum(a, gf.witness), y.p.sum(b, p.witness)
	published := y.p.f.Append(y.gf.f.Append(nil, sum), sumP)
	ts.WriteBytes(published)
	gf.relation, p.relation = y.gf.relate(a, sum), y.p.relate(b, sumP)
	forks := s.forks(ts, 2)
	if c.swapped {
		forks[0], forks[1] = forks[1], forks[0]
	}
	must(inParallel(sides, func(i int, s side) error { return s.prove(forks[i], false) }))
	if c.swapped {
		forks[0], forks[1] = forks[1], forks[0]
	}
	columns := s.join(ts, forks)
	proof := append(root[:], published...)
	for _, side := range sides {
		proof = side.appendMessages(proof)
	}
	for _, side := range sides {
		proof = side.appendOpened(proof, columns)
	}
	for _, d := range tree.Open(columns) {
		proof = append(proof, d[:]...)
	}
	return proof
}

func TestCheatIsHonestWithoutCheating(t *testing.T) {
	y := newToyPair(t, 5, 3)
	if err := y.verify("toy", (&cheat{}).prove(t, y)); err != nil {
		t.Fatal(err)
	}
}

// bump adds one to an element.
func bump[E comparable](f field.Field[E], e *E) { *e = f.Add(*e, f.One()) }

// TestFalsePadProducts: rows prove the products of pads; each product false
// alone, in either field, is refused. So is a mask that is no product.
func TestFalsePadProducts(t *testing.T) {
	y := newToyPair(t, 3, 2)
	refuse := func(name string, c *cheat) {
		t.Helper()
		if err := y.verify("toy", c.prove(t, y)); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i, q := range y.sys.gf.products {
		refuse(fmt.Sprint("GF product ", i), &cheat{witness: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) { bump(y.gf.f, &gf.witness[q.Z]) }})
	}
	for i, q := range y.sys.p.products {
		refuse(fmt.Sprint("P product ", i), &cheat{witness: func(_ *strand[gf128.Elem], p *strand[p256.Elem]) { bump(y.p.f, &p.witness[q.Z]) }})
	}
	for i := range maskCopies {
		refuse(fmt.Sprint("GF mask ", i), &cheat{witness: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
			bump(y.gf.f, &gf.witness[gf.p.secrets+3*i+2])
		}})
		refuse(fmt.Sprint("P mask ", i), &cheat{witness: func(_ *strand[gf128.Elem], p *strand[p256.Elem]) {
			bump(y.p.f, &p.witness[p.p.secrets+3*i+2])
		}})
	}
	// Pads that are chosen, with right products, are a prover's own loss.
	if err := y.verify("toy", (&cheat{witness: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
		q := gf.p.products[0]
		gf.witness[q.X], gf.witness[q.Z] = gf128.Elem{}, gf128.Elem{}
	}}).prove(t, y)); err != nil {
		t.Errorf("a pad of zero: %v", err)
	}
}

// TestLine24TwoCommitments: a side that is proven from another matrix than the
// one under the root is refused, in either field, and so are strands that run on
// each other's fork.
func TestLine24TwoCommitments(t *testing.T) {
	y := newToyPair(t, 3, 2)
	for name, c := range map[string]*cheat{
		"GF matrix encoded again": {matrix: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
			if err := gf.encode(rand.Reader); err != nil {
				t.Error(err)
			}
		}},
		"P matrix encoded again": {matrix: func(_ *strand[gf128.Elem], p *strand[p256.Elem]) {
			if err := p.encode(rand.Reader); err != nil {
				t.Error(err)
			}
		}},
		"GF witness changed after the commitment": {matrix: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
			bump(y.gf.f, &gf.witness[y.gf.bits+2*y.gf.n-1])
		}},
		"forks exchanged": {swapped: true},
	} {
		if err := y.verify("toy", c.prove(t, y)); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLine20Columns: the columns depend on the last message of either fork and
// on the transcript before the forks.
func TestLine20Columns(t *testing.T) {
	s := newToyPair(t, 3, 2).sys
	seen := map[string]string{}
	for _, v := range []struct {
		name      string
		statement string
		root      merkle.Digest
		late      [2]string
	}{
		{name: "base"},
		{name: "statement", statement: "x"},
		{name: "root", root: merkle.Digest{1}},
		{name: "GF fork", late: [2]string{"x", ""}},
		{name: "P fork", late: [2]string{"", "x"}},
	} {
		ts := s.begin(commitment{root: v.root}, []byte(v.statement))
		forks := s.forks(ts, 2)
		for i, m := range v.late {
			forks[i].WriteBytes([]byte(m))
		}
		columns := fmt.Sprint(s.join(ts, forks))
		if other, ok := seen[columns]; ok {
			t.Errorf("%s and %s open the same columns", v.name, other)
		}
		seen[columns] = v.name
	}
}

// TestLine20ForksDiffer: the two fields' first challenges are different bytes.
func TestLine20ForksDiffer(t *testing.T) {
	s := newToyPair(t, 3, 2).sys
	forks := s.forks(s.begin(commitment{root: merkle.Digest{}}, nil), 2)
	var a, b [32]byte
	forks[0].Read(a[:])
	forks[1].Read(b[:])
	if a == b {
		t.Error("both fields draw the same challenges")
	}
}

// TestColumnsWithoutContent: a leaf that is the digest of nothing known ruins the
// proofs that open it, and only these. Half of the leaves ruin every proof.
func TestColumnsWithoutContent(t *testing.T) {
	y := newToyPair(t, 3, 2)
	accepted, refused := 0, 0
	for range 40 {
		switch err := y.verify("toy", (&cheat{leaves: func(ls []merkle.Digest) {
			for i := range 8 { // 128 of 1,024 or more are opened
				ls[97*i][3] ^= 1
			}
		}}).prove(t, y)); {
		case err == nil:
			accepted++
		case errors.Is(err, merkle.ErrPath):
			refused++
		default:
			t.Fatal(err)
		}
	}
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	if err := y.verify("toy", (&cheat{leaves: func(ls []merkle.Digest) {
		for i := range len(ls) / 2 {
			ls[i][0] ^= 1
		}
	}}).prove(t, y)); !errors.Is(err, merkle.ErrPath) {
		t.Errorf("half of the leaves: %v", err)
	}
}

// TestShortRowsAreTwoBytes: the bytes of a leaf, by hand: mask row, rows by number,
// short ones as symbols, P after GF.
func TestShortRowsAreTwoBytes(t *testing.T) {
	y := newToyPair(t, 300, 3)
	gf, p := newStrand(y.sys.gf, y.sys.gfShape), newStrand(y.sys.p, y.sys.pShape)
	if err := errors.Join(gf.commit(y.gf.secrets(), rand.Reader), p.commit(y.p.secrets(), rand.Reader)); err != nil {
		t.Fatal(err)
	}
	g := gf.g
	if g.ShortRows < 2 {
		t.Fatalf("geometry %+v", g)
	}
	leaves := y.sys.leaves([]side{gf, p})
	b := [][]byte{merkle.BeginLeaf(nil)}
	gf.appendColumns(b, 5)
	if n := 1 + 16 + 16*g.FullRows + 2*g.ShortRows; len(b[0]) != n {
		t.Errorf("%d bytes of GF, want %d", len(b[0]), n)
	}
	p.appendColumns(b, 5)
	if leaves[5] != merkle.EndLeaf(b[0]) {
		t.Error("the leaf is another")
	}
	// A prover that puts 16 bytes where a symbol belongs changes the length.
	opened := gf.appendOpened(nil, []int{5})
	if want := b[0][1 : 1+len(opened)]; !bytes.Equal(opened, want) {
		t.Error("opened symbols are not those of the leaf")
	}
	long := newStrand(y.sys.gf, g)
	all := gf.appendOpened(nil, transcript.New(nil).Choose(g.Columns, queries))
	if rest, err := long.readOpened(all); err != nil || len(rest) != 0 {
		t.Fatal(len(rest), err)
	}
	for i, row := range long.opened.Rows {
		for _, e := range row {
			if g.ShortRow(i) && !y.gf.f.InSubfield(e) {
				t.Fatalf("row %d holds %v", i, e)
			}
		}
	}
}

// commit completes the witness and encodes it.
func (s *strand[E]) commit(secrets []E, rng io.Reader) error {
	if err := s.complete(secrets, false, rng); err != nil {
		return err
	}
	return s.encode(rng)
}
