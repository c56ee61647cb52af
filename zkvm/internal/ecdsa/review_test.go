package ecdsa

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/p256"
)

// The two assertions about the next point are linear in an entry of the table, and
// hold at exactly one entry, W divided by W.z: for any Next, on the curve or not,
// and for any coefficients of the table, which need not come from four points.
func TestStepDeterminesEntry(t *testing.T) {
	rng := rand.New(rand.NewPCG(101, 102))
	random := func() p256.Elem { return element(randomInt(rng, 256)) }
	sign := func() p256.Elem {
		if rng.IntN(2) == 1 {
			return fld.One()
		}
		return fld.Neg(fld.One())
	}
	product := func(v p256.Elem, more ...p256.Elem) p256.Elem {
		for _, m := range more {
			v = fld.Mul(v, m)
		}
		return v
	}
	for range 500 {
		at, next := multiple(t, randomScalar(rng), generator), point{random(), random()}
		d, r, s := sign(), sign(), sign()
		var tx, ty [4]p256.Elem
		for i := range tx {
			tx[i], ty[i] = random(), random()
		}
		w := next.lift().add(projective{at.x, fld.Neg(at.y), fld.One()}.double())
		inverse := fld.Inv(w.z)
		// T.x = TableX[0] + TableX[1]·dr + TableX[2]·ds + TableX[3]·rs
		tx[0] = fld.Mul(w.x, inverse)
		for i, c := range []p256.Elem{product(d, r), product(d, s), product(r, s)} {
			tx[0] = fld.Sub(tx[0], fld.Mul(tx[i+1], c))
		}
		// T.y = TableY[0]·s + TableY[1]·drs + TableY[2]·d + TableY[3]·r
		ty[0] = fld.Mul(w.y, inverse)
		for i, c := range []p256.Elem{product(d, r, s), d, r} {
			ty[0] = fld.Sub(ty[0], fld.Mul(ty[i+1], c))
		}
		ty[0] = fld.Mul(ty[0], s) // divided by s = ±1

		bit := p256.Elem{}
		if d == fld.One() {
			bit = fld.One()
		}
		in := []p256.Elem{fld.One(), bit, r, s, at.x, at.y, next.x, next.y}
		in = append(append(in, tx[:]...), ty[:]...)
		if _, err := Circuit().Evaluate(in, 1); err != nil {
			t.Fatalf("the right entry: %v", err)
		}
		for i := range 8 {
			changed := append([]p256.Elem(nil), in...)
			changed[8+i] = random()
			if _, err := Circuit().Evaluate(changed, 1); err == nil {
				t.Fatalf("coefficient %d does not matter", i)
			}
		}
	}
}

// The attacker knows the key's logarithm and takes R = a·G + b·Q. Only the one
// digest that the equation allows gets through, and R = ±G ± Q not at all. A wrong
// digest's chain runs forward to some step and backward from the end to it: it is
// wrong there only, and refused.
func TestRelatedPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(103, 104))
	mod := func(v *big.Int) *big.Int { return v.Mod(v, order) }
	half := new(big.Int).ModInverse(big.NewInt(2), order)
	accepted, refused, wrongs := 0, 0, 0
	for _, logarithm := range []int64{2, 3, -2, 5} {
		q := mod(big.NewInt(logarithm))
		key := checkedKey(t, multiple(t, q, generator))
		sys := newSystem(key)
		for a := int64(-2); a <= 2; a++ {
			for b := int64(-2); b <= 2; b++ {
				k := mod(new(big.Int).Add(big.NewInt(a), new(big.Int).Mul(big.NewInt(b), q)))
				if k.Sign() == 0 {
					continue
				}
				at := multiple(t, k, generator)
				r := integer(at.x)
				sigma := randomScalar(rng)
				// e = s·k - r·q, s = (2^256 - 1)/2 - σ
				s := new(big.Int).Sub(pow2(256), big.NewInt(1))
				s.Mul(s, half).Sub(s, sigma)
				e := mod(new(big.Int).Sub(s.Mul(s, k), new(big.Int).Mul(r, q)))
				name := fmt.Sprintf("Q = %d·G, R = %d·G + %d·Q", logarithm, a, b)

				block, regular := fill(key, e, r, sigma, at)
				rows, step := sys.verdict(t, e, block)
				if regular != (rows == nil && step == nil) {
					t.Errorf("%s: regular %v, rows %q, step %v", name, regular, rows, step)
				}
				if at.x == key.sum.x || at.x == key.difference.x {
					if rows == nil {
						t.Errorf("%s: R = ±A gets through", name)
					}
					refused++
				}
				if !regular {
					continue
				}
				accepted++

				wrong := mod(new(big.Int).Add(e, big.NewInt(1+rng.Int64N(1000))))
				block, regular = fill(key, wrong, r, sigma, at)
				if !regular {
					continue
				}
				cut := 1 + rng.IntN(Steps-1)
				sums := [2][2]point{}
				for i := range sums {
					for j := range sums[i] {
						o := Block.Sums[i] + sumPlusX + 2*j
						sums[i][j] = point{block[o], block[o+1]}
					}
				}
				p, halved := key.sum, true
				for i := Steps - 1; i >= cut && halved; i-- { // P[i] = (P[i+1] - T)/2
					bit := Steps - 1 - i
					entry := entry(wrong.Bit(bit) == 1, r.Bit(bit) == 1, sigma.Bit(bit) == 1, sums)
					var ps []point
					if ps, halved = affinePoints([]projective{p.lift().add(entry.neg().lift())}); !halved {
						break
					}
					p = multiple(t, half, ps[0])
					o := Block.Points + 2*(i-1)
					block[o], block[o+1] = p.x, p.y
				}
				if !halved { // P[i+1] = T is possible for such an R
					continue
				}
				wrongs++
				sys.expectStep(t, name+", wrong digest", wrong, block, labelNextX, cut-1)
			}
		}
	}
	if accepted < 40 || refused < 16 || wrongs < 30 {
		t.Errorf("%d accepted, %d refused, %d wrong digests", accepted, refused, wrongs)
	}
}

// One valid s beside those with an exceptional point has no proof: p - n, whose σ
// is σ0 + n modulo p, though not modulo n. It is refused by name.
func TestRefusedS(t *testing.T) {
	s := new(big.Int).Sub(prime, order)
	q := big.NewInt(12345)
	k := big.NewInt(67890)
	r := integer(multiple(t, k, generator).x)
	e := new(big.Int).Mul(s, k)
	e.Sub(e, new(big.Int).Mul(r, q)).Mod(e, order)
	var digest [32]byte
	e.FillBytes(digest[:])
	key := checkedKey(t, multiple(t, q, generator))
	if _, err := Witness(key, digest, r, s); !errors.Is(err, ErrExceptional) {
		t.Errorf("s = p - n: %v, want %v", err, ErrExceptional)
	}
	s.Add(s, big.NewInt(1))
	e.Add(e, k).Mod(e, order)
	e.FillBytes(digest[:])
	if _, err := Witness(key, digest, r, s); err != nil {
		t.Errorf("s = p - n + 1: %v", err)
	}
}
