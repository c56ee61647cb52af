package query

import "encoding/binary"

// canonicalVersion opens every canonical form. It changes when the same bytes
// would stand for another program, or for one that evaluates otherwise.
const canonicalVersion = "zkpass query program 2\n"

// Canonical returns the program as bytes that are equal for two programs exactly
// if they have the same documents, statements, expressions and outputs. White
// space, escapes, quotes, zeros at the end of a fraction and the order of keys in
// the query's text do not count, nor do the names of locals, and a query of one expression equals the
// statements that it stands for. The bytes are meant to be hashed, not read.
func (p *Program) Canonical() []byte {
	c := canonical{buf: []byte(canonicalVersion)}
	c.number(len(p.Documents))
	for _, d := range p.Documents {
		c.text(d.Tag)
		c.number(int(d.Format))
	}
	c.number(len(p.Paths))
	for _, path := range p.Paths {
		c.path(path)
	}
	c.number(len(p.Locals))
	c.number(len(p.Outputs))
	for _, name := range p.Outputs {
		c.text(name)
	}
	c.block(p.Body)
	return c.buf
}

// canonical writes values in sequence, lists and texts after their length, so
// that no two sequences of values give the same bytes.
type canonical struct{ buf []byte }

func (c *canonical) number(n int) { c.buf = binary.AppendUvarint(c.buf, uint64(n)) }

func (c *canonical) text(s string) {
	c.number(len(s))
	c.buf = append(c.buf, s...)
}

func (c *canonical) flag(b bool) {
	if b {
		c.number(1)
	} else {
		c.number(0)
	}
}

func (c *canonical) path(p Path) {
	c.number(p.Document)
	c.number(len(p.Steps))
	for _, s := range p.Steps {
		c.number(int(s.Kind))
		c.text(s.Name)
		c.number(s.Index)
		c.number(int(s.Filter.Kind))
		c.text(s.Filter.Name)
		c.text(s.Filter.Text)
	}
}

// key is a text that two paths of one query share exactly if they are the same.
func (p Path) key() string {
	var c canonical
	c.path(p)
	return string(c.buf)
}

func (c *canonical) block(list []Statement) {
	c.number(len(list))
	for i := range list {
		s := &list[i]
		c.number(int(s.Kind))
		c.number(s.Slot)
		c.expr(s.Expr)
		c.block(s.Then)
		c.block(s.Else)
	}
}

func (c *canonical) literal(l Literal) {
	c.number(int(l.Type))
	c.text(l.Str)
	c.buf = binary.AppendVarint(c.buf, l.Num.Int)
	c.number(int(l.Num.Nano))
	c.flag(l.Bool)
}

func (c *canonical) expr(e *Expr) {
	c.number(int(e.Op))
	c.number(len(e.Args))
	for _, arg := range e.Args {
		c.expr(arg)
	}
	c.literal(e.Literal)
	c.number(e.Path)
	c.number(e.Slot)
	c.number(len(e.List))
	for _, l := range e.List {
		c.literal(l)
	}
	c.number(int(e.Quantifier))
	c.number(int(e.Date))
	c.number(int(e.Kind))
	c.flag(e.Fold)
	c.flag(e.Negate)
}
