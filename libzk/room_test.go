package libzk

import (
	"crypto/rand"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// TestRoom: secrets with the capacity that a shape asks for go over to the proof; of
// others neither they nor what stands behind them is touched.
func TestRoom(t *testing.T) {
	y := newToyPair(t, 3, 2)
	room, err := y.sys.gf.Room()
	if err != nil || room != y.sys.gf.witness {
		t.Fatal(room, err)
	}
	for _, capacity := range []int{room - 1, room, room + 1} {
		secrets := y.gf.secrets()
		given := append(make([]gf128.Elem, 0, capacity), secrets...)
		s := &strand[gf128.Elem]{p: y.sys.gf}
		if err := s.complete(given, rand.Reader); err != nil {
			t.Fatal(err)
		}
		if len(s.witness) != room {
			t.Fatalf("a witness of %d elements, want %d", len(s.witness), room)
		}
		if over := &given[0] == &s.witness[0]; over != (capacity == room) {
			t.Errorf("capacity %d of %d: taken over is %v", capacity, room, over)
		}
		for i, e := range secrets {
			if given[i] != e || s.witness[i] != e {
				t.Fatalf("capacity %d: secret %d has changed", capacity, i)
			}
		}
		if capacity != room {
			for i, e := range given[:capacity][len(given):] {
				if e != (gf128.Elem{}) {
					t.Fatalf("capacity %d: element %d behind the secrets is written", capacity, i)
				}
			}
		}
	}
}
