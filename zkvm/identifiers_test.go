package zkvm

import (
	"testing"

	"github.com/zkpass-go/zkpass/internal/frozen"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// identifiersFile has the identifiers of all circuits, which every transcript absorbs. It
// is for whoever writes another verifier, and its lines never change. A circuit without one
// gets it by
//
//	ZKPASS_FREEZE=add go test ./zkvm -run TestCircuitIdentifiers
const identifiersFile = "testdata/circuits.txt"

// TestCircuitIdentifiers holds the circuits to the identifiers that were frozen.
func TestCircuitIdentifiers(t *testing.T) {
	f := circuits.Compiled()
	identifiers := map[string][]byte{
		"rows, gf2_128": nil, "rows, p256": nil, // libzk's, whose test compares them
	}
	add := func(c *circuit.Circuit[gf128.Elem]) {
		if _, ok := identifiers[c.Name]; ok {
			t.Errorf("two circuits are called %s", c.Name)
		}
		identifiers[c.Name] = c.ID[:]
	}
	for use := range circuits.Dots {
		if use != circuits.Products {
			add(f.Circuit(use, 0))
			continue
		}
		for _, chunk := range circuits.Chunks {
			add(f.Circuit(use, chunk))
		}
	}
	for _, bytes := range sizes {
		add(f.Dot(3 * ((bytes + 2) / 3)))
	}
	step := f.ECDSA()
	identifiers[step.Name] = step.ID[:]
	frozen.Hold(t, identifiersFile, identifiers, "no proof that was made is good any more")
}
