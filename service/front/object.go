package front

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// object is a JSON object whose members are read one by one. The first that is
// wrong is kept; none may be left over. It is not the reader of tokens that package zkpass
// has: a member that is null is as if it were not there, and errors tell callers where in
// their request they are.
type object struct {
	where   string // "" for the body, or the path of the member
	members map[string]json.RawMessage
	err     error
}

// maxMembers bounds the members of an object: a crafted body is not to take many times
// its size.
const maxMembers = 64

// openObject takes a text apart that is valid JSON. A name that stands twice is an
// error: readers differ in which of the two they take.
func openObject(where string, text []byte) *object {
	o := &object{where: where, members: map[string]json.RawMessage{}}
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		o.fail("want an object")
		return o
	}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		var value json.RawMessage
		if err == nil && ok {
			err = dec.Decode(&value)
		}
		switch {
		case err != nil || !ok:
			o.fail("want an object")
			return o
		case len(o.members) == maxMembers:
			o.fail("more than %d members", maxMembers)
			return o
		case o.members[name] != nil:
			o.fail("member %.40q stands twice", name)
			return o
		}
		o.members[name] = value
	}
	return o
}

// openBody opens the body of a request.
func openBody(body []byte) *object {
	if !utf8.Valid(body) || !json.Valid(body) {
		return &object{err: errors.New("body: want one JSON object in UTF-8")}
	}
	return openObject("", body)
}

func (o *object) fail(format string, args ...any) {
	if o.err == nil {
		where := "body"
		if o.where != "" {
			where += ": " + o.where
		}
		o.err = fmt.Errorf("%s: "+format, append([]any{where}, args...)...)
	}
}

// take takes a member out; nil if it is not there or null.
func (o *object) take(name string) json.RawMessage {
	value, ok := o.members[name]
	delete(o.members, name)
	if !ok || string(value) == "null" {
		return nil
	}
	return value
}

// text takes a string out.
func (o *object) text(name string) (s string) {
	if value := o.take(name); value != nil && json.Unmarshal(value, &s) != nil {
		o.fail("member %s: want a string", name)
	}
	return s
}

// string takes a string out that has to be there, and may be empty.
func (o *object) string(name string) (s string) {
	value, ok := o.members[name]
	delete(o.members, name)
	if !ok || value[0] != '"' || json.Unmarshal(value, &s) != nil {
		o.fail("member %s: want a string", name)
	}
	return s
}

func (o *object) needText(name string) string {
	s := o.text(name)
	if s == "" {
		o.fail("member %s: want a string that is not empty", name)
	}
	return s
}

func (o *object) bool(name string) (b bool) {
	if value := o.take(name); value != nil && json.Unmarshal(value, &b) != nil {
		o.fail("member %s: want true or false", name)
	}
	return b
}

// end returns the first error; a member that nobody has taken is one.
func (o *object) end() error {
	if o.err == nil && len(o.members) > 0 {
		o.fail("unknown member %.40q", slices.Sorted(maps.Keys(o.members))[0])
	}
	return o.err
}
