package fq

// power sets z = x^e, with windows of four bits, most significant first. Words of e
// are least significant first, and e is not zero.
func power(z, x *Elem, e *[4]uint64) {
	var odd [16]Elem // odd[i] is x^i
	odd[0], odd[1] = one, *x
	for i := 2; i < 16; i++ {
		Mul(&odd[i], &odd[i-1], x)
	}
	var r Elem
	started := false
	for i := 252; i >= 0; i -= 4 {
		if started {
			for range 4 {
				Mul(&r, &r, &r)
			}
		}
		switch w := e[i/64] >> (i % 64) & 15; {
		case w == 0:
		case started:
			Mul(&r, &r, &odd[w])
		default:
			r, started = odd[w], true
		}
	}
	*z = r
}

// Inv sets z = 1/x, zero for zero. It costs about 300 products (Fermat).
func Inv(z, x *Elem) { power(z, x, &[4]uint64{q0 - 2, q1, 1, q3}) }

// Sqrt sets z to a square root of x and reports whether there is one; z is not
// meaningful if not. As q is 3 modulo 4, x^((q+1)/4) is a root of every square. It
// costs about 300 products.
func Sqrt(z, x *Elem) bool {
	var r, s Elem
	power(&r, x, &[4]uint64{0xe4c4d5986c712c46, 0x5f9cad0acc39cc5d, 1 << 62, 0x3fffffffc0000000})
	Mul(&s, &r, &r)
	ok := s == *x
	*z = r
	return ok
}

// maxChains is how many running products InvAll keeps apart: one would wait for the
// product before it, and MulAll makes many at a time.
const maxChains = 32

// InvAll replaces the elements of v by their inverses, at three products each and
// one inversion (Montgomery's trick). None may be zero. scratch is at least as long
// as v.
func InvAll(v, scratch []Elem) {
	scratch = scratch[:len(v)]
	chains := min(maxChains, max(1, len(v)/2))
	if len(v) == 0 {
		return
	}
	// scratch[i] is the product of v[i], v[i-chains], v[i-2·chains], ...
	copy(scratch, v[:chains])
	for i := chains; i < len(v); i += chains {
		n := min(chains, len(v)-i)
		MulAll(scratch[i:i+n], scratch[i-chains:i-chains+n], v[i:i+n])
	}
	// inverse[c] is the inverse of the product of chain c up to where the loop below is.
	var room, before [maxChains]Elem
	inverse := room[:chains]
	last := scratch[len(v)-chains:]
	all := one
	for c := range last {
		before[c] = all
		Mul(&all, &all, &last[c])
	}
	Inv(&all, &all)
	for c := chains - 1; c >= 0; c-- {
		Mul(&inverse[(len(v)-chains+c)%chains], &all, &before[c])
		Mul(&all, &all, &last[c])
	}
	for i := (len(v) - 1) / chains * chains; i >= chains; i -= chains {
		n := min(chains, len(v)-i)
		MulAll(scratch[i:i+n], inverse[:n], scratch[i-chains:i-chains+n])
		MulAll(inverse[:n], inverse[:n], v[i:i+n])
		copy(v[i:i+n], scratch[i:i+n])
	}
	copy(v, inverse)
}
