package document

import (
	"fmt"
	"unicode/utf8"
)

// Parse reads the payload of a token: one JSON object of at most [MaxSize]
// bytes with at most [MaxDepth] containers open at once, white space around it
// allowed. Errors match [ErrMalformed].
//
// The document keeps the slice, which must not be changed afterwards.
func Parse(payload []byte) (*Document, error) {
	p := parser{text: payload, maxDepth: MaxDepth, objectOnly: true}
	return p.document(MaxSize)
}

// ParseValue reads any JSON text, by the same rules but with limits of the
// caller's choice, in bytes and in containers open at once: a query, for
// instance, which is a list. Errors match [ErrMalformed].
//
// The document keeps the slice, which must not be changed afterwards.
func ParseValue(text []byte, maxSize, maxDepth int) (*Document, error) {
	p := parser{text: text, maxDepth: maxDepth}
	return p.document(maxSize)
}

// parser reads by recursive descent; the recursion is bounded by maxDepth.
type parser struct {
	text       []byte
	pos        int
	depth      int
	maxDepth   int
	objectOnly bool
}

func (p *parser) document(maxSize int) (*Document, error) {
	if len(p.text) > maxSize {
		return nil, p.wantAt(maxSize, fmt.Sprintf("the end: at most %d bytes are allowed", maxSize))
	}
	if !utf8.Valid(p.text) {
		return nil, p.wantAt(firstInvalid(p.text), "valid UTF-8")
	}
	p.space()
	if p.objectOnly && p.peek() != '{' {
		return nil, p.want("an object")
	}
	root, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos != len(p.text) {
		return nil, p.want("the end")
	}
	return &Document{Root: root, text: p.text}, nil
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

func (p *parser) want(what string) error { return p.wantAt(p.pos, what) }

func (p *parser) wantAt(offset int, what string) error {
	return &SyntaxError{Offset: offset, Want: what}
}

// peek returns the next byte, or 0 at the end: 0 is no byte of a well formed
// text, so callers need not tell the two apart.
func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) value() (*Node, error) {
	n := &Node{Start: p.pos, Depth: p.depth}
	var err error
	switch c := p.peek(); {
	case c == '{':
		n.Kind = Object
		err = p.container(n, '}', p.member)
	case c == '[':
		n.Kind = Array
		err = p.container(n, ']', p.element)
	case c == '"':
		n.Kind = String
		n.Escaped, err = p.str()
	case c == '-' || isDigit(c):
		n.Kind, err = Number, p.number()
	case c == 't':
		n.Kind, err = True, p.word("true")
	case c == 'f':
		n.Kind, err = False, p.word("false")
	case c == 'n':
		n.Kind, err = Null, p.word("null")
	default:
		err = p.want("a value")
	}
	if err != nil {
		return nil, err
	}
	n.End = p.pos
	return n, nil
}

// container reads an object or an array whose opening bracket is next; item
// reads what stands between the commas.
func (p *parser) container(n *Node, closing byte, item func(*Node) error) error {
	if p.depth == p.maxDepth {
		return p.want(fmt.Sprintf("at most %d containers open at once", p.maxDepth))
	}
	p.depth++
	p.pos++
	p.space()
	if p.peek() == closing {
		p.depth--
		p.pos++
		return nil
	}
	for {
		p.space()
		if err := item(n); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.pos++
		case closing:
			p.depth--
			p.pos++
			return nil
		default:
			return p.want(fmt.Sprintf("a comma or %q", closing))
		}
	}
}

func (p *parser) member(n *Node) error {
	if p.peek() != '"' {
		return p.want("a name in quotes")
	}
	m := Member{NameStart: p.pos}
	var err error
	if m.Escaped, err = p.str(); err != nil {
		return err
	}
	m.NameEnd = p.pos
	if raw := p.text[m.NameStart+1 : m.NameEnd-1]; m.Escaped {
		m.Name = unescape(raw)
	} else {
		m.Name = string(raw)
	}
	p.space()
	if p.peek() != ':' {
		return p.want("a colon")
	}
	p.pos++
	p.space()
	if m.Value, err = p.value(); err != nil {
		return err
	}
	n.Members = append(n.Members, m)
	return nil
}

func (p *parser) element(n *Node) error {
	v, err := p.value()
	if err != nil {
		return err
	}
	n.Elems = append(n.Elems, v)
	return nil
}
