package zkvm

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

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
