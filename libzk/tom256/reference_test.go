package tom256

import (
	"math/big"
	"math/rand/v2"

	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"
)

// The curve once more, by its definition and over big integers. Infinity is nil.

func hexInt(s string) *big.Int {
	v, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic(s)
	}
	return v
}

var (
	bigQ = hexInt("ffffffff0000000100000000000000017e72b42b30e7317793135661b1c4b117")
	bigB = hexInt("b441071b12f4a0366fb552f8e21ed4ac36b06aceeb354224863e60f20219fc56")
	// bigP is P-256's prime, FIPS 186-5.
	bigP = hexInt("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
)

type bigPoint struct{ x, y *big.Int }

// bigBase is the point at x = 3 that other implementations of the curve start from.
func bigBase() *bigPoint {
	return &bigPoint{big.NewInt(3), hexInt("5a6dd32df58708e64e97345cbe66600decd9d538a351bb3c30b4954925b1f02d")}
}

// bigRight is x³ - 3x + b.
func bigRight(x *big.Int) *big.Int {
	v := new(big.Int).Mul(x, x)
	v.Sub(v, big.NewInt(3)).Mul(v, x).Add(v, bigB)
	return v.Mod(v, bigQ)
}

func (p *bigPoint) onCurve() bool {
	left := new(big.Int).Mul(p.y, p.y)
	return left.Mod(left, bigQ).Cmp(bigRight(p.x)) == 0
}

func (p *bigPoint) add(o *bigPoint) *bigPoint {
	if p == nil {
		return o
	}
	if o == nil {
		return p
	}
	var above, below *big.Int
	switch {
	case p.x.Cmp(o.x) != 0:
		above, below = new(big.Int).Sub(o.y, p.y), new(big.Int).Sub(o.x, p.x)
	case p.y.Cmp(o.y) == 0:
		above = new(big.Int).Mul(p.x, p.x)
		above.Mul(above, big.NewInt(3)).Sub(above, big.NewInt(3))
		below = new(big.Int).Lsh(p.y, 1)
	default:
		return nil
	}
	below.ModInverse(below.Mod(below, bigQ), bigQ)
	slope := above.Mul(above, below)
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, p.x).Sub(x, o.x).Mod(x, bigQ)
	y := new(big.Int).Sub(p.x, x)
	y.Mul(y, slope).Sub(y, p.y).Mod(y, bigQ)
	return &bigPoint{x, y}
}

func (p *bigPoint) times(k *big.Int) *bigPoint {
	var sum *bigPoint
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = sum.add(sum)
		if k.Bit(i) == 1 {
			sum = sum.add(p)
		}
	}
	return sum
}

// point is p as a point of the package.
func (p *bigPoint) point() (o Point) {
	if p == nil {
		return o
	}
	var x, y [fq.Size]byte
	p.x.FillBytes(x[:])
	p.y.FillBytes(y[:])
	if !fq.SetBytes(&o.x, &x) || !fq.SetBytes(&o.y, &y) {
		panic("coordinate is not below q")
	}
	return o
}

// toBig is the inverse of point.
func toBig(p Point) *bigPoint {
	if p.IsInfinity() {
		return nil
	}
	x, y := fq.Bytes(&p.x), fq.Bytes(&p.y)
	return &bigPoint{new(big.Int).SetBytes(x[:]), new(big.Int).SetBytes(y[:])}
}

func randomInt(r *rand.Rand, below *big.Int) *big.Int {
	v := new(big.Int)
	for range 5 {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(r.Uint64()))
	}
	return v.Mod(v, below)
}

// randomPoint is a point with either parity.
func randomPoint(r *rand.Rand) Point {
	for {
		x := randomInt(r, bigQ)
		if y := new(big.Int).ModSqrt(bigRight(x), bigQ); y != nil {
			if r.IntN(2) == 0 {
				y.Sub(bigQ, y)
			}
			return (&bigPoint{x, y}).point()
		}
	}
}

func scalar(v *big.Int) (e p256.Elem) { return *e.SetBigInt(v) }

func toInt(e p256.Elem) *big.Int { return e.BigInt(new(big.Int)) }
