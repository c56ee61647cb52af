package text

import (
	stdsha256 "crypto/sha256"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
)

// Hash is SHA-256 of a message of public length: bit k%8 of byte k/8 is message[k], of the digest too. value is
// asked of the filling pass only.
func Hash(m *machine.Machine, message []ref, value []byte) []ref {
	length := len(value)
	state := sha256.InitialState
	in := make([]ref, sha256.StateBits)
	for k := range in {
		in[k] = m.Public(digestBit(state, k))
	}
	blocks := (length + 9 + 63) / 64
	for b := range blocks {
		var c sha256.Copy
		copy(c.In[:], in)
		var padding [64]byte // with the message's bytes zero
		FillBlock(&padding, make([]byte, length), b, b == blocks-1)
		for k, bit := range machine.AppendBits(nil, padding[:]) {
			if at := 512*b + k; at < len(message) {
				c.Message[k] = message[at]
			} else {
				c.Message[k] = m.Public(bit == 1)
			}
		}
		var witness []uint8
		if m.Fill {
			var block [64]byte
			FillBlock(&block, value, b, b == blocks-1)
			witness = make([]uint8, sha256.WitnessBits)
			state = sha256.Witness(&block, state, witness)
		}
		compression(m, &c, witness)
		in = c.Out[:]
	}
	return in
}

// PublicState is the chaining value after the public blocks.
func (s *Source) PublicState() [8]uint32 {
	state := sha256.InitialState
	var block [64]byte
	for b := range s.PublicBlocks() {
		for j := range block {
			block[j] = signingByte(s.Header, 64*b+j)
		}
		state = sha256.Compress(&block, state)
	}
	return state
}

// layHash runs SHA-256 over the signing input. Whole blocks of the header and the
// dot are hashed in public by both sides, so that a long header, as with
// certificates in it, costs nothing: the first block of the circuit is the one in
// which the text starts, or the one that its first character begins, and the
// chaining value before it is a constant. Blocks and positions of the message count
// from there.
func (s *Source) layHash(m *machine.Machine) {
	skipped := 64 * s.PublicBlocks() // bytes
	h, blocks := s.prefix()-skipped, s.Blocks()
	length := skipped + h + len(s.Text) // of the whole signing input: what the padding says

	// present at position j after the public blocks, public where it is constant
	at := func(j int) ref {
		switch {
		case j < h:
			return m.One()
		case j-h < len(s.Present):
			return s.Present[j-h]
		}
		return m.Zero()
	}
	// exists[b]: block b is hashed, as length + 9 > 64b. Block 0 always is: it holds
	// the text's first character, or a byte before that.
	exists := make([]ref, blocks+1)
	for b := range exists {
		exists[b] = m.Zero()
		if b == 0 {
			exists[b] = m.One()
		} else if b < blocks {
			exists[b] = at(64*b - 9)
		}
	}
	// end[j] = [the text ends before position j], for j past the public start; the
	// bits of skipped + j are the length's.
	end := make([]ref, 64*blocks)
	var size [LengthBits][]ref
	for j := range end {
		end[j] = m.Zero()
		if j > h && j-h < len(s.Present) {
			end[j] = m.Add(at(j-1), at(j))
			for k := range size {
				if (skipped+j)>>k&1 == 1 {
					size[k] = append(size[k], end[j])
				}
			}
		}
	}

	var sizeBits [LengthBits]ref
	for k := range size {
		sizeBits[k] = m.Add(size[k]...)
	}

	signing := append([]byte(s.Header+"."), s.Text...)
	state := s.PublicState()
	var stateRefs [256]ref
	for k := range stateRefs {
		stateRefs[k] = m.Public(digestBit(state, k))
	}
	outs := make([][256]ref, blocks)
	lasts := make([]ref, blocks)
	var witness []uint8
	if m.Fill {
		witness = make([]uint8, sha256.WitnessBits)
	}
	var digest [8]uint32
	for b := range blocks {
		last := m.Add(exists[b], exists[b+1])
		isLast := b == (length-skipped+8)/64
		lasts[b] = last
		var c sha256.Copy
		c.In = stateRefs
		for j := range 64 {
			pos := 64*b + j
			for k := range 8 {
				switch {
				case pos < h:
					c.Message[8*j+k] = m.Public(signingByte(s.Header, skipped+pos)>>k&1 == 1)
				case pos-h < s.characters():
					c.Message[8*j+k] = s.Chars[pos-h][k]
				default:
					c.Message[8*j+k] = m.Zero()
				}
			}
			if pos > h {
				c.Message[8*j+7] = m.Add(c.Message[8*j+7], end[pos]) // the padding byte 0x80
			}
		}
		for k, bit := range sizeBits { // the length in bits, in the last eight bytes of the last block
			field := m.Derived(isLast && length>>k&1 == 1)
			m.Row("length field", last, bit, field)
			at := 8*(63-(k+3)/8) + (k+3)%8
			c.Message[at] = m.Add(c.Message[at], field)
		}
		if m.Fill {
			var block [64]byte
			FillBlock(&block, signing, s.PublicBlocks()+b, isLast)
			state = sha256.Witness(&block, state, witness)
			if isLast {
				digest = state
			}
		}
		compression(m, &c, witness)
		outs[b], stateRefs = c.Out, c.Out
	}
	// The digest is the chaining value after the last block.
	for k := range s.Digest {
		s.Digest[k] = m.Bit(digestBit(digest, k))
	}
	s.selectDigest(m, lasts, outs)
}

