package ecdsa

import (
	stdecdsa "crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// signed is a signature by the standard library.
func signed(t testing.TB, message string) (key PublicKey, digest [32]byte, r, s *big.Int) {
	t.Helper()
	private, err := stdecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest = sha256.Sum256([]byte(message))
	der, err := stdecdsa.SignASN1(cryptorand.Reader, private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		t.Fatal(err)
	}
	public, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	key, err = CheckPublicKey(new(big.Int).SetBytes(public[1:33]), new(big.Int).SetBytes(public[33:]))
	if err != nil {
		t.Fatal(err)
	}
	return key, digest, sig.R, sig.S
}

func TestHonest(t *testing.T) {
	for range 300 { // none is exceptional
		key, digest, r, s := signed(t, "a payload")
		if _, err := Witness(key, digest, r, s); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		key, digest, r, s := signed(t, "a payload")
		e := new(big.Int).SetBytes(digest[:])
		for _, s := range []*big.Int{s, new(big.Int).Sub(order, s)} { // one of them is high
			block, err := Witness(key, digest, r, s)
			if err != nil {
				t.Fatal(err)
			}
			newSystem(key).expectRows(t, "honest witness", e, block)
		}
	}
}

// What Witness refuses, the standard library refuses; nothing else.
func TestWitnessRefuses(t *testing.T) {
	key, digest, r, s := signed(t, "a payload")
	otherKey, _, _, _ := signed(t, "another")
	other := digest
	other[31] ^= 1
	plus := func(v *big.Int, d int64) *big.Int { return new(big.Int).Add(v, big.NewInt(d)) }
	for _, c := range []struct {
		name   string
		key    PublicKey
		digest [32]byte
		r, s   *big.Int
	}{
		{"another digest", key, other, r, s},
		{"another key", otherKey, digest, r, s},
		{"another r", key, digest, plus(r, 1), s},
		{"another s", key, digest, r, plus(s, 1)},
		{"r = 0", key, digest, new(big.Int), s},
		{"s = 0", key, digest, r, new(big.Int)},
		{"r = n", key, digest, order, s},
		{"s = n", key, digest, r, order},
		{"r + n", key, digest, new(big.Int).Add(r, order), s},
		{"negative s", key, digest, r, new(big.Int).Neg(s)},
		{"s - n", key, digest, r, new(big.Int).Sub(s, order)},
		{"no r", key, digest, nil, s},
		{"no s", key, digest, r, nil},
		{"swapped", key, digest, s, r},
	} {
		if _, err := Witness(c.key, c.digest, c.r, c.s); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v, want %v", c.name, err, ErrSignature)
		}
	}
}

// Only CheckPublicKey makes keys.
func TestUncheckedKey(t *testing.T) {
	space := affine.NewSpace[p256.Elem](fld, testBlock+Block.Len)
	for name, f := range map[string]func(){
		"Witness":   func() { _, _ = Witness(PublicKey{}, [32]byte{}, big.NewInt(1), big.NewInt(1)) },
		"Copies":    func() { new(Inputs).Copies(space) },
		"Constrain": func() { new(Inputs).Constrain(space, &system{space: space}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes an unchecked key", name)
				}
			}()
			f()
		}()
	}
}

