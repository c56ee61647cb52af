package text

import (
	"crypto/sha256"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

// hashing runs the hash alone over a text of any bytes, and holds the digest to
// what package sha256 has.
func hashing(t testing.TB, header string, text []byte, room int) *machinetest.Apparatus {
	t.Helper()
	groups := room / 4
	want := sha256.Sum256(append([]byte(header+"."), text...))
	return machinetest.NewOf(t, circuits.Chunks[0], 3*groups, func(m *machine.Machine) {
		s := &Source{
			Header: header, Groups: groups, Depth: 8, Dots: circuits.Dots,
			Text: text, Present: make([]ref, room+1), Chars: make([][8]ref, room),
		}
		for r := range room {
			s.Present[r] = m.One()
			if r >= 2 {
				s.Present[r] = m.Bit(r < len(text))
			}
			for k := range 8 {
				s.Chars[r][k] = m.Bit(r < len(text) && text[r]>>k&1 == 1)
			}
		}
		s.Present[room] = m.Zero()
		s.layHash(m)
		for k, d := range s.Digest {
			m.ZeroForm("expected digest", m.Add(d, m.Public(want[k/8]>>(k%8)&1 == 1)))
		}
	})
}

// TestHeaderResidues: headers of every length modulo the block size, on both sides
// of one and of two public blocks, with texts that end at all the places where
// padding, length field and last block change.
func TestHeaderResidues(t *testing.T) {
	const room = 80
	r := rand.New(rand.NewPCG(3, 4))
	header := strings.Repeat("H", 200)
	for h := 62; h < 62+67; h++ { // the header and the dot
		ends := []int{2, room}
		for _, place := range []int{55, 56, 63, 64} { // of the message's end in a block
			ends = append(ends, 2+(place-h-2+10*64)%64)
		}
		if testing.Short() {
			ends = ends[r.IntN(len(ends)):][:1]
		}
		for _, end := range ends {
			text := make([]byte, end)
			for i := range text {
				text[i] = byte(r.Uint32())
			}
			if label := hashing(t, header[:h-1], text, room).Check(t, nil); label != "" {
				t.Errorf("%d bytes before a text of %d: %s", h, end, label)
			}
		}
	}
}

// TestHeaderBlocks: what whole blocks of the header cost.
func TestHeaderBlocks(t *testing.T) {
	const room = 80
	for _, c := range []struct{ before, public, blocks int }{
		{21, 0, 2}, {63, 0, 3}, {64, 1, 2}, {65, 1, 2}, {103, 1, 2}, {104, 1, 3}, {127, 1, 3}, {128, 2, 2}, {5463, 85, 2},
	} {
		s := &Source{Header: strings.Repeat("H", c.before-1), Groups: room / 4}
		if s.PublicBlocks() != c.public || s.Blocks() != c.blocks {
			t.Errorf("%d bytes before the text: %d public blocks and %d others, want %d and %d", c.before, s.PublicBlocks(), s.Blocks(), c.public, c.blocks)
		}
	}
}
