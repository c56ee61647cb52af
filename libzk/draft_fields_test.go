package libzk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// TestDraftFields flips a bit in every field of the format: the root, the
// messages of each layer, each response, nonce, run length, row of symbols, and
// each digest of the path with its count.
func TestDraftFields(t *testing.T) {
	t.Run("sha256", func(t *testing.T) { testDraftFields(t, loadVector(t, gf128.Field{}, "sha256", 3, 12345)) })
	t.Run("ecdsa2", func(t *testing.T) { testDraftFields(t, loadVector(t, p256.Field{}, "ecdsa2", 4, 123456789)) })
}

type proofField struct {
	name     string
	at, size int
}

// draftFields walks a proof as the format describes it.
func draftFields[E comparable](v *draftVector[E]) []proofField {
	d, size := v.d, v.d.file.Circuit.Field.Size()
	var fields []proofField
	at := 0
	add := func(name string, n int) {
		fields = append(fields, proofField{name, at, n})
		at += n
	}
	add("root", 32)
	p, err := d.parse(v.proof)
	if err != nil {
		panic(err)
	}
	for _, l := range p.messages {
		add("rounds of a layer", 2*len(l.Rounds)*size)
		add("left claim", size)
		add("right claim", size)
	}
	for _, part := range p.response.Parts() {
		add("response", len(part)*size)
	}
	for range d.g.Queries {
		add("nonce", nonceSize)
	}
	for left, sub := d.g.Rows()*d.g.Queries, false; left > 0; sub = !sub {
		n := int(binary.LittleEndian.Uint32(v.proof[at:]))
		add("run length", 4)
		width := size
		if sub {
			width = d.file.Circuit.Field.SubfieldSize()
		}
		left -= n
		for n > 0 {
			row := min(n, d.g.Queries)
			add("symbols", row*width)
			n -= row
		}
	}
	add("path length", 4)
	for range p.path {
		add("path", 32)
	}
	if at != len(v.proof) {
		panic("fields do not add up to the proof")
	}
	return fields
}

func testDraftFields[E comparable](t *testing.T, v *draftVector[E]) {
	rng := rand.New(rand.NewPCG(5, 6))
	public := v.inputs[:v.d.file.Public]
	fields := draftFields(v)
	step := 1
	if testing.Short() {
		step = 10
	}
	for i := 0; i < len(fields); i += step {
		f := fields[i]
		if f.size == 0 {
			continue
		}
		bit := rng.IntN(8 * f.size)
		b := bytes.Clone(v.proof)
		b[f.at+bit/8] ^= 1 << (bit % 8)
		if err := v.d.Verify(v.label(), public, b); !errors.Is(err, ErrProof) {
			t.Errorf("%s at byte %d, bit %d flipped: %v", f.name, f.at, bit, err)
		}
	}
	t.Logf("%d fields", len(fields))
}
