package zkpass

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
)

// maxJSONDepth bounds how many containers may be open at once in any JSON text
// that this package reads; the limit is that of user data.
const maxJSONDepth = 16

// maxNames bounds the members of one object, so that a crafted text costs no more
// memory than its own size.
const maxNames = 1024

// checkJSON reports an error unless text is exactly one JSON value (RFC 8259) in
// valid UTF-8, without lone surrogates, without too many nested containers, and
// without a name that stands twice in its object, equal after unescaping.
//
// encoding/json alone lets invalid UTF-8, lone surrogates and repeated names
// pass, so two readers could see different texts in one token. The package
// document builds a tree, which costs too much for a text as long as a proof.
func checkJSON(text []byte) error {
	if !utf8.Valid(text) {
		return malformed("not valid UTF-8")
	}
	if !json.Valid(text) {
		return malformed("not a JSON value")
	}
	if at := loneSurrogate(text); at >= 0 {
		return malformed("half of a surrogate pair at byte %d", at)
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
						return malformed("a name stands twice in one object, before byte %d", dec.InputOffset())
					}
					if len(top.names) == maxNames {
						return malformed("an object with more than %d members", maxNames)
					}
					top.names[name] = true
					top.atValue = true
					continue
				}
				top.atValue = false
			}
		}
		if delim, ok := token.(json.Delim); ok {
			if len(stack) == maxJSONDepth {
				return malformed("more than %d containers open at once", maxJSONDepth)
			}
			f := frame{}
			if delim == '{' {
				f.names = make(map[string]bool)
			}
			stack = append(stack, f)
		}
	}
}

// jsonObject takes the members out of an object one by one. The first error
// sticks, so that callers check once, at end.
type jsonObject struct {
	where   string
	members map[string]json.RawMessage
	err     error
}

// openObject opens text, which must have passed checkJSON, as an object. where
// names it in errors.
func openObject(where string, text []byte) *jsonObject {
	o := &jsonObject{where: where}
	if err := json.Unmarshal(text, &o.members); err != nil || o.members == nil {
		o.fail("not an object")
	}
	return o
}

// openStrict checks text with unique names and opens it as an object.
func openStrict(where string, text []byte) *jsonObject {
	if err := checkJSON(text); err != nil {
		return &jsonObject{where: where, err: err}
	}
	return openObject(where, text)
}

func (o *jsonObject) fail(format string, args ...any) {
	if o.err == nil {
		o.err = malformed(o.where+": "+format, args...)
	}
}

func (o *jsonObject) has(name string) bool {
	_, ok := o.members[name]
	return ok
}

// take removes the member called name and returns its text, nil if there is none.
func (o *jsonObject) take(name string) json.RawMessage {
	raw := o.members[name]
	delete(o.members, name)
	return raw
}

// need is take for a member that must be there.
func (o *jsonObject) need(name string) json.RawMessage {
	if !o.has(name) {
		o.fail("member %s is missing", name)
		return nil
	}
	return o.take(name)
}

// str takes a string that must be there.
func (o *jsonObject) str(name string) string {
	raw := o.need(name)
	if raw == nil {
		return ""
	}
	return o.decodeString(name, raw)
}

// optStr takes a string that may be left out but is not null.
func (o *jsonObject) optStr(name string) string {
	if !o.has(name) {
		return ""
	}
	return o.str(name)
}

func (o *jsonObject) decodeString(name string, raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		o.fail("member %s: want a string", name)
	}
	return s
}

// integer takes a number without fraction or exponent that must be there and
// lie in [low, high].
func (o *jsonObject) integer(name string, low, high int64) int64 {
	raw := o.need(name)
	if raw == nil {
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < low || n > high {
		o.fail("member %s: want an integer from %d to %d", name, low, high)
		return 0
	}
	return n
}

// end reports the first error; a member that nobody took is one.
func (o *jsonObject) end() error {
	if o.err == nil {
		for name := range o.members {
			o.fail("unknown member %s", quoteName(name))
			break
		}
	}
	return o.err
}

// quoteName quotes a name from untrusted input for an error.
func quoteName(name string) string {
	const most = 64
	if len(name) > most {
		return strconv.QuoteToASCII(name[:most]) + "..."
	}
	return strconv.QuoteToASCII(name)
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// appendMember appends "name":"value" in the form that digests cover, with a comma before it unless the object
// has just been opened.
func appendMember(dst []byte, name, value string) []byte {
	return document.AppendString(appendName(dst, name), value)
}

// appendName appends "name": with a comma before it unless the object has just
// been opened.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(document.AppendString(dst, name), ':')
}
