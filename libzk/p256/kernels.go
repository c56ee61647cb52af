package p256

import "fmt"

// mustMatch holds callers to the contract of field.Kernels: a shorter operand is
// a defect of the caller, and a longer one would be cut silently.
func mustMatch(kernel string, n int, lengths ...int) {
	for _, l := range lengths {
		if l != n {
			panic(fmt.Sprintf("p256: %s: vectors of lengths %d and %d", kernel, n, l))
		}
	}
}

// AddVec adds x to dst.
func (Field) AddVec(dst, x []Elem) {
	mustMatch("AddVec", len(dst), len(x))
	for i := range dst {
		add(&dst[i], &dst[i], &x[i])
	}
}

// Axpy adds k·x to dst.
func (Field) Axpy(dst []Elem, k Elem, x []Elem) {
	mustMatch("Axpy", len(dst), len(x))
	var t Elem
	for i := range dst {
		mul(&t, &k, &x[i])
		add(&dst[i], &dst[i], &t)
	}
}

// Scale multiplies dst by k.
func (Field) Scale(dst []Elem, k Elem) {
	for i := range dst {
		mul(&dst[i], &dst[i], &k)
	}
}

// MulAcc adds x[i]·y[i] to dst[i].
func (Field) MulAcc(dst, x, y []Elem) {
	mustMatch("MulAcc", len(dst), len(x), len(y))
	var t Elem
	for i := range dst {
		mul(&t, &x[i], &y[i])
		add(&dst[i], &dst[i], &t)
	}
}

// MulAccScaled adds k·x[i]·y[i] to dst[i].
func (Field) MulAccScaled(dst []Elem, k Elem, x, y []Elem) {
	mustMatch("MulAccScaled", len(dst), len(x), len(y))
	var t Elem
	for i := range dst {
		mul(&t, &x[i], &y[i])
		mul(&t, &t, &k)
		add(&dst[i], &dst[i], &t)
	}
}

// Dot is Σ x[i]·y[i].
func (Field) Dot(x, y []Elem) Elem {
	mustMatch("Dot", len(x), len(y))
	var a accumulator
	for i := range x {
		a.mulAdd(&x[i], &y[i])
	}
	return a.sum()
}

// Bind folds pairs: dst[i] = src[2i] + c·(src[2i+1] - src[2i]).
func (Field) Bind(dst, src []Elem, c Elem) {
	mustMatch("Bind", 2*len(dst), len(src))
	var t Elem
	for i := range dst {
		sub(&t, &src[2*i+1], &src[2*i])
		mul(&t, &t, &c)
		add(&dst[i], &src[2*i], &t)
	}
}

// PairDots sums products over the first pair of each row of length stride: of the
// pairs' first elements (s0) and of their differences (sInf).
func (Field) PairDots(q, v []Elem, stride int) (s0, sInf Elem) {
	mustMatch("PairDots", len(q), len(v))
	if stride < 2 {
		panic(fmt.Sprintf("p256: PairDots: stride %d holds no pair", stride))
	}
	var a0, aInf accumulator
	var dq, dv Elem
	for i := 0; i+1 < len(q); i += stride {
		a0.mulAdd(&q[i], &v[i])
		sub(&dq, &q[i+1], &q[i])
		sub(&dv, &v[i+1], &v[i])
		aInf.mulAdd(&dq, &dv)
	}
	return a0.sum(), aInf.sum()
}

// GatherDot is Σ k[t]·x[idx[t]].
func (Field) GatherDot(k []Elem, x []Elem, idx []uint32) Elem {
	mustMatch("GatherDot", len(k), len(idx))
	var a accumulator
	for t := range k {
		a.mulAdd(&k[t], &x[idx[t]])
	}
	return a.sum()
}
