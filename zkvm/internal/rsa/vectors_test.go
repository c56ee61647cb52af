package rsa

import (
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// TestVectors compares every number with those of an independent reference (testdata/reference.py).
func TestVectors(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		if d := sha256.Sum256([]byte(v.SigningInput)); string(d[:]) != string(v.Digest) {
			t.Fatal("digest")
		}
		drawn := DrawPrimes(counter(v.PrimesSeed))
		digest, salt := [32]byte(v.Digest), [32]byte(v.PS256.Salt)
		if m.Salt(v.PS256.Signature) != salt {
			t.Error("salt of the signature differs")
		}
		checkVector(t, m, drawn, &v.RS256, m.PKCS1Message(digest), m.PKCS1(make([]affine.Ref, 256)).constant)
		checkVector(t, m, drawn, &v.PS256.signatureVector, m.PSSMessage(digest, salt), big.NewInt(trailer))
	}
}

func checkVector(t *testing.T, m Modulus, drawn [Primes]uint64, v *signatureVector, em, constant *big.Int) {
	t.Helper()
	equal := func(what string, have, want *big.Int) {
		t.Helper()
		if have.Cmp(want) != 0 {
			t.Errorf("%d bits: %s is %v, want %v", m.bits, what, have, want)
		}
	}
	small := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
	element := func(what string, have elem, want []byte) {
		t.Helper()
		if string(fld.Append(nil, have)) != string(want) {
			t.Errorf("%d bits: %s is %x, want %x", m.bits, what, fld.Append(nil, have), want)
		}
	}
	equal("EM", em, v.EncodedMessage.Int)
	c, err := NewChain(m, v.Signature, em)
	if err != nil {
		t.Fatal(err)
	}
	equal("s", c.s, v.X[0].Int)
	equal("h", c.h, v.X[middle].Int)
	equal("t", c.t, v.T.Int)
	for i, q := range v.Quotients {
		equal("quotient", c.q[i], q.Int)
	}
	turn := shapes[m.bits].turn()
	for i := range v.Primes {
		w := &v.Primes[i]
		equal("prime", small(drawn[i]), w.M.Int)
		p := m.modulo(drawn[i])
		for _, table := range []struct {
			weights weighting
			at      []int
			want    []decimal
		}{
			{p.position, []int{0, 57, 58, m.bits - 1}, w.Position},
			{p.quotient, []int{0, 1, m.bits - 1}, w.Quotient},
			{p.block, []int{0, 1, m.bits - 1}, w.Block},
		} {
			coefficients := table.weights.coefficients(m.bits, turn)
			for k, j := range table.at {
				unit := new(big.Int).SetBit(new(big.Int), j, 1)
				equal("weight", small(sumOf(table.weights.weights(unit.BitLen()), unit).lo), table.want[k].Int)
				power := powerOf(table.want[k].Int)
				if j >= turn {
					power = fld.Inv(power)
				}
				element("power of a weight", fld.Add(coefficients[j], fld.One()), fld.Append(nil, power))
			}
		}
		equal("constant", small(remainder(new(big.Int).Neg(constant), p.m)), w.Constant.Int)
		r := c.residues(p, constant)
		for k, x := range w.X {
			equal("X", small(r.x[k]), x.Int)
			element("H", r.h[k], w.H[k])
		}
		equal("U", new(big.Int).Add(new(big.Int).Lsh(small(r.encodedSum.hi), 64), small(r.encodedSum.lo)), w.U.Int)
		kappas := append([]uint64{r.kappaS, r.kappaH, 0}, r.kappa[:]...)
		quotient := p.quotient.coefficients(m.bits, m.bits)
		position := p.position.coefficients(m.bits, m.bits)
		for k, want := range w.Copies {
			if name := want.Copy + ", prime " + string(rune('1'+i)); CopyName(1+20*i+k) != name {
				t.Errorf("copy %d is %s, want %s", k, CopyName(1+20*i+k), name)
			}
			equal("κ of "+want.Copy, small(kappas[k]), want.Kappa.Int)
			long := r.e
			switch {
			case k == 0:
				long = productOf(c.s, position)
			case k == 1:
				long = productOf(c.h, position)
			case k > 2:
				long = productOf(c.q[k-3], quotient)
			}
			element("product of the slots of "+want.Copy, long, want.Long)
		}
	}
}

// productOf is Π (1 + k_j·bit_j).
func productOf(v *big.Int, coefficients []elem) elem {
	r := fld.One()
	for j, k := range coefficients {
		if v.Bit(j) == 1 {
			r = fld.Mul(r, fld.Add(k, fld.One()))
		}
	}
	return r
}
