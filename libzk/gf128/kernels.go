package gf128

// AddVec adds x to dst.
func (Field) AddVec(dst, x []Elem) {
	sameLength(len(dst), len(x))
	addVec(dst, x)
}

// Axpy adds k·x to dst.
func (Field) Axpy(dst []Elem, k Elem, x []Elem) {
	sameLength(len(dst), len(x))
	axpy(dst, k, x)
}

// Scale multiplies dst by k.
func (Field) Scale(dst []Elem, k Elem) { scale(dst, k) }

// MulAcc adds x[i]·y[i] to dst[i].
func (Field) MulAcc(dst, x, y []Elem) {
	sameLength(len(dst), len(x))
	sameLength(len(dst), len(y))
	mulAcc(dst, x, y)
}

// MulAccScaled adds k·x[i]·y[i] to dst[i].
func (Field) MulAccScaled(dst []Elem, k Elem, x, y []Elem) {
	sameLength(len(dst), len(x))
	sameLength(len(dst), len(y))
	mulAccScaled(dst, k, x, y)
}

// Dot is Σ x[i]·y[i].
func (Field) Dot(x, y []Elem) Elem {
	sameLength(len(x), len(y))
	return dot(x, y)
}

// Bind sets dst[i] = src[2i] + c·(src[2i+1] - src[2i]). dst may be the first
// half of src.
func (Field) Bind(dst, src []Elem, c Elem) {
	sameLength(2*len(dst), len(src))
	bind(dst, src, c)
}

// PairDots sums q0·v0 and (q1-q0)·(v1-v0) over the rows of q and v, where the
// pair of row w begins at index w·stride. The last row may be cut after its
// pair. The stride is at least 2 where there is more than one row.
func (Field) PairDots(q, v []Elem, stride int) (s0, sInf Elem) {
	sameLength(len(q), len(v))
	if len(q) == 0 {
		return Elem{}, Elem{}
	}
	if stride < 2 {
		panic("gf128: stride of PairDots below 2")
	}
	rows := (len(q) + stride - 1) / stride
	if (rows-1)*stride+2 > len(q) {
		panic("gf128: last row of PairDots has no pair")
	}
	return pairDots(q, v, stride, rows)
}

// GatherDot is Σ_t k[t]·x[idx[t]].
func (Field) GatherDot(k []Elem, x []Elem, idx []uint32) Elem {
	sameLength(len(k), len(idx))
	return gatherDot(k, x, idx)
}

func sameLength(a, b int) {
	if a != b {
		panic("gf128: lengths of vectors differ")
	}
}
