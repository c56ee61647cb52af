package libzk

import (
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/internal/frozen"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// The identifiers of the row circuits are those that were frozen: package zkvm's file has them
// beside those of its own circuits.
func TestRowIdentifiers(t *testing.T) {
	kept := frozen.Read(t, "../zkvm/testdata/circuits.txt")
	for name, id := range map[string][32]byte{
		"rows, gf2_128": rowCircuit[gf128.Elem](gf128.Field{}).ID,
		"rows, p256":    rowCircuit[p256.Elem](p256.Field{}).ID,
	} {
		if have := fmt.Sprintf("%x", id); have != kept[name] {
			t.Errorf("%s: the identifier is %s, the frozen one %q", name, have, kept[name])
		}
	}
}