// compression commits the bits that sha256.Witness fills, in its order, and adds the copy.
func compression(m *machine.Machine, c *sha256.Copy, witness []uint8) {
	bits := m.CommitBits(sha256.WitnessBits, witness)
	for _, part := range [][]ref{c.Schedule[:], c.E[:], c.A[:], c.Out[:]} {
		bits = bits[copy(part, bits):]
	}
	m.CopyOf(circuits.SHA256, c)
}

// LengthBits is the number of bits of the signing input's length in bytes: the
// longest header, the dot and the longest text have 27,309.
const LengthBits = 15

// selectDigest proves digest_k = Σ_b last_b·out_{b,k} for all k at once: with
// weights θ^k it is Σ_b last_b·(Σ_k θ^k·out_{b,k}) = Σ_k θ^k·digest_k, one dot product
// of blocks. It is a copy of the document's own circuit, which has more positions than
// there are blocks, the rest of them zero. Nothing is published for it.
func (s *Source) selectDigest(m *machine.Machine, lasts []ref, outs [][256]ref) {
	is, values := make([]ref, s.Size()), make([]ref, s.Size())
	for b := range is {
		is[b], values[b] = m.Zero(), m.Zero()
		if b < len(outs) {
			is[b], values[b] = lasts[b], m.Together(outs[b][:]...)
		}
	}
	m.DotCopy(s.Dots, is, values, m.Together(s.Digest[:]...))
}

// digestBit is bit k%8, from the lowest, of byte k/8 of a chaining value, whose
// words are big-endian.
func digestBit(state [8]uint32, k int) bool { return state[k/32]>>(24-8*(k/8%4)+k%8)&1 == 1 }

func signingByte(header string, i int) byte {
	if i < len(header) {
		return header[i]
	}
	return '.'
}

// FillBlock is block b of the padded message; blocks past the last are zero.
func FillBlock(block *[64]byte, message []byte, b int, last bool) {
	for j := range block {
		switch i := 64*b + j; {
		case i < len(message):
			block[j] = message[i]
		case i == len(message):
			block[j] = 0x80
		}
	}
	if last {
		for k := range 8 {
			block[63-k] = byte(uint64(len(message)*8) >> (8 * k))
		}
	}
}

// TextDigest is the digest of the prover's signing input.
func (s *Source) TextDigest() [32]byte {
	return stdsha256.Sum256(append([]byte(s.Header+"."), s.Text...))
}
