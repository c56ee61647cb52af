//go:build (!amd64 && !(js && wasm)) || purego

package gf128

func mul(a, b Elem) Elem                            { return mulGeneric(a, b) }
func addVec(dst, x []Elem)                          { addVecGeneric(dst, x) }
func fold(dst []Elem, t *traceFold, src []Elem)     { foldGeneric(dst, t, src) }
func axpy(dst []Elem, k Elem, x []Elem)             { axpyGeneric(dst, k, x) }
func scale(dst []Elem, k Elem)                      { scaleGeneric(dst, k) }
func mulAcc(dst, x, y []Elem)                       { mulAccGeneric(dst, x, y) }
func mulAccScaled(dst []Elem, k Elem, x, y []Elem)  { mulAccScaledGeneric(dst, k, x, y) }
func dot(x, y []Elem) Elem                          { return dotGeneric(x, y) }
func bind(dst, src []Elem, c Elem)                  { bindGeneric(dst, src, c) }
func gatherDot(k, x []Elem, idx []uint32) Elem      { return gatherDotGeneric(k, x, idx) }
func forwardLevel(a []Elem, h int, twiddles []Elem) { forwardLevelGeneric(a, h, twiddles) }
func inverseLevel(a []Elem, h int, twiddles []Elem) { inverseLevelGeneric(a, h, twiddles) }
func pairDots(q, v []Elem, stride, rows int) (s0, sInf Elem) {
	return pairDotsGeneric(q, v, stride, rows)
}