// Witness and the standard library accept the same signatures.
func FuzzWitness(f *testing.F) {
	private, err := stdecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	public, err := private.PublicKey.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	key, err := CheckPublicKey(new(big.Int).SetBytes(public[1:33]), new(big.Int).SetBytes(public[33:]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("message"), []byte{}, []byte{}, false)
	f.Add([]byte("message"), []byte{1}, []byte{}, false)
	f.Add([]byte{}, []byte{}, order.Bytes(), true)
	f.Add([]byte{}, order.Bytes(), []byte{}, false)
	f.Fuzz(func(t *testing.T, message, addR, addS []byte, high bool) {
		digest := sha256.Sum256(message)
		r, s, err := stdecdsa.Sign(cryptorand.Reader, private, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		if high {
			s.Sub(order, s)
		}
		r.Add(r, new(big.Int).SetBytes(addR))
		s.Add(s, new(big.Int).SetBytes(addS))
		_, err = Witness(key, digest, r, s)
		if valid := stdecdsa.Verify(&private.PublicKey, digest[:], r, s); valid != (err == nil) {
			t.Errorf("valid: %v, Witness: %v", valid, err)
		}
	})
}

// A digest and r for which R = s⁻¹(e·G + r·Q) is infinity.
func TestWitnessInfinity(t *testing.T) {
	// Q = -e/r·G
	r := rand.New(rand.NewPCG(1, 2))
	e, k := randomScalar(r), randomScalar(r)
	d := new(big.Int).ModInverse(k, order)
	d.Mul(d, e).Neg(d).Mod(d, order)
	key := checkedKey(t, multiple(t, d, generator))
	var digest [32]byte
	e.FillBytes(digest[:])
	if _, err := Witness(key, digest, k, big.NewInt(5)); !errors.Is(err, ErrSignature) {
		t.Errorf("R at infinity: %v, want %v", err, ErrSignature)
	}
}

// Valid signatures that the proof refuses: R.x not below n, R = ±(G ± Q), and r in
// the narrow band below n.
func TestWitnessExceptional(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	sign := func(q point, e, k, s *big.Int) error {
		var digest [32]byte
		e.FillBytes(digest[:])
		_, err := Witness(checkedKey(t, q), digest, k, s)
		return err
	}
	e, s := randomScalar(r), randomScalar(r)

	band := new(big.Int).Sub(order, pow2(40))
	for _, x := range []*big.Int{order, new(big.Int).Add(order, pow2(20)), band} {
		x, at := liftFrom(x)
		k := new(big.Int).Mod(x, order)
		q := forge(t, e, k, sigmaOf(s), at)
		if err := sign(q.q, e, k, s); !errors.Is(err, ErrExceptional) {
			t.Errorf("R.x = %x: %v, want %v", x, err, ErrExceptional)
		}
	}

	// A private key d and R = G + Q, so k = 1 + d; and R = G - Q.
	for _, sign1 := range []int64{1, -1} {
		for _, sign2 := range []int64{1, -1} {
			d := randomScalar(r)
			k := new(big.Int).Mul(big.NewInt(sign1), d)
			k.Add(k, big.NewInt(1)).Mul(k, big.NewInt(sign2)).Mod(k, order)
			at := multiple(t, k, generator)
			x := new(big.Int).Mod(integer(at.x), order)
			s := new(big.Int).Mul(x, d)
			s.Add(s, e).Mul(s, new(big.Int).ModInverse(k, order)).Mod(s, order)
			if err := sign(multiple(t, d, generator), e, x, s); !errors.Is(err, ErrExceptional) {
				t.Errorf("R = %d·(G + %d·Q): %v, want %v", sign2, sign1, err, ErrExceptional)
			}
		}
	}
}

// A signature for which the first step, 2·(G + Q) + T, is infinity: a signer that
// chooses R = ±(3G + Q), where the top bits of e and r are 1 and 0, can make one.
func TestWitnessChainAtInfinity(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for {
		d, e := randomScalar(rng), randomScalar(rng)
		k := new(big.Int).Add(d, big.NewInt(3))
		r := new(big.Int).Mod(integer(multiple(t, k, generator).x), order)
		s := new(big.Int).Mul(r, d)
		s.Add(s, e).Mul(s, new(big.Int).ModInverse(k, order)).Mod(s, order)
		// The sign of R's digit must be that of -k.
		if e.Bit(Steps-1) != 1 || r.Bit(Steps-1) != 0 || sigmaOf(s).Bit(Steps-1) != 0 {
			continue
		}
		key := checkedKey(t, multiple(t, d, generator))
		var digest [32]byte
		e.FillBytes(digest[:])
		if _, err := Witness(key, digest, r, s); !errors.Is(err, ErrExceptional) {
			t.Errorf("first step at infinity: %v, want %v", err, ErrExceptional)
		}
		// Nor is there a way around: no affine point takes the place of infinity.
		block, regular := fill(key, e, r, sigmaOf(s), multiple(t, k, generator))
		if regular {
			t.Error("the chain has no infinity")
		}
		newSystem(key).expectStep(t, "zeros for infinity", e, block, labelCurve, 1)
		block[Block.Points], block[Block.Points+1] = key.q.x, key.q.y
		newSystem(key).expectStep(t, "a point for infinity", e, block, labelNextX)
		return
	}
}

func TestCheckPublicKey(t *testing.T) {
	g := generator
	x, y := integer(g.x), integer(g.y)
	q := multiple(t, big.NewInt(12345), g)
	qx, qy := integer(q.x), integer(q.y)
	if _, err := CheckPublicKey(qx, qy); err != nil {
		t.Errorf("good key: %v", err)
	}
	for _, c := range []struct {
		name string
		x, y *big.Int
	}{
		{"no x", nil, qy},
		{"no y", qx, nil},
		{"negative", new(big.Int).Neg(qx), qy},
		{"x + p", new(big.Int).Add(qx, prime), qy},
		{"y + p", qx, new(big.Int).Add(qy, prime)},
		{"y - p", qx, new(big.Int).Sub(qy, prime)},
		{"off the curve", qx, new(big.Int).Add(qy, big.NewInt(1))},
		{"zeros", new(big.Int), new(big.Int)},
		{"generator", x, y},
		{"negative of the generator", x, new(big.Int).Sub(prime, y)},
	} {
		if _, err := CheckPublicKey(c.x, c.y); !errors.Is(err, ErrPublicKey) {
			t.Errorf("%s: %v, want %v", c.name, err, ErrPublicKey)
		}
	}
}

// Attackers choose keys, digests, R and scalars such that the curve equation
// holds, and break only the one condition that the row checks.
func TestLine16ForgedScalars(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	e, sigma := randomScalar(rng), randomScalar(rng)
	small, smallPoint := liftFrom(big.NewInt(1))
	top, topPoint := liftFrom(order)
	bound := new(big.Int).Sub(pow2(192), pow2(128))
	bound.Add(bound, pow2(256)).Sub(bound, pow2(224)) // where the band below n begins
	atBound, boundPoint := liftFrom(bound)
	band, bandPoint := liftFrom(new(big.Int).Sub(order, pow2(64)))
	last := new(big.Int).Sub(bound, big.NewInt(1))
	for {
		if _, ok := lift(last); ok {
			break
		}
		last.Sub(last, big.NewInt(1))
	}
	lastPoint, _ := lift(last)
	words, wordsPoint := liftFrom(hexInt("ffffffff00000000fffffffe00000000000000000000000000000000deadbeef"))
	beyond, beyondPoint := liftFrom(hexInt("ffffffff000000010000000000000000000000000000000000000000deadbeef"))
	common, commonPoint := liftFrom(randomInt(rng, 250))

	for _, c := range []struct {
		name  string
		e     *big.Int
		r     *big.Int
		sigma *big.Int
		at    point
		want  []string
	}{
		{"valid", e, common, sigma, commonPoint, nil},
		{"valid, other y", e, common, sigma, commonPoint.neg(), nil},
		{"valid, small r", e, small, sigma, smallPoint, nil},
		{"valid, r starts with n's first two words", e, words, sigma, wordsPoint, nil},
		{"valid, largest r", e, last, sigma, lastPoint, nil},
		{"valid, σ above n", e, common, new(big.Int).Add(order, big.NewInt(7)), commonPoint, nil},
		{"valid, digest above n", new(big.Int).Sub(pow2(256), big.NewInt(1)), common, sigma, commonPoint, nil},
		{"valid, digest zero", new(big.Int), common, sigma, commonPoint, nil},
		{"r + p for r", e, new(big.Int).Add(small, prime), sigma, smallPoint, []string{rowSecond}},
		{"r = R.x at n or above", e, top, sigma, topPoint, []string{rowThird}},
		{"r = R.x between n's second word and p", e, beyond, sigma, beyondPoint, []string{rowSecond}},
		{"r in the band below n", e, band, sigma, bandPoint, []string{rowThird}},
		{"r at the bound", e, atBound, sigma, boundPoint, []string{rowThird}},
		{"valid, σ = 0", e, common, new(big.Int), commonPoint, nil},
		{"valid, σ = n", e, common, order, commonPoint, nil},
		{"s = 0, σ below n", e, common, sigmaZero, commonPoint, []string{rowSigma}},
		{"s = 0, σ above n", e, common, sigmaZeroN, commonPoint, []string{rowSigmaN}},
	} {
		key := forge(t, c.e, c.r, c.sigma, c.at)
		block, regular := fill(key, c.e, c.r, c.sigma, c.at)
		if regular != (c.want == nil) {
			t.Errorf("%s: regular = %v", c.name, regular)
		}
		newSystem(key).expectRows(t, c.name, c.e, block, c.want...)
	}

	// r = 0 with R = (0, √b), e and s multiples of n: the equation holds for every key.
	zero, ok := lift(new(big.Int))
	if !ok {
		t.Fatal("no point has x = 0")
	}
	key := checkedKey(t, multiple(t, big.NewInt(77), generator))
	for _, e := range []*big.Int{new(big.Int), order} {
		block, _ := fill(key, e, new(big.Int), sigmaZeroN, zero)
		newSystem(key).expectRows(t, "r = 0", e, block, rowNotZero, rowSigmaN)
	}
	// r = p: R.x = 0 as well. The key is made to order.
	key = forge(t, e, prime, sigma, zero)
	block, _ := fill(key, e, prime, sigma, zero)
	newSystem(key).expectRows(t, "r = p", e, block, rowSecond, rowNotZero)
}

// The flag of the range check cannot be lowered, and its inverses not be invented.
func TestLine16ForgedRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	e, sigma := randomScalar(rng), randomScalar(rng)
	x, at := liftFrom(order)
	key := forge(t, e, x, sigma, at)
	honest, _ := fill(key, e, x, sigma, at)
	s := newSystem(key)
	for range 20 {
		block := slices.Clone(honest)
		block[Block.Range+1] = p256.Elem{}
		block[Block.Range] = element(randomInt(rng, 256))
		block[Block.Range+2] = element(randomInt(rng, 256))
		s.expectRows(t, "flag 0", e, block, rowTop)
		block[Block.Range+1] = fld.One()
		s.expectRows(t, "flag 1", e, block, rowThird)
	}
}

// R off the curve; sums for another R or another key; chords with free slopes.
func TestForgedPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	key, digest, r, sInt := signed(t, "a payload")
	e := new(big.Int).SetBytes(digest[:])
	honest, err := Witness(key, digest, r, sInt)
	if err != nil {
		t.Fatal(err)
	}
	s := newSystem(key)
	s.expectRows(t, "honest", e, honest)
	sigma := sigmaOf(sInt)
	at := point{element(r), honest[Block.RY]}

	// -R has the same r; the chain does not close for it.
	block, _ := fill(key, e, r, sigma, at.neg())
	s.expectStep(t, "-R", e, block, labelNextX, Steps-1)

	// Rows of squares and of the curve: y² or x² wrong, or the point.
	off := point{at.x, fld.Add(at.y, fld.One())}
	block, _ = fill(key, e, r, sigma, off)
	if rows, step := s.verdict(t, e, block); !slices.Equal(rows, []string{rowCurve}) || step == nil {
		t.Errorf("R off the curve: rows %q, step %v", rows, step)
	}
	block[Block.Square+1] = honest[Block.Square+1]
	if rows, _ := s.verdict(t, e, block); !slices.Equal(rows, []string{rowSquareY}) {
		t.Errorf("R off the curve with the square of R.y: rows %q", rows)
	}
	for {
		// x² chosen such that a wrong y fits.
		xx := element(randomInt(rng, 256))
		yy := fld.Add(fld.Mul(fld.Sub(xx, three), at.x), curveB)
		var y p256.Elem
		if y.Sqrt(&yy) == nil {
			continue
		}
		block, _ = fill(key, e, r, sigma, point{at.x, y})
		block[Block.Square] = xx
		if rows, step := s.verdict(t, e, block); !slices.Equal(rows, []string{rowSquareX}) || step == nil {
			t.Errorf("wrong square of R.x: rows %q, step %v", rows, step)
		}
		break
	}

	// Sums of another point, all of them or one.
	otherPoint := multiple(t, randomScalar(rng), generator)
	other, _ := fill(key, e, integer(otherPoint.x), sigma, otherPoint)
	for i, name := range sumNames {
		block = slices.Clone(honest)
		copy(block[Block.Sums[i]:][:sumLen], other[Block.Sums[i]:])
		want := []string{rowDistinct + name, rowSlope + name, rowPlusX + name, rowPlusY + name, rowMinusX + name, rowMinusY + name}
		if rows, step := s.verdict(t, e, block); !slices.Equal(rows, want) || step == nil {
			t.Errorf("sums of another point for %s: rows %q, step %v", name, rows, step)
		}

		// One row at a time. The inverse: any other value, and all that follows from it.
		for _, c := range []struct {
			change func(b []p256.Elem)
			want   []string
		}{
			{func(b []p256.Elem) { b[sumPlusY] = fld.Neg(b[sumPlusY]) }, []string{rowPlusY + name}},
			{func(b []p256.Elem) { b[sumMinusY] = fld.Neg(b[sumMinusY]) }, []string{rowMinusY + name}},
			{func(b []p256.Elem) { b[sumMinusX], b[sumMinusY] = b[sumPlusX], b[sumPlusY] }, []string{rowMinusX + name, rowMinusY + name}},
			{func(b []p256.Elem) { rechord(b, at, key, i, fld.Add(b[sumInverse], fld.One()), nil) }, []string{rowDistinct + name}},
			{func(b []p256.Elem) {
				slope := fld.Add(b[sumSlope], fld.One())
				rechord(b, at, key, i, b[sumInverse], &slope)
			}, []string{rowSlope + name}},
			{func(b []p256.Elem) { rechordX(b, at, key, i, sumPlusX) }, []string{rowPlusX + name}},
			{func(b []p256.Elem) { rechordX(b, at, key, i, sumMinusX) }, []string{rowMinusX + name}},
		} {
			block = slices.Clone(honest)
			c.change(block[Block.Sums[i]:][:sumLen])
			if rows, step := s.verdict(t, e, block); !slices.Equal(rows, c.want) || step == nil {
				t.Errorf("sums for %s: rows %q, step %v, want rows %q", name, rows, step, c.want)
			}
		}
	}

	// R = ±A: with inverse and slope free, the sums could be any points on a line.
	for i, a := range []point{key.sum, key.difference, key.sum.neg(), key.difference.neg()} {
		block, regular := fill(key, e, integer(a.x), sigma, a)
		if regular {
			t.Errorf("R = ±A is regular")
		}
		if rows, _ := s.verdict(t, e, block); !slices.Contains(rows, rowDistinct+sumNames[i%2]) {
			t.Errorf("R = ±A: rows %q", rows)
		}
		for range 5 {
			rechord(block[Block.Sums[i%2]:][:sumLen], a, key, i%2, element(randomInt(rng, 256)), nil)
			if rows, _ := s.verdict(t, e, block); !slices.Contains(rows, rowDistinct+sumNames[i%2]) {
				t.Errorf("R = ±A, free inverse: rows %q", rows)
			}
		}
	}

	// The witness for one key under another.
	otherKey, _, _, _ := signed(t, "another")
	if rows, step := newSystem(otherKey).verdict(t, e, honest); len(rows) != 10 || step == nil {
		t.Errorf("another key: rows %q, step %v", rows, step)
	}
	block, _ = fill(otherKey, e, r, sigma, at)
	newSystem(otherKey).expectStep(t, "recomputed for another key", e, block, labelNextX, Steps-1)
}

