package libzk

import (
	"crypto/rand"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// TestEachConstraintHasAWeight: constraints of levels, of circuits' inputs and of the
// statement hold one by one for a true witness, and each has a weight of its own: two of
// one weight could fail by opposite amounts.
func TestEachConstraintHasAWeight(t *testing.T) {
	y := newToyPair(t, 3, 2)
	eachConstraintHasAWeight(t, y.gf, y.sys.gf)
	eachConstraintHasAWeight(t, y.p, y.sys.p)
}

func eachConstraintHasAWeight[E comparable](t *testing.T, y *toy[E], p *part[E]) {
	t.Helper()
	f, s := y.f, &strand[E]{p: p}
	if err := s.complete(y.secrets(), false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	ts := transcript.New([]byte("weights"))
	challenge := transcript.Challenge(ts, f)
	s.relation = y.relate(challenge, y.sum(challenge, s.witness))
	values := s.relation.Space.Evaluate(s.witness)
	all := make([]*circuit.Wires[E], len(p.Uses)+1)
	for i, u := range p.uses() {
		var err error
		if all[i], err = s.evaluate(i, u, wires(f, values, p.inputs(s.relation, i), u), true); err != nil {
			t.Fatal(err)
		}
	}
	proof, err := p.batch.Prove(ts, all, s.witness[p.pads:])
	if err != nil {
		t.Fatal(err)
	}
	claims := proof.Claims()
	n := s.constraints()
	if want := 2 + 3 + len(s.relation.Linear); n != want { // levels of the cube; two cubes and the rows
		t.Errorf("%s: %d constraints, want %d", f.Name(), n, want)
	}
	alpha := transcript.Challenges(ts, f, n)
	var zero, constant E
	sum := make([]E, p.witness)
	for j := range alpha {
		unit := make([]E, n)
		unit[j] = f.One()
		c, coefficients := s.combine(claims, unit)
		if f.Add(c, f.Dot(coefficients, s.witness)) != zero {
			t.Errorf("%s: constraint %d does not hold by itself", f.Name(), j)
		}
		read := 0
		for _, k := range coefficients {
			if k != zero {
				read++
			}
		}
		if read == 0 {
			t.Errorf("%s: weight %d is no constraint's", f.Name(), j)
		}
		constant = f.Add(constant, f.Mul(alpha[j], c))
		f.Axpy(sum, alpha[j], coefficients)
	}
	c, coefficients := s.combine(claims, alpha)
	if c != constant {
		t.Errorf("%s: the constant is not the weighted sum of the constraints'", f.Name())
	}
	for i := range sum {
		if coefficients[i] != sum[i] {
			t.Fatalf("%s: coefficient %d is not the weighted sum of the constraints'", f.Name(), i)
		}
	}
}
