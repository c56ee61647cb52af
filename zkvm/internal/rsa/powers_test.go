package rsa

import (
	"math/rand/v2"
	"testing"
)

// TestPowersOfMask: of bits the map gives the powers of their mask; it is linear, of others than bits
// too, and its transpose is one.
func TestPowersOfMask(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []elem {
		v := make([]elem, n)
		for i := range v {
			v[i] = elem{Lo: rng.Uint64(), Hi: rng.Uint64()}
		}
		return v
	}
	for _, forms := range []int{1, 2, 15, 16, 17, primeBits} {
		p := powersOfMask(forms)
		if n, reads := p.Size(); n != forms || reads != elementBits {
			t.Fatal(n, reads)
		}
		apply := func(w []elem) []elem {
			dst := make([]elem, forms)
			p.Apply(dst, w)
			return dst
		}
		bits := make([]elem, elementBits)
		var eta elem
		for i := range bits {
			if rng.IntN(2) == 1 {
				bits[i] = fld.One()
				eta = fld.Add(eta, fld.Mul(basis().high[0][i/symbolBits], basis().symbol[0][i%symbolBits]))
			}
		}
		got, factor, w := apply(bits), random(1)[0], random(elementBits)
		scaled := make([]elem, elementBits)
		fld.Axpy(scaled, factor, bits)
		fld.AddVec(scaled, w)
		sum, part := apply(scaled), apply(w) // neither of bits
		for k := range got {
			if got[k] != eta {
				t.Fatalf("%d forms: power %d is not the mask's", forms, k)
			}
			if sum[k] != fld.Add(part[k], fld.Mul(factor, got[k])) {
				t.Fatalf("%d forms: power %d is not linear", forms, k)
			}
			eta = fld.Mul(eta, eta)
		}
		for _, near := range []elem{{Hi: 1}, {Hi: 1 << 63}, {Lo: 2}, {Lo: 3}, {Lo: 1, Hi: 1}, {Lo: 1 << 63}} { // one no bit among bits
			at := rng.IntN(elementBits)
			unit, mixed := make([]elem, elementBits), append([]elem(nil), bits...)
			unit[at] = fld.One()
			mixed[at] = fld.Add(mixed[at], near)
			all, one := apply(mixed), apply(unit)
			for k := range all {
				if all[k] != fld.Add(got[k], fld.Mul(near, one[k])) {
					t.Fatalf("%d forms: power %d of bits and %v is not linear", forms, k, near)
				}
			}
		}
		k, before := random(forms), random(elementBits)
		after := append([]elem(nil), before...)
		p.Transpose(after, k)
		fld.AddVec(after, before)
		if fld.Dot(after, w) != fld.Dot(k, part) {
			t.Fatalf("%d forms: the transpose is another map's", forms)
		}
		p.Apply(part, w)
		for k, e := range part {
			if e != (elem{}) {
				t.Fatalf("%d forms: power %d is not added", forms, k)
			}
		}
	}
}
