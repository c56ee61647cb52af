package libzk

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
	"github.com/zkpass-go/zkpass/libzk/ligero"
	"github.com/zkpass-go/zkpass/libzk/pedersen"
)

var rowCircuits sync.Map

// Forget drops everything that the package keeps between calls: tables and
// compiled circuits. They are made again when they are needed.
func Forget() {
	rowCircuits.Clear()
	ligero.Forget()
	derived.Forget()
	pedersen.Forget()
	buffers.Forget()
}

// rowCircuit is one row a·b = c: one layer, inputs (1, a, b, c). A copy of it is
// a rank-one constraint over affine forms, so one circuit serves every check
// that needs no depth.
func rowCircuit[E comparable](f field.Field[E]) *circuit.Circuit[E] {
	if c, ok := rowCircuits.Load(f.Name()); ok {
		return c.(*circuit.Circuit[E])
	}
	b := circuit.NewBuilder(f, "rows")
	x, y, z := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(x, y), z, "row")
	c, _ := rowCircuits.LoadOrStore(f.Name(), b.Build())
	return c.(*circuit.Circuit[E])
}
