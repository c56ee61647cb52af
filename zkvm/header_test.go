package zkvm

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
	zksha "github.com/zkpass-go/zkpass/zkvm/internal/sha256"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// headerOf is a protected header whose base64url text has the given length, if there
// is one of that length: 4k + 1 characters are none.
func headerOf(t testing.TB, length int) string {
	t.Helper()
	n := base64.RawURLEncoding.DecodedLen(length)
	const text = `{"alg":"ES256","kid":""}`
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"` + strings.Repeat("k", n-len(text)) + `"}`))
	if len(header) != length {
		t.Fatalf("no header has %d characters", length)
	}
	return header
}

// hashing runs the hash alone over a text of any bytes, and holds the digest to
// what package sha256 has.
func hashing(t testing.TB, header string, text []byte, room int) *machinetest.Apparatus {
	t.Helper()
	st := &Document{Header: header, Class: Class{Bytes: 3 * room / 4, Depth: 8}}
	want := sha256.Sum256(append([]byte(header+"."), text...))
	return machinetest.NewOf(t, circuits.Chunks[0], 3*st.Class.groups(), func(m *machine.Machine) {
		s := newSource(st)
		s.Dots, s.Text, s.Present, s.Chars = circuits.Dots, text, make([]ref, room+1), make([][8]ref, room)
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
		s.LayHash(m)
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
		s := newSource(&Document{Header: strings.Repeat("H", c.before-1), Class: Class{Bytes: 3 * room / 4}})
		if s.PublicBlocks() != c.public || s.Blocks() != c.blocks {
			t.Errorf("%d bytes before the text: %d public blocks and %d others, want %d and %d", c.before, s.PublicBlocks(), s.Blocks(), c.public, c.blocks)
		}
	}
}

// headerFixture is a statement under a header of the given length.
func headerFixture(t testing.TB, length int) *fixture {
	t.Helper()
	f := newFixture(t, textQuery, `{"a":"x"}`)
	decoded, err := base64.RawURLEncoding.DecodeString(headerOf(t, length))
	if err != nil {
		t.Fatal(err)
	}
	d, s := signUnder(t, testKey, string(decoded), `{"a":"x"}`)
	d.Class = f.st.Documents[0].Class
	st := *f.st
	st.Documents = []Document{d}
	return &fixture{&st, []Secret{s}}
}

// TestLine04ChainingValue: who has a token under another header cannot start from
// its chaining value, wherever the two differ.
func TestLine04ChainingValue(t *testing.T) {
	for _, length := range []int{60, 63, 64, 126, 127, 128} {
		f := headerFixture(t, length)
		header := f.st.Documents[0].Header
		if label := newAttack(t, f, cheat{header: header}).check(t); label != "" {
			t.Fatalf("honest witness under a header of %d: %q", length, label)
		}
		for _, at := range []int{0, 32, length - 4} {
			other := header[:at] + "AAAA" + header[at+4:]
			held := &fixture{f.st, []Secret{{f.secrets[0].Payload, signText(t, testKey, other, f.secrets[0].Payload)}}}
			a := newAttack(t, held, cheat{header: other})
			want := "schedule word " // of words of the message that differ
			if at < 64*a.sources[0].PublicBlocks() {
				want = "output word 0" // a sum with the chaining value before
			}
			if label := a.check(t); !strings.HasPrefix(label, want) {
				t.Errorf("header of %d changed at %d: violation %q, want %q", length, at, label, want)
			}
			if length == 127 && at == 0 {
				if err := a.prove(t); err == nil {
					t.Error("a proof under another header is accepted")
				}
			}
		}
	}
}

// TestLine03LengthAfterPublicBlocks: the length in the padding is that of the whole
// signing input, not of what follows the public blocks. The attacker hashes a
// message that is padded otherwise, and has a signature of what comes out.
func TestLine03LengthAfterPublicBlocks(t *testing.T) {
	f := headerFixture(t, 127)
	header, payload := f.st.Documents[0].Header, f.secrets[0].Payload
	s := newSource(&f.st.Documents[0])
	s.Text = []byte(payload)
	if len(payload)+9 > 64 {
		t.Fatal("one block was meant")
	}
	for _, c := range []struct {
		length int
		label  string
	}{{128 + len(payload), ""}, {len(payload), "length field"}, {64 + len(payload), "length field"}, {127 + len(payload), "length field"}} {
		var block [64]byte
		text.FillBlock(&block, []byte(header+"."+payload), 2, true)
		for k := range 8 {
			block[63-k] = byte(c.length * 8 >> (8 * k))
		}
		witness := make([]uint8, zksha.WitnessBits)
		var signed [32]byte
		for i, word := range zksha.Witness(&block, s.PublicState(), witness) {
			binary.BigEndian.PutUint32(signed[4*i:], word)
		}
		held := &fixture{f.st, []Secret{{payload, signDigest(t, testKey, signed)}}}
		newAttack(t, held, cheat{signed: &signed, secrets: func(a *attack) {
			s := a.sources[0]
			at := s.Digest[0] - ref(s.Blocks()*(text.LengthBits+zksha.WitnessBits)) // of the first block's fields
			for k := range ref(text.LengthBits) {
				a.set(c.length>>k&1 == 1, at+k)
			}
			for k, bit := range witness {
				a.set(bit == 1, at+text.LengthBits+ref(k))
			}
			for k, r := range s.Digest {
				a.set(signed[k/8]>>(k%8)&1 == 1, r)
			}
			// The later blocks hash zeros from there on.
			state := zksha.Compress(&block, s.PublicState())
			for b := 1; b < s.Blocks(); b++ {
				at += text.LengthBits + zksha.WitnessBits
				state = zksha.Witness(new([64]byte), state, witness)
				for k, bit := range witness {
					a.set(bit == 1, at+text.LengthBits+ref(k))
				}
			}
		}}).refused(t, c.label, c.length == len(payload))
	}
}

// TestHeaderStatement: a proof under a long header is bound to all of it.
func TestHeaderStatement(t *testing.T) {
	f := headerFixture(t, maxHeader)
	proof, err := Prove(t.Context(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	header := f.st.Documents[0].Header
	for _, at := range []int{0, 64, maxHeader - 80, maxHeader - 2} {
		st := *f.st
		st.Documents = []Document{f.st.Documents[0]}
		st.Documents[0].Header = header[:at] + "B" + header[at+1:]
		if err := Verify(&st, proof); err == nil {
			t.Errorf("character %d of the header changed: accepted", at)
		}
	}
	for _, other := range []string{header[64:], header[:64] + header, header[:len(header)-1]} {
		st := *f.st
		st.Documents = []Document{f.st.Documents[0]}
		st.Documents[0].Header = other
		if err := Verify(&st, proof); err == nil {
			t.Errorf("a header of %d characters: accepted", len(other))
		}
	}
	short, long := headerFixture(t, 20+12), headerFixture(t, 127)
	a, err := newPlan(short.st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newPlan(long.st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.gf.Bits > a.gf.Bits {
		t.Error(fmt.Sprint("a header of whole blocks costs ", b.gf.Bits-a.gf.Bits, " bits more"))
	}
}
