package zkvm

import (
	stdsha256 "crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/base64url"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
)

// source is one document in the machine. The public part is there always, the
// secret part in the prover's passes only.
type source struct {
	st   *Document
	dots int // index of the dot products over this document among the uses

	// secret
	text []byte // base64url
	doc  *document.Document
	rows []json.Row

	// references
	present   []ref // present[r]: character r is part of the text
	chars     [][8]ref
	digest    [256]ref // bit 8k+i is bit i (of value 2^i) of byte k
	positions []*json.Position
	bytes     []ref // byte i with its bits at x^0..x^7
	marked    []ref // see markedBytes
	powers    []ref // bytes[i]·α^i, see textPowers
	levels    map[int][]ref
	emitted   *unitRefs
	digits    *numbers
	names     []ref // see decodedNames
	// see elementsAtLevel
	elementStarts []ref
	elementLevels map[int][]ref
	folded        []ref
	root          *container
	leaves        []*leaf
}

// size is the number of byte positions.
func (s *source) size() int { return 3 * s.st.Class.groups() }

// characters is the number of character positions: four for each group.
func (s *source) characters() int { return 4 * s.st.Class.groups() }

// prefix is the length of the public start of the signing input: the header and
// the dot.
func (s *source) prefix() int { return len(s.st.Header) + 1 }

// publicBlocks is the number of SHA-256 blocks that are public as a whole: those
// that end within the header and the dot.
func (s *source) publicBlocks() int { return s.prefix() / 64 }

// blocks is the number of SHA-256 blocks that follow the public ones, as many as
// the class has room for. It is at least one.
func (s *source) blocks() int { return (s.prefix()+s.characters()+9+63)/64 - s.publicBlocks() }

// publicState is the chaining value after the public blocks.
func (s *source) publicState() [8]uint32 {
	state := sha256.InitialState
	var block [64]byte
	for b := range s.publicBlocks() {
		for j := range block {
			block[j] = signingByte(s.st.Header, 64*b+j)
		}
		state = sha256.Compress(&block, state)
	}
	return state
}

// signingInput lays out the text, its decoding, and the hash of the signing
// input header.payload.
//
// One thermometer, present[r] = [character r is there], decides everything:
// which characters must be zero, where the padding byte stands, which block is
// the last and the length in it, which chaining value is the digest, and which
// decoded bytes are active. Nothing at or past the end is free.
func (s *source) signingInput(m *machine.Machine) {
	s.layText(m)
	s.layHash(m)
}

// layText commits characters and sextets and runs base64url.
func (s *source) layText(m *machine.Machine) {
	n := s.characters()
	limit := base64.RawURLEncoding.EncodedLen(min(MaxPayload, s.size()))
	s.present = make([]ref, n+1)
	for r := range s.present {
		switch {
		case r < 2: // the shortest payload, {}, has three characters
			s.present[r] = m.One()
		case r >= min(n, limit):
			s.present[r] = m.Zero()
		default:
			s.present[r] = m.Bit(r < len(s.text))
			m.Row("characters are contiguous", s.present[r], m.Not(s.present[r-1]), m.Zero())
		}
	}
	s.chars = make([][8]ref, n)
	s.positions = make([]*json.Position, 0, s.size()+1)
	for g := range s.st.Class.groups() {
		var c base64url.Copy
		for r := range c.Char {
			i := 4*g + r
			var char, sextet byte
			if i < len(s.text) {
				char = s.text[i]
				sextet = sextetOf(char)
			}
			c.Present[r] = s.present[i]
			for b := range c.Sextet[r] {
				c.Sextet[r][b] = m.Bit(sextet>>b&1 == 1)
			}
			for b := range c.Char[r] {
				c.Char[r][b] = m.Bit(char>>b&1 == 1)
			}
			s.chars[i] = c.Char[r]
		}
		m.CopyOf(circuits.Base64URL, &c)
		s.layBytes(m, g, &c)
	}
}

// sextetOf is the value of a character of the base64url alphabet.
func sextetOf(c byte) byte { return byte(strings.IndexByte(base64url.Alphabet, c)) }

