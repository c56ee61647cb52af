package zkpass

import (
	"encoding/json"
	"strconv"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/strictjson"
)

// checkJSON is [strictjson.Check]: two readers of one token must not see different texts.
func checkJSON(text []byte) error {
	if err := strictjson.Check(text); err != nil {
		return malformed("%w", err)
	}
	return nil
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
