package query

import (
	"strconv"

	"github.com/zkpass-go/zkpass/document"
)

// A Value is a string, a number, a boolean, or an array of one of them.
type Value struct {
	Type  Type // String, Number or Boolean, for an array that of its elements; 0 for an empty one
	Array bool
	Str   string
	Num   document.Decimal
	Bool  bool
	Elems []Value // of an array; none of them is one
}

// append adds the compact JSON text of a value.
func (v Value) append(dst []byte) []byte {
	switch {
	case v.Array:
		dst = append(dst, '[')
		for i, e := range v.Elems {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.append(dst)
		}
		return append(dst, ']')
	case v.Type == String:
		return document.AppendString(dst, v.Str)
	case v.Type == Number:
		return v.Num.Append(dst)
	}
	return strconv.AppendBool(dst, v.Bool)
}

// appendResults adds the outputs as one object.
func appendResults(dst []byte, results []Result) []byte {
	dst = append(dst, '{')
	for i, r := range results {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = document.AppendString(dst, r.Name)
		dst = append(dst, ':')
		dst = r.Value.append(dst)
	}
	return append(dst, '}')
}
