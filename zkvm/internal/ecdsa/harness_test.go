package ecdsa

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// system is the constraints of one signature over a witness of 256 digest bits,
// something else, and the block.
type system struct {
	space  *affine.Space[p256.Elem]
	rows   []row
	copies []Copy
}

type row struct {
	label   string
	a, b, c affine.Ref
}

func (s *system) Row(label string, a, b, c affine.Ref) {
	s.rows = append(s.rows, row{label, a, b, c})
}

func (s *system) Zero(label string, a affine.Ref) {
	s.Row(label, a, s.space.One(), s.space.Zero())
}

const testBlock = Steps + 3

func newSystem(key PublicKey) *system {
	s := &system{space: affine.NewSpace[p256.Elem](fld, testBlock+Block.Len)}
	in := Inputs{Key: key, Block: testBlock}
	for i := range in.Digest {
		in.Digest[i] = s.space.W(i)
	}
	in.Constrain(s.space, s)
	s.copies = in.Copies(s.space)
	return s
}

// verdict is what a witness breaks: labels of rows, and of the first assertion of
// the circuit, with its copy.
func (s *system) verdict(t testing.TB, e *big.Int, block []p256.Elem) (rows []string, step *circuit.Violation) {
	t.Helper()
	w := make([]p256.Elem, testBlock+Block.Len)
	for i := range Steps {
		w[i] = fld.FromUint64(uint64(e.Bit(Steps - 1 - i)))
	}
	copy(w[testBlock:], block)
	v := s.space.Evaluate(w)
	for _, r := range s.rows {
		if fld.Mul(v.At(r.a), v.At(r.b)) != v.At(r.c) {
			rows = append(rows, r.label)
		}
	}
	inputs := make([]p256.Elem, (CopyInputs+1)*Steps)
	for i := range s.copies {
		inputs[i] = fld.One()
		for j, ref := range s.copies[i].Append(nil) {
			inputs[(j+1)*Steps+i] = v.At(ref)
		}
	}
	if _, err := Circuit().Evaluate(inputs, Steps); err != nil && !errors.As(err, &step) {
		t.Fatal(err)
	}
	return rows, step
}

// expectRows requires a witness to break exactly these rows, and no step.
func (s *system) expectRows(t *testing.T, what string, e *big.Int, block []p256.Elem, want ...string) {
	t.Helper()
	rows, step := s.verdict(t, e, block)
	if !slices.Equal(rows, want) || step != nil {
		t.Errorf("%s: rows %q, step %v, want rows %q and no step", what, rows, step, want)
	}
}

// expectStep requires a witness to break no row and first this assertion.
func (s *system) expectStep(t *testing.T, what string, e *big.Int, block []p256.Elem, label string, copies ...int) {
	t.Helper()
	rows, step := s.verdict(t, e, block)
	if rows != nil || step == nil || step.Label != label || len(copies) > 0 && step.Copy != copies[0] {
		t.Errorf("%s: rows %q, step %v, want %q in copy %v", what, rows, step, label, copies)
	}
}

func randomInt(r *rand.Rand, bits int) *big.Int {
	v := new(big.Int)
	for range (bits + 63) / 64 {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(r.Uint64()))
	}
	return v.Rsh(v, uint((bits+63)/64*64-bits))
}

func randomScalar(r *rand.Rand) *big.Int {
	v := randomInt(r, 256)
	v.Mod(v, new(big.Int).Sub(order, big.NewInt(1)))
	return v.Add(v, big.NewInt(1))
}

// multiple is k·p.
func multiple(t testing.TB, k *big.Int, p point) point {
	t.Helper()
	return finite(t, combine(new(big.Int).Mod(k, order), p, new(big.Int), p))
}

func finite(t testing.TB, p projective) point {
	t.Helper()
	ps, ok := affinePoints([]projective{p})
	if !ok {
		t.Fatal("infinity")
	}
	return ps[0]
}

func checkedKey(t testing.TB, q point) PublicKey {
	t.Helper()
	key, err := CheckPublicKey(integer(q.x), integer(q.y))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// forge makes the public key Q = (s·R - e·G)/r, with the s that σ stands for, for
// any scalars and any R on the curve: a key of its own that an attacker may choose.
func forge(t testing.TB, e, r, sigma *big.Int, at point) PublicKey {
	t.Helper()
	mod := func(v *big.Int) *big.Int { return new(big.Int).Mod(v, order) }
	// -s = σ - (2^256 - 1)/2
	half := new(big.Int).ModInverse(big.NewInt(2), order)
	minusS := new(big.Int).Sub(pow2(256), big.NewInt(1))
	minusS.Mul(minusS, half).Sub(sigma, minusS)
	q := finite(t, combine(mod(e), generator, mod(minusS), at))
	k := new(big.Int).ModInverse(mod(r), order)
	return checkedKey(t, multiple(t, k.Neg(k), q))
}

// lift finds the point with this x, if there is one.
func lift(x *big.Int) (point, bool) {
	ex := element(x)
	y2 := fld.Add(fld.Mul(fld.Sub(fld.Mul(ex, ex), three), ex), curveB)
	var y p256.Elem
	if y.Sqrt(&y2) == nil {
		return point{}, false
	}
	return point{ex, y}, true
}

// liftFrom finds the first point with x at least this.
func liftFrom(x *big.Int) (*big.Int, point) {
	x = new(big.Int).Set(x)
	for ; ; x.Add(x, big.NewInt(1)) {
		if p, ok := lift(x); ok {
			return x, p
		}
	}
}

func pow2(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

func hexInt(s string) *big.Int {
	v, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic("bad number " + s)
	}
	return v
}
