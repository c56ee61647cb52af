package text

import (
	"encoding/base64"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/base64url"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Source is one document in the machine. The public part is there always, the
// secret part in the prover's passes only.
type Source struct {
	Header  string // the protected header as it stands in the token
	Groups  int    // of base64url that there is room for
	Depth   int    // open containers that there is room for
	Escapes bool   // strings may have escapes
	Names   bool   // names may
	Dots    int    // index of the dot products over this document among the uses

	// Text is the payload in base64url, Doc what it is, Rows what the recogniser goes
	// through. They are secret, and nil where the prover does not lay out.
	Text []byte
	Doc  *document.Document
	Rows []json.Row

	// references
	Present   []ref    // Present[r]: character r is part of the text
	Chars     [][8]ref // the bits of each character
	Digest    [256]ref // bit 8k+i is bit i (of value 2^i) of byte k
	Positions []*json.Position
	Bytes     []ref // byte i with its bits at x^0..x^7
	marked    []ref // see MarkedBytes
	powers    []ref // bytes[i]·α^i, see TextPowers
	folded    []ref
	emitted   *Emitted
}

// Size is the number of byte positions.
func (s *Source) Size() int { return 3 * s.Groups }

// characters is the number of character positions: four for each group.
func (s *Source) characters() int { return 4 * s.Groups }

// prefix is the length of the public start of the signing input: the header and
// the dot.
func (s *Source) prefix() int { return len(s.Header) + 1 }

// PublicBlocks is the number of SHA-256 blocks that are public as a whole: those
// that end within the header and the dot.
func (s *Source) PublicBlocks() int { return s.prefix() / 64 }

// Blocks is the number of SHA-256 blocks that follow the public ones, as many as
// the class has room for. It is at least one.
func (s *Source) Blocks() int { return (s.prefix()+s.characters()+9+63)/64 - s.PublicBlocks() }

// SigningInput lays out the text, its decoding, and the hash of the signing
// input header.payload.
//
// One thermometer, Present[r] = [character r is there], decides everything:
// which characters must be zero, where the padding byte stands, which block is
// the last and the length in it, which chaining value is the digest, and which
// decoded bytes are active. Nothing at or past the end is free.
func (s *Source) SigningInput(m *machine.Machine) {
	s.layText(m)
	s.layHash(m)
}

// layText commits characters and sextets and runs base64url.
func (s *Source) layText(m *machine.Machine) {
	n := s.characters()
	limit := base64.RawURLEncoding.EncodedLen(min(document.MaxSize, s.Size()))
	s.Present = make([]ref, n+1)
	for r := range s.Present {
		switch {
		case r < 2: // the shortest payload, {}, has three characters
			s.Present[r] = m.One()
		case r >= min(n, limit):
			s.Present[r] = m.Zero()
		default:
			s.Present[r] = m.Bit(r < len(s.Text))
			m.Row("characters are contiguous", s.Present[r], m.Not(s.Present[r-1]), m.Zero())
		}
	}
	s.Chars = make([][8]ref, n)
	s.Positions = make([]*json.Position, 0, s.Size()+1)
	for g := range s.Groups {
		var c base64url.Copy
		for r := range c.Char {
			i := 4*g + r
			var char, sextet byte
			if i < len(s.Text) {
				char = s.Text[i]
				sextet = sextetOf(char)
			}
			c.Present[r] = s.Present[i]
			for b := range c.Sextet[r] {
				c.Sextet[r][b] = m.Bit(sextet>>b&1 == 1)
			}
			for b := range c.Char[r] {
				c.Char[r][b] = m.Bit(char>>b&1 == 1)
			}
			s.Chars[i] = c.Char[r]
		}
		m.CopyOf(circuits.Base64URL, &c)
		s.layBytes(m, g, &c)
	}
}

// sextetOf is the value of a character of the base64url alphabet.
func sextetOf(c byte) byte { return byte(strings.IndexByte(base64url.Alphabet, c)) }

// layBytes makes the three byte positions of a group: their bits are bits of the
// sextets, and byte r is there if character r+1 is.
func (s *Source) layBytes(m *machine.Machine, g int, c *base64url.Copy) {
	depth := s.Depth
	for r := range base64url.GroupBytes {
		var x [8]ref
		for b := range x {
			char, bit := base64url.DecodedBit(r, b)
			x[b] = c.Sextet[char][bit]
		}
		i := len(s.Positions)
		var row json.Row
		if s.Rows != nil {
			row = s.Rows[i]
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
			s.Positions = append(s.Positions, nil)
			continue
		}
		s.Positions = append(s.Positions, json.NewPosition(m.Space(), s.Present[4*g+r+1], x, bits, depth))
	}
}

// Payload runs the JSON recogniser over the decoded bytes.
func (s *Source) Payload(m *machine.Machine) {
	if m.Wiring() {
		s.Positions = append(s.Positions, json.End(m.Space(), s.Depth))
	} else {
		s.Positions = append(s.Positions, nil)
	}
	s.Bytes = make([]ref, s.Size())
	for i := range s.Size() {
		if !m.Wiring() {
			m.Instance(circuits.JSON)
			m.Counted(8) // the byte
			continue
		}
		c := json.Join(s.Positions[i], s.Positions[i+1])
		m.CopyOf(circuits.JSON, &c)
		s.Bytes[i] = m.Pack(s.Positions[i].X[:])
	}
}
