package tom256

import (
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"
)

// Size is the length in bytes of an encoded point.
const Size = 1 + fq.Size

var (
	errPrefix       = errors.New("decoding Tom-256 point: the first byte is neither 02 nor 03")
	errNotCanonical = errors.New("decoding Tom-256 point: x is not below the field's prime")
	errNotOnCurve   = errors.New("decoding Tom-256 point: no point of the curve has this x")
)

// Append appends the compressed form of p (SEC 1, section 2.3.3): 02 if y is even, 03
// if it is odd, then the 32 bytes of x, most significant first. Infinity has no such
// form, and Append panics on it.
func (p Point) Append(dst []byte) []byte {
	if p.IsInfinity() {
		panic("tom256: infinity has no encoding")
	}
	prefix := byte(2)
	if fq.IsOdd(&p.y) {
		prefix = 3
	}
	x := fq.Bytes(&p.x)
	return append(append(dst, prefix), x[:]...)
}

// Decode reads the first Size bytes of b. Each point but infinity has exactly one
// form that is accepted. It costs a square root.
func Decode(b []byte) (Point, error) {
	if len(b) < Size {
		return Point{}, fmt.Errorf("decoding Tom-256 point: %d bytes, want %d: %w", len(b), Size, io.ErrUnexpectedEOF)
	}
	if b[0] != 2 && b[0] != 3 {
		return Point{}, errPrefix
	}
	var x fq.Elem
	if !fq.SetBytes(&x, (*[fq.Size]byte)(b[1:])) {
		return Point{}, errNotCanonical
	}
	p, ok := atX(&x)
	if !ok {
		return Point{}, errNotOnCurve
	}
	if b[0] == 3 {
		p = p.Neg()
	}
	return p, nil
}