// rechord recomputes sums from an inverse and a slope, as the rows would.
func rechord(b []p256.Elem, r point, key PublicKey, i int, inverse p256.Elem, slope *p256.Elem) {
	a := [2]point{key.sum, key.difference}[i]
	b[sumInverse] = inverse
	b[sumSlope] = fld.Mul(inverse, r.y)
	if slope != nil {
		b[sumSlope] = *slope
	}
	for j, ay := range []p256.Elem{a.y, fld.Neg(a.y)} {
		lambda := fld.Sub(b[sumSlope], fld.Mul(ay, inverse))
		x := fld.Sub(fld.Sub(fld.Mul(lambda, lambda), a.x), r.x)
		b[sumPlusX+2*j], b[sumPlusY+2*j] = x, fld.Sub(fld.Mul(lambda, fld.Sub(r.x, x)), r.y)
	}
}

// rechordX moves the x of one sum along its chord.
func rechordX(b []p256.Elem, r point, key PublicKey, i, at int) {
	ay := [2]point{key.sum, key.difference}[i].y
	if at == sumMinusX {
		ay = fld.Neg(ay)
	}
	lambda := fld.Sub(b[sumSlope], fld.Mul(ay, b[sumInverse]))
	b[at] = fld.Add(b[at], fld.One())
	b[at+1] = fld.Sub(fld.Mul(lambda, fld.Sub(r.x, b[at])), r.y)
}

