package libzk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// cheat is a prover of the toy pair that can change the completed witness before
// it is encoded, and the tableaus and messages after it.
type cheat struct {
	witness func(gf *strand[gf128.Elem], p *strand[p256.Elem])
	tableau func(gf *strand[gf128.Elem], p *strand[p256.Elem])
	// swapped takes the P side's fork for the GF side and the other way round.
	swapped bool
}

func (c *cheat) prove(t testing.TB, y *toyPair) []byte {
	t.Helper()
	s, w := y.sys, Secrets{y.gf.secrets(), y.p.secrets()}
	gf, p := newStrand(s.gf, s.gfShape), newStrand(s.p, s.pShape)
	sides := []side{gf, p}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(gf.complete(w.GF, rand.Reader))
	must(p.complete(w.P, rand.Reader))
	if c.witness != nil {
		c.witness(gf, p)
	}
	must(gf.encode(rand.Reader))
	must(p.encode(rand.Reader))
	nonces := make([]byte, s.gfShape.Columns()*leafNonce)
	rand.Read(nonces)
	tree := merkle.New(s.leaves(sides, nonces))
	if c.tableau != nil {
		c.tableau(gf, p)
	}
	root := tree.Root()
	ts := s.begin(root, []byte("toy"))
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
	for _, i := range columns {
		proof = append(proof, nonces[i*leafNonce:(i+1)*leafNonce]...)
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

// TestLine24TwoCommitments: a side that is proven from another tableau than the
// one under the root is refused, in either field, and so are strands that run on
// each other's fork.
func TestLine24TwoCommitments(t *testing.T) {
	y := newToyPair(t, 3, 2)
	for name, c := range map[string]*cheat{
		"GF tableau encoded again": {tableau: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
			if err := gf.encode(rand.Reader); err != nil {
				t.Error(err)
			}
		}},
		"P tableau encoded again": {tableau: func(_ *strand[gf128.Elem], p *strand[p256.Elem]) {
			if err := p.encode(rand.Reader); err != nil {
				t.Error(err)
			}
		}},
		"GF witness changed after the commitment": {tableau: func(gf *strand[gf128.Elem], _ *strand[p256.Elem]) {
			bump(y.gf.f, &gf.witness[2*y.gf.n-1])
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
		ts := s.begin(v.root, []byte(v.statement))
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
	forks := s.forks(s.begin(merkle.Digest{}, nil), 2)
	var a, b [32]byte
	forks[0].Read(a[:])
	forks[1].Read(b[:])
	if a == b {
		t.Error("both fields draw the same challenges")
	}
}
