// Package document reads the JSON text that an issuer signed, and loses nothing
// of it: members keep their order and their duplicates, and every value, name
// and bracket keeps its place in the text.
//
// The rules are those of the specification, stricter than RFC 8259 where that
// leaves room: the text is valid UTF-8 without a byte order mark, every
// surrogate escape is one half of a pair, the payload of a token is an object
// of at most [MaxSize] bytes, and at most [MaxDepth] containers are open at
// once. What a duplicate name or an odd number means is left to whoever looks
// for it: [Node.Find] and [Document.Decimal] refuse them, a reader that looks
// elsewhere never notices.
//
// The package is no general JSON decoder. It fills no Go values, and it keeps
// the bytes of documents out of every error, because they are secret.
package document

import (
	"errors"
	"fmt"
	"strconv"
)

// Limits on the payload of a token.
const (
	MaxSize  = 16 << 10 // bytes of the decoded payload
	MaxDepth = 16       // containers open at once; the payload's object is the first
)

var (
	// ErrMalformed is matched by every error of [Parse] and [ParseValue].
	ErrMalformed = errors.New("document is not well formed")

	// ErrDuplicate says that a name that is looked for stands twice in its object,
	// written alike or not.
	ErrDuplicate = errors.New("the name stands twice in its object")

	// ErrNotInteger says that a value is no integer of 64 bits: another kind of
	// value, a number with a fraction or an exponent, or one that is too large.
	ErrNotInteger = errors.New("not an integer of 64 bits")

	// ErrNotString says that a value is no string.
	ErrNotString = errors.New("not a string")
)

// A SyntaxError says where a text stops being well formed and what would have
// been right there. It never holds bytes of the text.
type SyntaxError struct {
	Offset int    // bytes before the first one that is wrong
	Want   string // what was expected there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("document is not well formed at byte %d: expected %s", e.Offset, e.Want)
}

// Is makes [ErrMalformed] match.
func (e *SyntaxError) Is(target error) bool { return target == ErrMalformed }

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds of values. A Number is any that JSON has, 1e999 too.
const (
	Object Kind = iota + 1
	Array
	String
	Number
	True
	False
	Null
)

var kindNames = [...]string{"invalid", "object", "array", "string", "number", "true", "false", "null"}

// String returns the kind in words, for errors.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// A Document is a parsed text. It is never changed after parsing, and safe for
// concurrent use.
type Document struct {
	Root *Node
	text []byte
}

// A Node is one value of a document. Nodes must not be changed.
type Node struct {
	Kind Kind
	// Start and End are the byte offsets of the value's text, [Start, End):
	// brackets and quotes belong to it. The opening bracket or quote stands at
	// Start, the closing one at End-1.
	Start, End int
	// Depth is the number of containers that are open before the byte at Start:
	// 0 for the root, 1 for what stands directly in it.
	Depth int
	// Escaped tells of a String that there is a backslash in its text.
	Escaped bool
	Members []Member // of an Object: in the order of the text, duplicates kept
	Elems   []*Node  // of an Array: in order
}

// A Member is one member of an object.
type Member struct {
	Name string // decoded
	// NameStart and NameEnd are the byte offsets of the name's text,
	// [NameStart, NameEnd), quotes included.
	NameStart, NameEnd int
	// Escaped tells that there is a backslash in the name's text.
	Escaped bool
	Value   *Node
}

// Bytes returns the text that was parsed. It must not be changed.
func (d *Document) Bytes() []byte { return d.text }

// Raw returns the text of a value. It must not be changed.
func (d *Document) Raw(n *Node) []byte { return d.text[n.Start:n.End] }

// RawLen returns the length of a string as it is written between its quotes,
// in bytes, and for other values the length of their text.
func (n *Node) RawLen() int {
	if n.Kind == String {
		return n.End - n.Start - 2
	}
	return n.End - n.Start
}

// Text returns the text of a string with all escapes decoded and surrogate
// pairs joined, or [ErrNotString].
func (d *Document) Text(n *Node) (string, error) {
	if n.Kind != String {
		return "", ErrNotString
	}
	raw := d.text[n.Start+1 : n.End-1]
	if !n.Escaped {
		return string(raw), nil
	}
	return unescape(raw), nil
}

// Int returns the value of an integer, or [ErrNotInteger] unless the value is a
// number without fraction and exponent within signed 64 bits. -0 is 0.
func (d *Document) Int(n *Node) (int64, error) {
	// The longest integer of 64 bits has 20 characters, and JSON allows no
	// leading zeros: longer texts need not be converted.
	if n.Kind != Number || n.End-n.Start > 20 {
		return 0, ErrNotInteger
	}
	v, err := strconv.ParseInt(string(d.Raw(n)), 10, 64)
	if err != nil {
		return 0, ErrNotInteger
	}
	return v, nil
}

// Find returns the one member of an object with a name, or nil if there is none.
// Names are compared decoded, byte for byte: how they are written does not count.
// It returns [ErrDuplicate] if the name stands there twice. A value of another
// kind has no members.
func (n *Node) Find(name string) (*Member, error) {
	var found *Member
	for i := range n.Members {
		m := &n.Members[i]
		if m.Name != name {
			continue
		}
		if found != nil {
			return nil, ErrDuplicate
		}
		found = m
	}
	return found, nil
}
