//go:build !purego

package gf128

func instructionSets() []instructionSet {
	choose := func(avx, avx512, gfni bool) func() func() {
		return func() func() {
			oldAVX, oldAVX512, oldGFNI := hasAVX, hasAVX512, hasGFNI
			hasAVX, hasAVX512, hasGFNI = avx, avx512, gfni
			return func() { hasAVX, hasAVX512, hasGFNI = oldAVX, oldAVX512, oldGFNI }
		}
	}
	sets := []instructionSet{{"generic", choose(false, false, false)}}
	if hasAVX {
		sets = append(sets, instructionSet{"avx", choose(true, false, false)})
	}
	if hasAVX512 {
		sets = append(sets, instructionSet{"avx512", choose(true, true, false)})
	}
	if hasGFNI {
		sets = append(sets, instructionSet{"avx512+gfni", choose(true, true, true)})
	}
	return sets
}
