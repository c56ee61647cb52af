package gf128

import "sync"

// GeneratorPow is the generator to the power hi·2^64 + lo: Pow by a table, with a product for each
// byte of the exponent.
func GeneratorPow(hi, lo uint64) Elem {
	t := generatorPowers()
	r := t[0][lo&0xff]
	for i := 1; i < 8; i++ {
		r = mul(r, t[i][lo>>(8*i)&0xff])
	}
	for i := range 8 {
		r = mul(r, t[8+i][hi>>(8*i)&0xff])
	}
	return r
}

// generatorPowers[i][b] is the generator to the power b·2^(8i).
var generatorPowers = sync.OnceValue(func() *[16][256]Elem {
	t := new([16][256]Elem)
	step := Generator()
	for i := range t {
		t[i][0] = Elem{Lo: 1}
		for b := 1; b < 256; b++ {
			t[i][b] = mul(t[i][b-1], step)
		}
		step = mul(t[i][255], step)
	}
	return t
})
