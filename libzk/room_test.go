package libzk

import (
	"crypto/rand"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// TestRoom: secrets in a slice of NewSecrets go over to the proof; of
// others neither they nor what stands behind them is touched.
func TestRoom(t *testing.T) {
	y := newToyPair(t, 3, 2)
	made, err := y.sys.gf.NewSecrets()
	if err != nil || len(made) != 0 || cap(made) < y.sys.gf.witness {
		t.Fatal(len(made), cap(made), err)
	}
	room := y.sys.gf.witness
	for _, c := range []struct {
		capacity int
		over     bool
	}{{room - 1, false}, {room, false}, {room + 1, false}, {room - 1, true}, {room, true}, {room + 1, true}} {
		capacity, secrets := c.capacity, y.gf.secrets()
		given := append(make([]gf128.Elem, 0, capacity), secrets...)
		s := &strand[gf128.Elem]{p: y.sys.gf}
		if err := s.complete(given, c.over, rand.Reader); err != nil {
			t.Fatal(err)
		}
		if len(s.witness) != room {
			t.Fatalf("a witness of %d elements, want %d", len(s.witness), room)
		}
		if over := &given[0] == &s.witness[0]; over != (c.over && capacity >= room) {
			t.Errorf("capacity %d of %d: taken over is %v", capacity, room, over)
		}
		for i, e := range secrets {
			if given[i] != e || s.witness[i] != e {
				t.Fatalf("capacity %d: secret %d has changed", capacity, i)
			}
		}
		if !c.over || capacity < room {
			for i, e := range given[:capacity][len(given):] {
				if e != (gf128.Elem{}) {
					t.Fatalf("capacity %d: element %d behind the secrets is written", capacity, i)
				}
			}
		}
	}
}