// The chain: digest bits, scalar bits, points.
func TestForgedChain(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	key, digest, r, sInt := signed(t, "a payload")
	e := new(big.Int).SetBytes(digest[:])
	honest, err := Witness(key, digest, r, sInt)
	if err != nil {
		t.Fatal(err)
	}
	s := newSystem(key)
	sigma := sigmaOf(sInt)
	at := point{element(r), honest[Block.RY]}
	pointAt := func(block []p256.Elem, i int) []p256.Elem { return block[Block.Points+2*(i-1):][:2] }

	for range 8 {
		i := rng.IntN(Steps)
		flipped := new(big.Int).Xor(e, pow2(uint(Steps-1-i)))
		s.expectStep(t, "digest bit flipped", flipped, honest, labelNextX, i)
		// The chain recomputed for the wrong digest does not close.
		block, _ := fill(key, flipped, r, sigma, at)
		s.expectStep(t, "chain of a wrong digest", flipped, block, labelNextX, Steps-1)
	}
	for _, i := range []int{0, 1, 100, Steps - 2, Steps - 1} {
		block := slices.Clone(honest)
		bit := &block[Block.Sigma+i]
		*bit = fld.Sub(fld.One(), *bit)
		rows, step := s.verdict(t, e, block)
		if !slices.Equal(rows, []string{rowSigma, rowSigmaN}) || step == nil || step.Copy != i {
			t.Errorf("bit %d of σ flipped: rows %q, step %v", i, rows, step)
		}
		block = slices.Clone(honest)
		bit = &block[Block.R+i]
		*bit = fld.Sub(fld.One(), *bit)
		if rows, step := s.verdict(t, e, block); len(rows) == 0 || step == nil || step.Copy != i {
			t.Errorf("bit %d of r flipped: rows %q, step %v", i, rows, step)
		}
	}

	// Points replaced. A copy checks its Point; as Next it is checked by the step.
	for _, i := range []int{1, 2, 128, Steps - 1} {
		p := point{pointAt(honest, i)[0], pointAt(honest, i)[1]}
		for _, c := range []struct {
			name string
			q    point
			// labels that copies i-1 and i break
			before, after []string
		}{
			{"zeros", point{}, nil, []string{labelCurve}},
			{"negative", p.neg(), []string{labelNextX, labelNextY}, []string{labelNextX, labelNextY}},
			{"another point", multiple(t, randomScalar(rng), generator), []string{labelNextX, labelNextY}, []string{labelNextX, labelNextY}},
			{"off the curve", point{p.x, fld.Add(p.y, fld.One())}, nil, []string{labelCurve}},
		} {
			block := slices.Clone(honest)
			pointAt(block, i)[0], pointAt(block, i)[1] = c.q.x, c.q.y
			values := valuesOf(key, e, block)
			if got := values[i-1].Evaluate(); c.before != nil && !slices.Equal(got, c.before) {
				t.Errorf("%s at %d: step before breaks %q", c.name, i, got)
			}
			if got := values[i].Evaluate(); !slices.Equal(got, c.after) && !slices.Equal(got, append(c.after, labelNextX, labelNextY)) {
				t.Errorf("%s at %d: step after breaks %q", c.name, i, got)
			}
			if rows, step := s.verdict(t, e, block); rows != nil || step == nil || step.Copy != i-1 && step.Copy != i {
				t.Errorf("%s at %d: rows %q, step %v", c.name, i, rows, step)
			}
		}
	}

	// All points zero, the sums as well.
	block := slices.Clone(honest)
	clear(block[Block.Points:Block.RY])
	s.expectStep(t, "all points zero", e, block, labelCurve, 1)
	clear(block[Block.RY:])
	if rows, step := s.verdict(t, e, block); len(rows) == 0 || step == nil {
		t.Errorf("all zero: rows %q, step %v", rows, step)
	}

	// Any element of the block changed is noticed.
	for i := range honest {
		block := slices.Clone(honest)
		block[i] = fld.Add(block[i], element(randomScalar(rng)))
		if rows, step := s.verdict(t, e, block); rows == nil && step == nil {
			t.Errorf("element %d changed: nothing breaks", i)
		}
	}
}