// layBytes makes the three byte positions of a group: their bits are bits of the
// sextets, and byte r is there if character r+1 is.
func (s *source) layBytes(m *machine.Machine, g int, c *base64url.Copy) {
	depth := s.st.Class.Depth
	for r := range base64url.GroupBytes {
		var x [8]ref
		for b := range x {
			char, bit := base64url.DecodedBit(r, b)
			x[b] = c.Sextet[char][bit]
		}
		i := len(s.positions)
		var row json.Row
		if s.rows != nil {
			row = s.rows[i]
		}
		values := row.AppendBits(nil, depth)
		bits := make([]ref, 0, len(values))
		skip := 0
		if i == 0 { // the state before the first byte is public
			skip = json.StateBits(depth)
			if m.Wiring() {
				bits = append(bits, json.Start.Refs(m.Space(), depth)...)
			} else {
				bits = bits[:skip]
			}
		}
		for _, v := range values[skip:] {
			bits = append(bits, m.Bit(v))
		}
		if !m.Wiring() {
			m.Counted(2 * depth) // the stack
			s.positions = append(s.positions, nil)
			continue
		}
		s.positions = append(s.positions, json.NewPosition(m.Space(), s.present[4*g+r+1], x, bits, depth))
	}
}

// layHash runs SHA-256 over the signing input. Whole blocks of the header and the
// dot are hashed in public by both sides, so that a long header, as with
// certificates in it, costs nothing: the first block of the circuit is the one in
// which the text starts, or the one that its first character begins, and the
// chaining value before it is a constant. Blocks and positions of the message count
// from there.
func (s *source) layHash(m *machine.Machine) {
	skipped := 64 * s.publicBlocks() // bytes
	h, blocks := s.prefix()-skipped, s.blocks()
	length := skipped + h + len(s.text) // of the whole signing input: what the padding says

	// present at position j after the public blocks, public where it is constant
	at := func(j int) ref {
		switch {
		case j < h:
			return m.One()
		case j-h < len(s.present):
			return s.present[j-h]
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
	var size [lengthBits][]ref
	for j := range end {
		end[j] = m.Zero()
		if j > h && j-h < len(s.present) {
			end[j] = m.Add(at(j-1), at(j))
			for k := range size {
				if (skipped+j)>>k&1 == 1 {
					size[k] = append(size[k], end[j])
				}
			}
		}
	}

	var sizeBits [lengthBits]ref
	for k := range size {
		sizeBits[k] = m.Add(size[k]...)
	}

	signing := append([]byte(s.st.Header+"."), s.text...)
	state := s.publicState()
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
					c.Message[8*j+k] = m.Public(signingByte(s.st.Header, skipped+pos)>>k&1 == 1)
				case pos-h < s.characters():
					c.Message[8*j+k] = s.chars[pos-h][k]
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
			fillBlock(&block, signing, s.publicBlocks()+b, isLast)
			state = sha256.Witness(&block, state, witness)
			if isLast {
				digest = state
			}
		}
		compression(m, &c, witness)
		outs[b], stateRefs = c.Out, c.Out
	}
	// The digest is the chaining value after the last block.
	for k := range s.digest {
		s.digest[k] = m.Bit(digestBit(digest, k))
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

// lengthBits is the number of bits of the signing input's length in bytes: the
// longest header, the dot and the longest text have 27,309.
const lengthBits = 15

// selectDigest proves digest_k = Σ_b last_b·out_{b,k} for all k at once: with
// weights θ^k it is Σ_b last_b·(Σ_k θ^k·out_{b,k}) = Σ_k θ^k·digest_k, one dot product
// of blocks. It is a copy of the document's own circuit, which has more positions than
// there are blocks, the rest of them zero. Nothing is published for it.
func (s *source) selectDigest(m *machine.Machine, lasts []ref, outs [][256]ref) {
	is, values := make([]ref, s.size()), make([]ref, s.size())
	for b := range is {
		is[b], values[b] = m.Zero(), m.Zero()
		if b < len(outs) {
			is[b], values[b] = lasts[b], m.Together(outs[b][:]...)
		}
	}
	m.DotCopy(s.dots, is, values, m.Together(s.digest[:]...))
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

// fillBlock is block b of the padded message; blocks past the last are zero.
func fillBlock(block *[64]byte, message []byte, b int, last bool) {
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

// payload runs the JSON recogniser over the decoded bytes.
func (s *source) payload(m *machine.Machine) {
	if m.Wiring() {
		s.positions = append(s.positions, json.End(m.Space(), s.st.Class.Depth))
	} else {
		s.positions = append(s.positions, nil)
	}
	s.bytes = make([]ref, s.size())
	for i := range s.size() {
		if !m.Wiring() {
			m.Instance(circuits.JSON)
			m.Counted(8) // the byte
			continue
		}
		c := json.Join(s.positions[i], s.positions[i+1])
		m.CopyOf(circuits.JSON, &c)
		s.bytes[i] = m.Pack(s.positions[i].X[:])
	}
}

// digestOf is the digest of the prover's signing input.
func digestOf(s *source) [32]byte {
	return stdsha256.Sum256(append([]byte(s.st.Header+"."), s.text...))
}
