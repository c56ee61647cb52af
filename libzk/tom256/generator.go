package tom256

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"
)

// Generator is point number c of an endless list in which nobody knows a relation:
// the point with an even y at the first
//
//	x = SHA-256("zkpass libzk-v2 generator" ‖ c ‖ try)     try = 0, 1, 2, ...
//
// that is below q, most significant byte first, and on the curve; c and try are four
// bytes, least significant first.
func Generator(c uint32) Point {
	const label = "zkpass libzk-v2 generator"
	input := binary.LittleEndian.AppendUint32([]byte(label), c)
	for try := uint32(0); ; try++ {
		digest := sha256.Sum256(binary.LittleEndian.AppendUint32(input, try))
		var x fq.Elem
		if !fq.SetBytes(&x, &digest) {
			continue
		}
		if p, ok := atX(&x); ok {
			return p
		}
	}
}

// blinderNumber is the number of the generator of blinders in the list.
const blinderNumber = 1 << 31

var generators struct {
	sync.Mutex
	points []Point // 0, 1, 2, ...
}

// Generators is points 0 to n-1 of the list; a caller must not write to them.
func Generators(n int) []Point {
	if uint64(n) > blinderNumber {
		panic("tom256: more generators than there are numbers")
	}
	generators.Lock()
	defer generators.Unlock()
	for c := len(generators.points); c < n; c++ {
		generators.points = append(generators.points, Generator(uint32(c)))
	}
	return slices.Clip(generators.points[:n])
}

// Blinder is point number 2^31 of the list, which Generators does not reach.
var Blinder = sync.OnceValue(func() Point { return Generator(blinderNumber) })
