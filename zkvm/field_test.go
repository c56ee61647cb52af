package zkvm

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

type (
	ref  = affine.Ref
	flag = machine.Flag
)

var one = field.One()
