package query

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
)

// maxContainers bounds the brackets open at once in the text of a query. Blocks
// open three brackets each and expressions at most two, so that [MaxNesting] is
// exceeded long before; its own error is clearer.
const maxContainers = 4 * MaxNesting

// parser turns the text of a query into statements whose names are not resolved
// yet.
type parser struct {
	doc         *document.Document
	docs        []Source
	single      bool // the query is one expression
	paths       []Path
	eachPaths   int
	known       map[string]int // index in paths, by key
	expressions int
	contains    int
}

// place is where a byte stands in a text, as editors count: from 1, in characters.
func place(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// query parses the whole text.
func (p *parser) query(text []byte) ([]Statement, error) {
	if len(text) > MaxText {
		return nil, compileErrorf("", "the query has %d bytes: at most %d are allowed", len(text), MaxText)
	}
	doc, err := document.ParseValue(text, MaxText, maxContainers)
	if err != nil {
		var syntax *document.SyntaxError
		if errors.As(err, &syntax) {
			line, column := place(text, syntax.Offset)
			return nil, compileErrorf("", "the query is no JSON text: line %d, column %d: expected %s", line, column, syntax.Want)
		}
		return nil, compileErrorf("", "the query is no JSON text")
	}
	p.doc = doc
	p.known = make(map[string]int)
	switch doc.Root.Kind {
	case document.Array:
		return p.block(doc.Root, "", "statement", 0)
	case document.Object:
		return p.singleExpression(doc.Root)
	}
	return nil, compileErrorf("", "expected a list of statements or one expression object, found %s", doc.Root.Kind)
}

// singleExpression parses the form without statements, which stands for an
// assignment of result and its output.
func (p *parser) singleExpression(n *document.Node) ([]Statement, error) {
	p.single = true
	const pos = "the expression"
	e, err := p.expr(n, pos, 1)
	if err != nil {
		return nil, err
	}
	read := &Expr{Op: Local, Pos: pos, name: "result"}
	return []Statement{
		{Kind: Assign, Pos: pos, Expr: e, name: "result"},
		{Kind: Output, Pos: pos, Expr: read, name: "result"},
	}, nil
}

// block parses a list of statements at a depth, which is that of the condition
// before it and has been held against the limit there. The statements are called
// what 1, what 2 and so on.
func (p *parser) block(n *document.Node, pos, what string, depth int) ([]Statement, error) {
	if n.Kind != document.Array {
		return nil, compileErrorf(pos, "%s: expected a list of statements, found %s", what, n.Kind)
	}
	list := make([]Statement, 0, len(n.Elems))
	for i, elem := range n.Elems {
		s, err := p.statement(elem, below(pos, fmt.Sprintf("%s %d", what, i+1)), depth)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func below(pos, part string) string {
	if pos == "" {
		return part
	}
	return pos + ", " + part
}

func (p *parser) statement(n *document.Node, pos string, depth int) (Statement, error) {
	m, err := p.only(n, pos, "a statement: assign, output or if")
	if err != nil {
		return Statement{}, err
	}
	switch m.Name {
	case "assign":
		return p.named(Assign, m, pos, depth)
	case "output":
		return p.named(Output, m, pos, depth)
	case "if":
		return p.ifStatement(m.Value, pos, depth)
	}
	return Statement{}, compileErrorf(pos, "unknown statement %s: expected assign, output or if", shown(m.Name))
}

// only returns the single member of an object.
func (p *parser) only(n *document.Node, pos, want string) (*document.Member, error) {
	if n.Kind != document.Object {
		return nil, compileErrorf(pos, "expected %s, found %s", want, n.Kind)
	}
	if len(n.Members) != 1 {
		return nil, compileErrorf(pos, "expected %s, an object with one key, found %d keys", want, len(n.Members))
	}
	return &n.Members[0], nil
}

// shown returns a key of the query for an error, cut short if it is long.
func shown(key string) string {
	const most = 32
	if len(key) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(key[:most], ""))
	}
	return fmt.Sprintf("%q", key)
}

// named parses the inside of assign and output: {NAME: expr}.
func (p *parser) named(kind StatementKind, m *document.Member, pos string, depth int) (Statement, error) {
	verb := m.Name
	m, err := p.only(m.Value, pos, verb+" of one name")
	if err != nil {
		return Statement{}, err
	}
	if err := checkName(m.Name, pos); err != nil {
		return Statement{}, err
	}
	pos = below(pos, verb+" "+nameText(m.Name))
	e, err := p.expr(m.Value, pos, depth+1)
	if err != nil {
		return Statement{}, err
	}
	return Statement{Kind: kind, Pos: pos, Expr: e, name: m.Name}, nil
}

func checkName(name, pos string) error {
	if name == "" {
		return compileErrorf(pos, "the name is empty: expected one of 1 to %d bytes", MaxName)
	}
	if len(name) > MaxName {
		return compileErrorf(pos, "a name has more than %d bytes", MaxName)
	}
	return nil
}

// nameText returns a name for a position, in quotes unless it is a plain word.
func nameText(name string) string {
	if tagLength(name) == len(name) {
		return name
	}
	return string(appendVisible(nil, name, 0))
}

func (p *parser) ifStatement(n *document.Node, pos string, depth int) (Statement, error) {
	const want = "condition, then and, if wanted, else"
	if n.Kind != document.Object {
		return Statement{}, compileErrorf(pos, "if: expected an object with %s, found %s", want, n.Kind)
	}
	parts := make(map[string]*document.Node, 3)
	for _, m := range n.Members {
		if m.Name != "condition" && m.Name != "then" && m.Name != "else" {
			return Statement{}, compileErrorf(pos, "if: unknown key %s: expected %s", shown(m.Name), want)
		}
		if parts[m.Name] != nil {
			return Statement{}, compileErrorf(pos, "if: %s stands there twice", m.Name)
		}
		parts[m.Name] = m.Value
	}
	if parts["condition"] == nil || parts["then"] == nil {
		return Statement{}, compileErrorf(pos, "if: a key is missing: expected %s", want)
	}
	// In this order whatever the text has, so that paths are numbered alike.
	s := Statement{Kind: If, Pos: pos}
	var err error
	if s.Expr, err = p.expr(parts["condition"], below(pos, "condition"), depth+1); err != nil {
		return Statement{}, err
	}
	if s.Then, err = p.block(parts["then"], pos, "then", depth+1); err != nil {
		return Statement{}, err
	}
	if parts["else"] != nil {
		if s.Else, err = p.block(parts["else"], pos, "else", depth+1); err != nil {
			return Statement{}, err
		}
	}
	return s, nil
}
