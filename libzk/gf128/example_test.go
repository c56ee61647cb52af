package gf128_test

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// The values of the identity at the first three code points determine it, and so
// its values at the other code points.
func ExampleField_NewEncoder() {
	var f gf128.Field
	row := make([]gf128.Elem, 8)
	for i := range 3 {
		row[i] = f.CodePoint(i)
	}
	f.NewEncoder(3, len(row)).Encode(row)
	for i, e := range row {
		if e != f.CodePoint(i) {
			fmt.Println("not the identity at code point", i)
		}
	}
	s, ok := gf128.ToSymbol(row[7])
	fmt.Println(s, ok)
	// Output: 7 true
}

// Rows in the subfield can stay symbols.
func ExampleEncoder_EncodeSymbols() {
	row := []uint16{0, 1, 2, 0, 0, 0, 0, 0}
	gf128.NewEncoder(3, len(row)).EncodeSymbols(row)
	fmt.Println(row)
	// Output: [0 1 2 3 4 5 6 7]
}
