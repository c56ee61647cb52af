package libzk

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// TestDraftBegin hashes by hand what a proof of the draft absorbs before its first
// challenge: label, root, circuit, public inputs, a zero, and a byte for each term.
func TestDraftBegin(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testDraftBegin(t, newSmall(t, gf128.Field{})) })
	t.Run("p256", func(t *testing.T) { testDraftBegin(t, newSmall(t, p256.Field{})) })
}

func testDraftBegin[E comparable](t *testing.T, s *small[E]) {
	c := s.d.file.Circuit
	message := func(all, b []byte) []byte {
		return append(binary.LittleEndian.AppendUint64(append(all, 0), uint64(len(b))), b...)
	}
	element := func(all []byte, e E) []byte { return s.f.Append(append(all, 1), e) }
	root := merkle.DraftDigest{1, 2, 3}
	public := s.inputs[:2]
	all := message(message(message(nil, []byte("label")), root[:]), c.ID[:])
	for _, e := range public {
		all = element(all, e)
	}
	var zero E
	all = message(element(all, zero), make([]byte, c.Terms()))
	if s.d.begin("label", root, public).Digest() != sha256.Sum256(all) {
		t.Error("the transcript before the first challenge is another")
	}
	proof := s.prove(t)
	for _, other := range [][]E{nil, public[:1], append(public[:2:2], zero)} {
		if err := s.d.Verify("small", other, proof); err == nil {
			t.Errorf("%d public inputs", len(other))
		}
	}
}
