package program

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

type (
	elem = gf128.Elem
	ref  = affine.Ref
	term = affine.Term[elem]
	flag = machine.Flag
)
