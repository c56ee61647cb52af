// Package strictjson refuses JSON text that two readers could take for different things:
// encoding/json lets invalid UTF-8, lone surrogates and repeated names pass.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// MaxDepth bounds how many containers may be open at once; the limit is that of user data.
const MaxDepth = 16

// MaxNames bounds the members of one object, so that a crafted text costs no more
// memory than its own size.
const MaxNames = 1024

// Check reports an error unless text is exactly one JSON value (RFC 8259) in
// valid UTF-8, without lone surrogates, without too many nested containers, and
// without a name that stands twice in its object, equal after unescaping.
//
// It builds no tree, as package document does, which costs too much for a text as long
// as a proof.
func Check(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("not valid UTF-8")
	}
	if !json.Valid(text) {
		return errors.New("not a JSON value")
	}
	if at := loneSurrogate(text); at >= 0 {
		return fmt.Errorf("half of a surrogate pair at byte %d", at)
	}
	return checkNames(text)
}

// loneSurrogate returns the offset of the first \u escape in valid JSON that is
// half of a surrogate pair without its other half, or -1.
func loneSurrogate(text []byte) int {
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			i++
			continue
		}
		switch r := escapedUnit(text[i:]); {
		case r >= 0xD800 && r < 0xDC00:
			next := escapedUnit(text[i+6:])
			if next < 0xDC00 || next > 0xDFFF {
				return i
			}
			i += 12
		case r >= 0xDC00 && r <= 0xDFFF:
			return i
		case r >= 0:
			i += 6
		default:
			i += 2
		}
	}
	return -1
}

// escapedUnit returns the UTF-16 unit of the \uXXXX that text begins with, or -1.
func escapedUnit(text []byte) int {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(unit)
}

// checkNames walks valid JSON for its nesting and for names that stand twice in
// one object.
func checkNames(text []byte) error {
	type frame struct {
		names   map[string]bool // nil for an array
		atValue bool            // the next token of an object is a value
	}
	var stack []frame
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return nil // the end: text is valid JSON
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return nil
			}
			continue
		}
		if len(stack) > 0 {
			if top := &stack[len(stack)-1]; top.names != nil {
				if !top.atValue {
					name := token.(string)
					if top.names[name] {
						return fmt.Errorf("a name stands twice in one object, before byte %d", dec.InputOffset())
					}
					if len(top.names) == MaxNames {
						return fmt.Errorf("an object with more than %d members", MaxNames)
					}
					top.names[name] = true
					top.atValue = true
					continue
				}
				top.atValue = false
			}
		}
		if delim, ok := token.(json.Delim); ok {
			if len(stack) == MaxDepth {
				return fmt.Errorf("more than %d containers open at once", MaxDepth)
			}
			f := frame{}
			if delim == '{' {
				f.names = make(map[string]bool)
			}
			stack = append(stack, f)
		}
	}
}
