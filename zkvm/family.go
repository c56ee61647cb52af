package zkvm

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// families are the zkVMs that this package proves and verifies with, by the name that
// a request asks for. A later one stands beside those that are here, with circuits of its
// own: what a name means never changes once it is released, so that proofs and requests
// stay good.
var families = []struct {
	name     libzk.Profile
	circuits func() *circuits.Family
}{
	{libzk.V2, circuits.Compiled},
	{libzk.V2Hash, circuits.Compiled}, // the same statements, committed otherwise
}

// Families lists the names of the zkVMs of this package.
func Families() (names []libzk.Profile) {
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// familyOf is the circuits of a name.
func familyOf(name libzk.Profile) (*circuits.Family, error) {
	for _, f := range families {
		if f.name == name {
			return f.circuits(), nil
		}
	}
	return nil, fmt.Errorf("no zkVM %.40q, there are %v", name, Families())
}

// Forget drops the compiled circuits and tables derived from them; they are made
// again when they are needed. It is for measuring what a fresh process does.
func Forget() { circuits.Forget() }