func sigmaOf(s *big.Int) *big.Int {
	v := new(big.Int).Sub(sigmaZero, s)
	return v.Mod(v, order)
}

// valuesOf is the inputs of all copies, by the definitions.
func valuesOf(key PublicKey, e *big.Int, block []p256.Elem) []Values {
	at := func(k int) point { return point{block[k], block[k+1]} }
	var sums [2][2]point
	for i, k := range Block.Sums {
		sums[i] = [2]point{at(k + sumPlusX), at(k + sumMinusX)}
	}
	out := make([]Values, Steps)
	for i := range out {
		v := Values{
			E: e.Bit(Steps-1-i) == 1, R: block[Block.R+i] == fld.One(), Sigma: block[Block.Sigma+i] == fld.One(),
			Point: key.sum, Next: key.sum, Sums: sums,
		}
		if i > 0 {
			v.Point = at(Block.Points + 2*(i-1))
		}
		if i < Steps-1 {
			v.Next = at(Block.Points + 2*i)
		}
		out[i] = v
	}
	return out
}

// Every element of the block is used, and the map gives what Values says.
func TestInputs(t *testing.T) {
	key, digest, r, sInt := signed(t, "a payload")
	e := new(big.Int).SetBytes(digest[:])
	block, err := Witness(key, digest, r, sInt)
	if err != nil {
		t.Fatal(err)
	}
	s := newSystem(key)
	w := make([]p256.Elem, testBlock+Block.Len)
	for i := range Steps {
		w[i] = fld.FromUint64(uint64(e.Bit(Steps - 1 - i)))
	}
	copy(w[testBlock:], block)
	v := s.space.Evaluate(w)
	var refs []affine.Ref
	for i, values := range valuesOf(key, e, block) {
		var got []p256.Elem
		copyRefs := s.copies[i].Append(nil)
		for _, ref := range copyRefs {
			got = append(got, v.At(ref))
		}
		if !slices.Equal(got, values.Append(nil)) || len(got) != CopyInputs {
			t.Fatalf("copy %d: the map gives other inputs than the values", i)
		}
		refs = append(refs, copyRefs...)
	}
	for _, row := range s.rows {
		refs = append(refs, row.a, row.b, row.c)
	}
	for k, used := range s.space.Used(refs) {
		if inside := k < Steps || k >= testBlock; used != inside {
			t.Errorf("witness element %d: used = %v", k, used)
		}
	}
	if len(block) != Block.Len || Block.Zero+3 != Block.Len {
		t.Errorf("block of %d elements, layout %+v", len(block), Block)
	}
	for i, b := range block[:Block.Bits] {
		if b != (p256.Elem{}) && b != fld.One() {
			t.Errorf("element %d is not a bit", i)
		}
	}
}
