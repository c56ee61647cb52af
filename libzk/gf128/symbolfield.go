package gf128

import "github.com/zkpass-go/zkpass/libzk/field"

var (
	_ field.Symbols[Elem] = Field{}
	_ field.SymbolEncoder = (*Encoder)(nil)
)

// Symbol is ToSymbol.
func (Field) Symbol(a Elem) (uint16, bool) { return ToSymbol(a) }

// FromSymbol is the inverse of Symbol.
func (Field) FromSymbol(s uint16) Elem { return FromSymbol(s) }
