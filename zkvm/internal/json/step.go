package json

import (
	"errors"
	"math/bits"
)

// Reasons for which a byte is refused.
var (
	// ErrSyntax: the byte cannot follow, by RFC 8259, RFC 3629 (UTF-8) or because a
	// surrogate has no partner or the outermost value is not an object.
	ErrSyntax = errors.New("json: byte not allowed here")
	// ErrDepth: a container is nested too deeply.
	ErrDepth = errors.New("json: nesting too deep")
	// ErrBracket: a closer without its opener.
	ErrBracket = errors.New("json: bracket does not match")
	// ErrUnfinished: the text ends before the document does.
	ErrUnfinished = errors.New("json: document ends too early")
	// ErrLength: the text is longer than there is room for.
	ErrLength = errors.New("json: document too long")
)

// State is the state of the recogniser before a byte.
//
// Bit k-1 of Depth is set where at least k containers are open (a thermometer).
// Bit k-1 of Objects is set where the k-th open container, counted from the
// innermost, is an object; it is clear for arrays and past the depth.
type State struct {
	Mode    Mode
	Name    bool // the open string is a member name; false outside strings
	Depth   uint16
	Objects uint16
}

// Start is the state before the first byte, Done the state after a valid
// document: nothing but whitespace can follow.
var (
	Start = State{Mode: start}
	Done  = State{Mode: afterValue}
)

// Flags say what a byte is.
type Flags struct {
	Open  bool // opens a container
	Close bool // closes a container
	Name  bool // is the opening quote of a member name
	Value bool // is the first byte of a value, the outermost object included
	Token bool // belongs to a string (quotes and names included), number, true, false or null
}

// Step is the recogniser of docs/protocol.md, appendix A: the state after byte
// x and the flags of x. At most depth containers may be open.
func Step(s State, x byte, depth int) (State, Flags, error) {
	next, flags, ok := advance(local{s.Mode, s.Name, s.Depth&1 != 0, s.Objects&1 != 0}, x)
	if !ok {
		return State{}, Flags{}, ErrSyntax
	}
	t := State{Mode: next, Depth: s.Depth, Objects: s.Objects}
	object := x == '{' || x == '}'
	switch {
	case flags.Open:
		if bits.Len16(s.Depth) >= depth {
			return State{}, Flags{}, ErrDepth
		}
		t.Depth = s.Depth<<1 | 1
		t.Objects = s.Objects << 1
		if object {
			t.Objects |= 1
		}
	case flags.Close:
		if s.Depth == 0 || object != (s.Objects&1 != 0) {
			return State{}, Flags{}, ErrBracket
		}
		t.Depth = s.Depth >> 1
		t.Objects = s.Objects >> 1
	}
	t.Name = next.inside() && (s.Name || flags.Name)
	return t, flags, nil
}

// local is the part of the state that the next mode depends on.
type local struct {
	mode   Mode
	name   bool
	nested bool // a container is open
	object bool // the innermost one is an object
}

// advance is the mode after byte x and what x is. It takes either closer for a
// closer: that it matches its opener is a matter of the stack.
func advance(s local, x byte) (next Mode, is Flags, ok bool) {
	token := Flags{Token: true}
	if w, ok := single[s.mode]; ok {
		return w.next, token, x == w.char
	}
	blank := x == ' ' || x == '\t' || x == '\n' || x == '\r'
	digit := x >= '0' && x <= '9'
	mark := x == 'e' || x == 'E'
	switch s.mode {
	case start:
		if x == '{' {
			return firstName, Flags{Open: true, Value: true}, true
		}
		return start, Flags{}, blank
	case value, firstElement:
		if blank {
			return s.mode, Flags{}, true
		}
		if s.mode == firstElement && closes(x) {
			return afterValue, Flags{Close: true}, true
		}
		return begin(x)
	case firstName, nextName:
		switch {
		case blank:
			return s.mode, Flags{}, true
		case x == '"':
			return inString, Flags{Name: true, Token: true}, true
		case s.mode == firstName && closes(x):
			return afterValue, Flags{Close: true}, true
		}
	case colon:
		if x == ':' {
			return value, Flags{}, true
		}
		return colon, Flags{}, blank
	case afterValue:
		return after(s, x, blank)
	case zero, integer, fraction, exponent:
		switch {
		case digit && s.mode != zero:
			return s.mode, token, true
		case x == '.' && (s.mode == zero || s.mode == integer):
			return point, token, true
		case mark && s.mode != exponent:
			return exponentMark, token, true
		}
		return after(s, x, blank)
	case minus:
		if x == '0' {
			return zero, token, true
		}
		return integer, token, digit
	case point:
		return fraction, token, digit
	case exponentMark:
		if x == '+' || x == '-' {
			return exponentSign, token, true
		}
		return exponent, token, digit
	case exponentSign:
		return exponent, token, digit
	}
	if !s.mode.inside() {
		return 0, Flags{}, false
	}
	next, ok = character(s, x)
	return next, token, ok
}

func closes(x byte) bool { return x == '}' || x == ']' }

// begin is the first byte of a value.
func begin(x byte) (Mode, Flags, bool) {
	scalar := Flags{Value: true, Token: true}
	container := Flags{Value: true, Open: true}
	switch {
	case x == '"':
		return inString, scalar, true
	case x == '{':
		return firstName, container, true
	case x == '[':
		return firstElement, container, true
	case x == '-':
		return minus, scalar, true
	case x == '0':
		return zero, scalar, true
	case x >= '1' && x <= '9':
		return integer, scalar, true
	case x == 't':
		return trueR, scalar, true
	case x == 'f':
		return falseA, scalar, true
	case x == 'n':
		return nullU, scalar, true
	}
	return 0, Flags{}, false
}

// after is a byte after a complete value.
func after(s local, x byte, blank bool) (Mode, Flags, bool) {
	switch {
	case blank:
		return afterValue, Flags{}, true
	case closes(x):
		return afterValue, Flags{Close: true}, true
	case x == ',' && s.nested && s.object:
		return nextName, Flags{}, true
	case x == ',' && s.nested:
		return value, Flags{}, true
	}
	return 0, Flags{}, false
}
