package zkvm

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// identifiersFile has the identifiers of all circuits, which every transcript absorbs. It
// is for whoever writes another verifier, and never changes.
const identifiersFile = "testdata/circuits.txt"

// TestCircuitIdentifiers holds the circuits to the identifiers that were frozen.
func TestCircuitIdentifiers(t *testing.T) {
	f := circuits.Compiled()
	var have []string
	add := func(c *circuit.Circuit[gf128.Elem]) { have = append(have, fmt.Sprintf("%x  %s", c.ID, c.Name)) }
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
	have = append(have, fmt.Sprintf("%x  %s", step.ID, step.Name))
	// Those of rows are libzk's, whose test looks for them in the file.

	text, err := os.ReadFile(filepath.FromSlash(identifiersFile))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasSuffix(line, "  rows, gf2_128") && !strings.HasSuffix(line, "  rows, p256") {
			want = append(want, line)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("circuits have other identifiers than those that were frozen, and no proof that was made is good any more:\n%s", strings.Join(have, "\n"))
	}
}
