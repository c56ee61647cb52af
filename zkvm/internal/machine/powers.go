package machine

import "github.com/zkpass-go/zkpass/libzk/gf128"

// PowerOfSigned is g^v; the order of g is 2^128 - 1.
func PowerOfSigned(v int64) elem {
	if v < 0 {
		return PowerOfG(^uint64(0), ^uint64(0)-uint64(-v))
	}
	return PowerOfG(0, uint64(v))
}

// PowerOfG is g^(hi·2^64 + lo) of the field's generator.
func PowerOfG(hi, lo uint64) elem { return gf128.GeneratorPow(hi, lo) }
