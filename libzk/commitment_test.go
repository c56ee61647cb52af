package libzk

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/tom256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// TestLine20CommitmentBeforeChallenges: what Verify hands to relate, which draws the
// first challenges, has absorbed the commitment of the proof at hand, every byte of the
// root and every point, and nothing that comes later. opening.TestPointsFitted is what a
// prover does with a point that is not absorbed.
func TestLine20CommitmentBeforeChallenges(t *testing.T) {
	for _, y := range []*toyPair{newToyPair(t, 2, 4), newPointPair(t, 2, 4)} {
		proof := y.honest(t)
		stop := errors.New("seen")
		state := func(b []byte) (d [32]byte) {
			t.Helper()
			err := y.sys.Verify([]byte("toy"), toyPublished, b, func(ts *transcript.Transcript, _ []byte) (*Relations, error) {
				d = ts.Digest()
				return nil, stop
			})
			if !errors.Is(err, stop) {
				t.Fatalf("%s: not related: %v", y.sys.profile, err)
			}
			return d
		}
		honest := state(proof)
		points := 0
		if y.sys.points() {
			points = pointCount(y.sys.pShape)
		}
		seen := map[[32]byte]string{honest: "the proof itself"}
		differs := func(what string, at int) {
			t.Helper()
			b := bytes.Clone(proof)
			b[at] ^= 1
			d := state(b)
			if other, ok := seen[d]; ok {
				t.Errorf("%s: %s begins like %s", y.sys.profile, what, other)
			}
			seen[d] = what
		}
		for i := range merkle.Size {
			differs(fmt.Sprint("another byte ", i, " of the root"), i)
		}
		for i := range points {
			differs(fmt.Sprint("the opposite of point ", i), merkle.Size+i*tom256.Size)
		}
		late := bytes.Clone(proof)
		for i := merkle.Size + points*tom256.Size; i < len(late); i += 16 {
			late[i] ^= 1
		}
		if state(late) != honest {
			t.Errorf("%s: what follows the commitment is absorbed before the first challenge", y.sys.profile)
		}
	}
}
