package libzk

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// newPointPair is newToyPair in the profile with points.
func newPointPair(t testing.TB, n, m int) *toyPair {
	t.Helper()
	y := newToyPair(t, n, m)
	var err error
	if y.sys, err = NewSystem(V2, &y.gf.shape, &y.p.shape); err != nil {
		t.Fatal(err)
	}
	return y
}

func TestPointsProfile(t *testing.T) {
	for _, n := range []int{1, 2, 5, 40} {
		y := newPointPair(t, 3, n)
		proof := y.honest(t)
		if err := y.verify("toy", proof); err != nil {
			t.Fatal(err)
		}
		if rest := len(proof) - y.sys.ProofSize(toyPublished, 0); rest < 0 || rest%merkle.Size != 0 {
			t.Errorf("proof of %d bytes, %d without a path", len(proof), y.sys.ProofSize(toyPublished, 0))
		}
		if err := y.verify("another statement", proof); !errors.Is(err, ErrProof) {
			t.Errorf("another statement: %v", err)
		}
	}
}

// A proof of one profile is refused by the other, and what a transcript absorbs first
// tells them apart, so that no reading of the bytes could make it one.
func TestProfilesApart(t *testing.T) {
	points, hash := newPointPair(t, 3, 5), newToyPair(t, 3, 5)
	if err := hash.verify("toy", points.honest(t)); !errors.Is(err, ErrProof) {
		t.Errorf("points taken for hashes: %v", err)
	}
	if err := points.verify("toy", hash.honest(t)); !errors.Is(err, ErrProof) {
		t.Errorf("hashes taken for points: %v", err)
	}
	if points.sys.begin(commitment{}, nil).Digest() == hash.sys.begin(commitment{}, nil).Digest() {
		t.Error("transcripts begin alike")
	}
	// Without a P-256 side too, where the bytes have the same form.
	m := newMono(t, 2)
	other := *m
	var err error
	if other.sys, err = NewSystem(V2, &m.shape, nil); err != nil {
		t.Fatal(err)
	}
	if other.sys.begin(commitment{}, nil).Digest() == m.sys.begin(commitment{}, nil).Digest() {
		t.Error("transcripts of one field begin alike")
	}
	if _, err := NewSystem("libzk-v1.1", &m.shape, nil); err == nil {
		t.Error("an unknown profile is accepted")
	}
}

// The points are absorbed before the first challenge: one more, fewer or others give
// others.
func TestPointsAreAbsorbed(t *testing.T) {
	y := newPointPair(t, 2, 2)
	seen := map[[32]byte]bool{}
	for _, points := range [][]byte{nil, {2}, {3}, {2, 3}} {
		seen[y.sys.begin(commitment{points: points}, nil).Digest()] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d transcripts for four commitments", len(seen))
	}
}

// Any bit of the commitments, of the P side's messages and of the blinder changed is
// refused; so are commitments of another proof, exchanged ones, and encodings that are
// not canonical.
func TestPointsProofChanged(t *testing.T) {
	y := newPointPair(t, 2, 4)
	proof, another := y.honest(t), y.honest(t)
	from, size := merkle.Size, pointCount(y.sys.pShape)*tom256.Size
	refuse := func(what string, b []byte) {
		t.Helper()
		if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if bytes.Equal(proof[from:from+size], another[from:from+size]) {
		t.Fatal("two proofs have the same commitments")
	}
	mixed := bytes.Clone(proof)
	copy(mixed[from:], another[from:from+size])
	refuse("commitments of another proof", mixed)
	for i := range pointCount(y.sys.pShape) {
		at := from + i*tom256.Size
		other := bytes.Clone(proof)
		copy(other[at:], another[at:at+tom256.Size])
		refuse("one commitment of another proof", other)
		other = bytes.Clone(proof)
		other[at] ^= 1
		refuse("other parity", other)
		other[at] = 4
		refuse("prefix 04", other)
		copy(other[at:], make([]byte, tom256.Size))
		refuse("infinity", other)
		other = bytes.Clone(proof)
		copy(other[at+1:], bytes.Repeat([]byte{0xff}, 32))
		refuse("x above q", other)
		if i > 0 {
			other = bytes.Clone(proof)
			copy(other[at-tom256.Size:], proof[at:at+tom256.Size])
			copy(other[at:], proof[at-tom256.Size:at])
			refuse("commitments exchanged", other)
		}
	}
	// P's messages end with the answer and the blinder, before GF's columns.
	end := len(proof) - (len(proof)-y.sys.ProofSize(toyPublished, 0))/merkle.Size*merkle.Size - y.sys.gfShape.OpenedSize(2, 16)
	for i := end - 32*(y.sys.pShape.AnswerElems()+1); i < end; i += 32 {
		other := bytes.Clone(proof)
		other[i] ^= 1
		refuse("answer or blinder", other)
	}
}

// A prover that knows everything but keeps to no rule: it answers with a false witness,
// with the commitments of another one, and with a blinder of its own.
func TestPointsCheat(t *testing.T) {
	y := newPointPair(t, 2, 6)
	w := Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
	for i := range w.P {
		w.P[i] = y.p.f.Add(w.P[i], y.p.f.One())
		proof, err := y.prove(w, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := y.verify("toy", proof); !errors.Is(err, ErrProof) {
			t.Errorf("secret %d false: %v", i, err)
		}
		w.P[i] = y.p.f.Sub(w.P[i], y.p.f.One())
	}
	_, p, sides := y.sys.strands()
	if err := p.complete(w.P, false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	s := sides[1].(*pointStrand)
	if err := s.encode(rand.Reader); err != nil {
		t.Fatal(err)
	}
	// The vector changed after the commitment.
	f := y.p.f
	claim := opening.Claim[p256.Elem]{Full: make([]p256.Elem, y.sys.p.fullLen()), Value: f.Add(s.vector.Full[0], f.One())}
	claim.Full[0] = f.One()
	ts := y.sys.begin(commitment{}, nil)
	a, blinder, err := s.points.Answer(ts.Fork("x"), claim)
	if err != nil {
		t.Fatal(err)
	}
	k, err := opening.ReplayPoints(ts.Fork("x"), y.sys.pShape, s.commitments, claim, a, blinder)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Verify(); !errors.Is(err, opening.ErrValue) {
		t.Errorf("a claim that is false by one: %v", err)
	}
}
