package signature

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Gadgets are all forms and elements of one field, so each room has the short names that
// package machine gives these.
type (
	elem   = gf128.Elem
	ref    = affine.Ref
	term   = affine.Term[elem]
	factor = machine.Factor
)

var (
	field gf128.Field
	one   = field.One()
)
