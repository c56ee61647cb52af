package zkvm

import (
	"math/big"
	"testing"
	"testing/iotest"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// ones is a source of bits that are all 1.
type ones struct{}

func (ones) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0xff
	}
	return len(b), nil
}

// A source of randomness may give less than it is asked for. The link's mask
// must not be made of the zeros that are left: the sum would show the digest.
func TestLinkMaskOfAShortRead(t *testing.T) {
	m := &machine.Machine{Chunk: circuits.Chunks[0], Copies: make([]int, circuits.Dots), Fill: true, Random: iotest.OneByteReader(ones{})}
	var l signature.Link
	l.Lay(m, new([256]ref))
	want := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), signature.MaskBits), big.NewInt(1))
	if m.Err != nil || l.Mask.Cmp(want) != 0 {
		t.Errorf("mask %x, %v; want all %d bits of the source", l.Mask, m.Err, signature.MaskBits)
	}
}
