package ecdsa

import (
	"crypto/elliptic"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/p256"
)

// point is an affine point, not infinity. Not every value is on the curve.
type point struct{ x, y p256.Elem }

// projective is (x : y : z), infinity where z = 0.
type projective struct{ x, y, z p256.Elem }

var (
	fld       p256.Field
	order     = elliptic.P256().Params().N
	prime     = elliptic.P256().Params().P
	curveB    = element(elliptic.P256().Params().B)
	generator = point{element(elliptic.P256().Params().Gx), element(elliptic.P256().Params().Gy)}

	three  = fld.FromUint64(3)
	threeB = fld.Mul(three, curveB)
)

// element is v modulo p.
func element(v *big.Int) p256.Elem {
	var e p256.Elem
	e.SetBigInt(v)
	return e
}

// integer is the integer below p that e stands for.
func integer(e p256.Elem) *big.Int { return e.BigInt(new(big.Int)) }

// onCurve reports whether y² = x³ - 3x + b.
func (p point) onCurve() bool {
	x3 := fld.Mul(fld.Sub(fld.Mul(p.x, p.x), three), p.x)
	return fld.Mul(p.y, p.y) == fld.Add(x3, curveB)
}

func (p point) neg() point { return point{p.x, fld.Neg(p.y)} }

func (p point) lift() projective { return projective{p.x, p.y, fld.One()} }

// add is p + q by the complete formulas of Renes, Costello and Batina (eprint
// 2015/1060, equation (2), a = -3): right for all points of the curve, as its
// order is odd.
func (p projective) add(q projective) projective {
	xx, yy, zz := fld.Mul(p.x, q.x), fld.Mul(p.y, q.y), fld.Mul(p.z, q.z)
	xy := fld.Add(fld.Mul(p.x, q.y), fld.Mul(q.x, p.y))
	xz := fld.Add(fld.Mul(p.x, q.z), fld.Mul(q.x, p.z))
	yz := fld.Add(fld.Mul(p.y, q.z), fld.Mul(q.y, p.z))

	v := fld.Sub(fld.Mul(threeB, zz), fld.Mul(three, xz))
	minus, plus := fld.Sub(yy, v), fld.Add(yy, v)
	zz3 := fld.Mul(three, zz)
	c := fld.Mul(three, fld.Sub(fld.Mul(curveB, xz), fld.Add(xx, zz3)))
	d := fld.Sub(fld.Mul(three, xx), zz3)
	return projective{
		x: fld.Sub(fld.Mul(xy, minus), fld.Mul(yz, c)),
		y: fld.Add(fld.Mul(plus, minus), fld.Mul(d, c)),
		z: fld.Add(fld.Mul(yz, plus), fld.Mul(xy, d)),
	}
}

// double is 2p: adding p to itself, which complete formulas allow.
func (p projective) double() projective { return p.add(p) }

// affinePoints divides by z, reporting false if one of them is infinity.
func affinePoints(ps []projective) ([]point, bool) {
	zs := make([]p256.Elem, len(ps))
	for i := range ps {
		zs[i] = ps[i].z
	}
	out := make([]point, len(ps))
	finite := true
	var zero p256.Elem
	for i, inv := range p256.BatchInvert(zs) {
		finite = finite && zs[i] != zero
		out[i] = point{fld.Mul(ps[i].x, inv), fld.Mul(ps[i].y, inv)}
	}
	return out, finite
}

// combine is u·p + v·q, for scalars of at most 256 bits.
func combine(u *big.Int, p point, v *big.Int, q point) projective {
	infinity := projective{y: fld.One()}
	table := [4]projective{infinity, p.lift(), q.lift(), p.lift().add(q.lift())}
	acc := infinity
	for i := 255; i >= 0; i-- {
		acc = acc.double()
		if d := u.Bit(i) + 2*v.Bit(i); d != 0 {
			acc = acc.add(table[d])
		}
	}
	return acc
}
