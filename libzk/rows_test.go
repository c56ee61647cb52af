package libzk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// The identifiers of the row circuits are those that were frozen: package zkvm's file has them
// beside those of its own circuits.
func TestRowIdentifiers(t *testing.T) {
	text, err := os.ReadFile(filepath.FromSlash("../zkvm/testdata/circuits.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, want := range []string{
		fmt.Sprintf("%x  rows, gf2_128", rowCircuit[gf128.Elem](gf128.Field{}).ID),
		fmt.Sprintf("%x  rows, p256", rowCircuit[p256.Elem](p256.Field{}).ID),
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
}
