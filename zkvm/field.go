package zkvm

import "github.com/zkpass-go/zkpass/libzk/gf128"

type elem = gf128.Elem

var field gf128.Field
