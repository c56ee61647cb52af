//go:build !js && !wasip1 && !compilecircuits

package sha256

import (
	_ "embed"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// The circuit has 195,000 terms: reading them takes a tenth of the time that compiling takes.
//
//go:generate go run -tags compilecircuits ./generate
//go:embed sha256.circuit
var embedded []byte

// Load makes the circuit of Compile from what is embedded in the program.
func Load() *circuit.Circuit[gf128.Elem] {
	c, err := circuit.ReadCompact(gf128.Field{}, embedded)
	if err != nil {
		panic("sha256: the embedded circuit: " + err.Error())
	}
	return c
}
