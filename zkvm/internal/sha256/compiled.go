//go:build js || wasip1 || compilecircuits

package sha256

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Load is Compile: a program that is downloaded is better without 136 KB more, and the command that
// writes these must not need them.
func Load() *circuit.Circuit[gf128.Elem] { return Compile() }
