package gf128

// The kernels in plain Go. They define what the assembly has to compute, and
// assume that the lengths of their arguments agree.

func addVecGeneric(dst, x []Elem) {
	for i, v := range x {
		dst[i].Lo ^= v.Lo
		dst[i].Hi ^= v.Hi
	}
}

func foldGeneric(dst []Elem, t *traceFold, src []Elem) {
	for i, a := range src {
		dst[i] = t.at(a)
	}
}

func axpyGeneric(dst []Elem, k Elem, x []Elem) {
	for i, v := range x {
		dst[i] = add(dst[i], mulGeneric(k, v))
	}
}

func scaleGeneric(dst []Elem, k Elem) {
	for i, v := range dst {
		dst[i] = mulGeneric(k, v)
	}
}

func mulAccGeneric(dst, x, y []Elem) {
	for i, v := range x {
		dst[i] = add(dst[i], mulGeneric(v, y[i]))
	}
}

func mulAccScaledGeneric(dst []Elem, k Elem, x, y []Elem) {
	for i, v := range x {
		dst[i] = add(dst[i], mulGeneric(k, mulGeneric(v, y[i])))
	}
}

func dotGeneric(x, y []Elem) Elem {
	var p product
	for i, v := range x {
		p.accumulate(v, y[i])
	}
	return p.reduce()
}

func bindGeneric(dst, src []Elem, c Elem) {
	for i := range dst {
		a, b := src[2*i], src[2*i+1]
		dst[i] = add(a, mulGeneric(c, add(a, b)))
	}
}

func pairDotsGeneric(q, v []Elem, stride, rows int) (s0, sInf Elem) {
	var p0, pInf product
	for w := range rows {
		q0, q1 := q[w*stride], q[w*stride+1]
		v0, v1 := v[w*stride], v[w*stride+1]
		p0.accumulate(q0, v0)
		pInf.accumulate(add(q0, q1), add(v0, v1))
	}
	return p0.reduce(), pInf.reduce()
}

func gatherDotGeneric(k []Elem, x []Elem, idx []uint32) Elem {
	var p product
	for t, c := range k {
		p.accumulate(c, x[idx[t]])
	}
	return p.reduce()
}

// forwardLevelGeneric replaces each block (u, v) of two halves of h elements by
// (u + t·v, u + t·v + v), with one twiddle t a block.
func forwardLevelGeneric(a []Elem, h int, twiddles []Elem) {
	for b, t := range twiddles {
		u, v := a[2*h*b:2*h*b+h], a[2*h*b+h:2*h*b+2*h]
		for i := range u {
			u[i] = add(u[i], mulGeneric(t, v[i]))
			v[i] = add(v[i], u[i])
		}
	}
}

// inverseLevelGeneric undoes forwardLevelGeneric.
func inverseLevelGeneric(a []Elem, h int, twiddles []Elem) {
	for b, t := range twiddles {
		u, v := a[2*h*b:2*h*b+h], a[2*h*b+h:2*h*b+2*h]
		for i := range u {
			v[i] = add(v[i], u[i])
			u[i] = add(u[i], mulGeneric(t, v[i]))
		}
	}
}
