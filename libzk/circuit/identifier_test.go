package circuit

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// TestIdentifier compares a circuit's identifier with one that is hashed as docs/protocol.md says, of a
// circuit with two layers and more terms than are hashed at once.
func TestIdentifier(t *testing.T) {
	testIdentifier(t, gf128.Field{})
	testIdentifier(t, p256.Field{})
}

func testIdentifier[E comparable](t *testing.T, f field.Field[E]) {
	b := NewBuilder(f, "identified")
	x := b.InputVector(700)
	sum := b.Wire(b.Mul(x[0], x[1]))
	for i := range x {
		sum = b.Add(sum, b.Scale(f.FromUint64(uint64(i+2)), b.Mul(x[i], x[(i+9)%len(x)])))
	}
	b.AssertZero(b.Mul(b.Wire(sum), x[3]), "sum")
	b.AssertBit(x[5], "bit")
	c := b.Build()

	text := append([]byte("zkpass layered circuit 1\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	text[len(text)-8] = byte(len(f.Name()))
	text = append(text, f.Name()...)
	text = binary.LittleEndian.AppendUint64(text, uint64(len(c.Layers)))
	text = binary.LittleEndian.AppendUint64(text, uint64(len(c.Constants)))
	for _, k := range c.Constants {
		text = f.Append(text, k)
	}
	for _, l := range c.Layers {
		for _, n := range []int{l.Outputs, l.Inputs, len(l.Terms)} {
			text = binary.LittleEndian.AppendUint64(text, uint64(n))
		}
		for _, term := range l.Terms {
			k := 2 * term.K
			if term.Assert {
				k++
			}
			for _, n := range []uint32{term.G, term.L, term.R, k} {
				text = binary.LittleEndian.AppendUint32(text, n)
			}
		}
	}
	if len(c.Layers) < 2 || len(text) < 2<<14 {
		t.Fatalf("%d layers, %d bytes: too small", len(c.Layers), len(text))
	}
	if sha256.Sum256(text) != c.ID {
		t.Errorf("%s: the identifier is another", f.Name())
	}
}
