//go:build !purego

package gf128

func instructionSets() []instructionSet {
	choose := func(avx, avx512 bool) func() func() {
		return func() func() {
			oldAVX, oldAVX512 := hasAVX, hasAVX512
			hasAVX, hasAVX512 = avx, avx512
			return func() { hasAVX, hasAVX512 = oldAVX, oldAVX512 }
		}
	}
	sets := []instructionSet{{"generic", choose(false, false)}}
	if hasAVX {
		sets = append(sets, instructionSet{"avx", choose(true, false)})
	}
	if hasAVX512 {
		sets = append(sets, instructionSet{"avx512", choose(true, true)})
	}
	return sets
}
