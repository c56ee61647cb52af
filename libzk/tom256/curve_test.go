package tom256

import (
	"crypto/elliptic"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/p256"
)

// The number of points is p, and p is prime. A point that is not infinity and that p
// takes to infinity has order p, as p is prime; the number of points is a multiple of
// it, and by Hasse's theorem at most q + 1 + 2√q, which is less than 2p.
func TestOrder(t *testing.T) {
	if !bigQ.ProbablyPrime(40) || !bigP.ProbablyPrime(40) {
		t.Fatal("q or p is not prime")
	}
	if toInt(p256.Field{}.Neg(p256.Field{}.One())).Cmp(new(big.Int).Sub(bigP, big.NewInt(1))) != 0 {
		t.Fatal("p is not the modulus of package p256")
	}
	base := bigBase()
	if !base.onCurve() {
		t.Fatal("the base point is not on the curve")
	}
	if base.times(bigP) != nil {
		t.Fatal("p times the base point is not infinity")
	}
	most := new(big.Int).Sqrt(bigQ)
	most.Add(most, big.NewInt(1)).Lsh(most, 1).Add(most, bigQ).Add(most, big.NewInt(1))
	if most.Cmp(new(big.Int).Lsh(bigP, 1)) >= 0 {
		t.Fatal("2p is within Hasse's bound")
	}
	if bigP.Cmp(bigQ) == 0 {
		t.Fatal("the curve is anomalous")
	}
}

// No pairing leads into a field in which logarithms are easy, and the discriminant is
// what the package's comment says.
func TestEmbeddingDegree(t *testing.T) {
	power := new(big.Int).Mod(bigQ, bigP)
	step := new(big.Int).Set(power)
	for i := 1; i < 5000; i++ {
		if power.Cmp(big.NewInt(1)) == 0 {
			t.Fatalf("p divides q^%d - 1", i)
		}
		power.Mul(power, step).Mod(power, bigP)
	}
	trace := new(big.Int).Sub(bigQ, bigP)
	trace.Add(trace, big.NewInt(1))
	d := new(big.Int).Lsh(bigQ, 2)
	d.Sub(d, new(big.Int).Mul(trace, trace))
	square, rest := new(big.Int).DivMod(d, big.NewInt(4155), new(big.Int))
	f := new(big.Int).Sqrt(square)
	if rest.Sign() != 0 || f.Mul(f, f).Cmp(square) != 0 {
		t.Error("4q - t² is not 4155 times a square")
	}
}

// special are points that meet each case of an addition with one another.
func special(r *rand.Rand) []Point {
	a, b := randomPoint(r), randomPoint(r)
	return []Point{{}, a, a, a.Neg(), b, b.Neg(), a.Add(a), a.Add(b), a.Add(b).Neg(), Generator(0), Blinder(), bigBase().point()}
}

func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	points := special(r)
	for range 10 {
		points = append(points, randomPoint(r))
	}
	for i, p := range points {
		for j, o := range points {
			want := toBig(p).add(toBig(o)).point()
			if got := p.Add(o); got != want {
				t.Errorf("point %d plus point %d = %x, want %x", i, j, got, want)
			}
			// p in Jacobian coordinates with a z that is not 1.
			var sum jacobian
			sum.addPoint(&p)
			sum.double()
			sum.addPoint(&o)
			if got, want := sum.point(), toBig(p).add(toBig(p)).add(toBig(o)).point(); got != want {
				t.Errorf("twice point %d plus point %d = %x, want %x", i, j, got, want)
			}
		}
		if neg := p.Neg(); neg.Add(p) != (Point{}) {
			t.Errorf("point %d minus itself is not infinity", i)
		}
	}
}

// The standard library's arithmetic for any curve with a = -3 agrees.
func TestElliptic(t *testing.T) {
	curve := elliptic.Curve(&elliptic.CurveParams{P: bigQ, N: bigP, B: bigB, Gx: bigBase().x, Gy: bigBase().y, BitSize: 256, Name: "Tom-256"})
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		k := randomInt(r, bigP)
		x, y := curve.ScalarBaseMult(k.Bytes())
		want := (&bigPoint{x, y}).point()
		if got := Combine([]Point{bigBase().point()}, []p256.Elem{scalar(k)}); got != want {
			t.Fatalf("%x times the base point = %x, want %x", k, got, want)
		}
		encoded := elliptic.MarshalCompressed(curve, x, y)
		if got := want.Append(nil); string(got) != string(encoded) {
			t.Fatalf("encoding %x, want %x", got, encoded)
		}
		if got, err := Decode(encoded); err != nil || got != want {
			t.Fatalf("Decode(%x) = %x, %v", encoded, got, err)
		}
	}
}
