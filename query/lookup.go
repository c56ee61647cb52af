package query

import (
	"fmt"

	"github.com/zkpass-go/zkpass/document"
)

// lookup is the walk along one path for one expression or output.
type lookup struct {
	path *Path
	doc  *document.Document
	pos  string
}

func (m *machine) lookup(pos string, path int) lookup {
	p := &m.prog.Paths[path]
	return lookup{path: p, doc: m.docs[p.Document], pos: pos}
}

func (l lookup) errorf(format string, args ...any) error {
	return &EvalError{Pos: l.pos, Path: l.path.name(), Msg: fmt.Sprintf(format, args...)}
}

// walk takes steps without Each from a value. If one of them finds nothing, or
// another kind of value than it goes into, it returns nil and the reason. A name
// that stands twice where it is looked for is an error.
func (l lookup) walk(n *document.Node, steps []Step) (found *document.Node, missing string, err error) {
	for _, s := range steps {
		switch s.Kind {
		case Member:
			if n.Kind != document.Object {
				return nil, fmt.Sprintf("expected an object with member %s, found %s", memberText(s.Name), n.Kind), nil
			}
			m, err := l.find(n, s.Name)
			if err != nil {
				return nil, "", err
			}
			if m == nil {
				return nil, fmt.Sprintf("member %s is missing", memberText(s.Name)), nil
			}
			n = m.Value
		case Index:
			if n.Kind != document.Array {
				return nil, fmt.Sprintf("expected an array with element %d, found %s", s.Index, n.Kind), nil
			}
			if s.Index >= len(n.Elems) {
				return nil, fmt.Sprintf("element %d is past the end of the array", s.Index), nil
			}
			n = n.Elems[s.Index]
		}
	}
	return n, "", nil
}

func (l lookup) find(n *document.Node, name string) (*document.Member, error) {
	m, err := n.Find(name)
	if err != nil {
		return nil, l.errorf("looking for member %s: %v", memberText(name), err)
	}
	return m, nil
}

// need takes steps and makes it an error if they find nothing.
func (l lookup) need(n *document.Node, steps []Step) (*document.Node, error) {
	found, missing, err := l.walk(n, steps)
	if err == nil && found == nil {
		err = l.errorf("%s, but the value is needed here%s", missing, l.hint())
	}
	return found, err
}

// hint says how a query can do without a value, as far as it can.
func (l lookup) hint() string {
	if l.path.EachStep() >= 0 {
		return ""
	}
	return "; exists tells whether it is there"
}

// kept returns the elements that a path with Each goes to, of an array of at most
// as many. It is empty for an empty array.
func (l lookup) kept(most int) ([]*document.Node, error) {
	each := l.path.EachStep()
	n, err := l.need(l.doc.Root, l.path.Steps[:each])
	if err != nil {
		return nil, err
	}
	if n.Kind != document.Array {
		return nil, l.errorf("expected an array, found %s", n.Kind)
	}
	if len(n.Elems) > most {
		return nil, l.errorf("the array has more than %d elements%s", most, l.longHint(most))
	}
	filter := l.path.Steps[each].Filter
	if filter.Kind == KeepAll {
		return n.Elems, nil
	}
	var kept []*document.Node
	for i, elem := range n.Elems {
		keep, err := l.keep(elem, filter, i)
		if err != nil {
			return nil, err
		}
		if keep {
			kept = append(kept, elem)
		}
	}
	return kept, nil
}

// longHint says how a query can go over a longer array, if it can.
func (l lookup) longHint(most int) string {
	if l.path.elements() == most {
		return ""
	}
	return fmt.Sprintf("; it may have %d where the path itself is counted or compared with a literal or now", MaxLongArray)
}

func (l lookup) keep(elem *document.Node, f Filter, i int) (bool, error) {
	if elem.Kind != document.Object {
		return false, l.errorf("element %d: the filter expected an object, found %s", i, elem.Kind)
	}
	m, err := l.find(elem, f.Name)
	if err != nil {
		return false, err
	}
	if m == nil || m.Value.Kind == document.Null {
		return f.Kind == KeepFalse, nil
	}
	if f.Kind != KeepText {
		if k := m.Value.Kind; k != document.True && k != document.False {
			return false, l.errorf("element %d: the filter expected member %s to be true or false, found %s", i, memberText(f.Name), k)
		}
		return (m.Value.Kind == document.True) == (f.Kind == KeepTrue), nil
	}
	text, err := l.doc.Text(m.Value)
	if err != nil {
		return false, l.errorf("element %d: the filter expected member %s to be a string, found %s", i, memberText(f.Name), m.Value.Kind)
	}
	if len(text) > MaxString {
		return false, l.errorf("element %d: the string that the filter looks at has more than %d bytes", i, MaxString)
	}
	return text == f.Text, nil
}

// scalar returns the value of a node that is one.
func (l lookup) scalar(n *document.Node) (Value, error) {
	switch n.Kind {
	case document.String:
		s, err := l.doc.Text(n)
		if len(s) > MaxString {
			return Value{}, l.errorf("the string has more than %d bytes", MaxString)
		}
		return Value{Type: String, Str: s}, err
	case document.Number:
		v, err := l.doc.Decimal(n)
		if err != nil {
			return Value{}, l.errorf("%v, but its value is needed here", err)
		}
		return Value{Type: Number, Num: v}, nil
	case document.True, document.False:
		return Value{Type: Boolean, Bool: n.Kind == document.True}, nil
	case document.Null:
		return Value{}, l.errorf("the value is null, but it is needed here%s", l.hint())
	case document.Array:
		return Value{}, l.errorf("expected a string, a number or a boolean, found array; [] goes over its elements")
	}
	return Value{}, l.errorf("expected a string, a number or a boolean, found %s", n.Kind)
}

// member evaluates dvar.
func (m *machine) member(e *Expr) (Value, error) {
	l := m.lookup(e.Pos, e.Path)
	each := l.path.EachStep()
	if each < 0 {
		n, err := l.need(l.doc.Root, l.path.Steps)
		if err != nil {
			return Value{}, err
		}
		return l.scalar(n)
	}
	kept, err := l.kept(e.Elements)
	if err != nil {
		return Value{}, err
	}
	out := Value{Array: true}
	for _, elem := range kept {
		n, err := l.need(elem, l.path.Steps[each+1:])
		if err != nil {
			return Value{}, err
		}
		v, err := l.scalar(n)
		if err != nil {
			return Value{}, err
		}
		if out.Type != 0 && v.Type != out.Type {
			return Value{}, l.errorf("expected elements of one type, found %s and %s", out.Type, v.Type)
		}
		out.Type = v.Type
		out.Elems = append(out.Elems, v)
	}
	return out, nil
}

func (m *machine) exists(e *Expr) (bool, error) {
	l := m.lookup(e.Pos, e.Path)
	n, _, err := l.walk(l.doc.Root, l.path.Steps)
	return n != nil && n.Kind != document.Null, err
}

// is tells whether a path leads to a value of a kind.
func (m *machine) is(e *Expr) (bool, error) {
	l := m.lookup(e.Pos, e.Path)
	n, _, err := l.walk(l.doc.Root, l.path.Steps)
	return n != nil && kindOfNode(n) == e.Kind, err
}

func kindOfNode(n *document.Node) Kind {
	switch n.Kind {
	case document.String:
		return StringKind
	case document.Number:
		return NumberKind
	case document.True, document.False:
		return BooleanKind
	case document.Null:
		return NullKind
	case document.Array:
		return ArrayKind
	}
	return ObjectKind
}

// marked checks that the issuer marked what a path selects as disclosable. The
// path has been followed before, for the value.
func (m *machine) marked(pos string, path int) error {
	l := m.lookup(pos, path)
	last, marker := l.path.Marker()
	starts, steps := []*document.Node{l.doc.Root}, l.path.Steps[:last]
	if each := l.path.EachStep(); each >= 0 && each < last {
		// Members of elements: the limit was held when the value was read.
		kept, err := l.kept(MaxElements)
		if err != nil {
			return err
		}
		starts, steps = kept, l.path.Steps[each+1:last]
	}
	for _, start := range starts {
		object, err := l.need(start, steps)
		if err != nil {
			return err
		}
		mark, err := l.find(object, marker)
		if err != nil {
			return err
		}
		if mark == nil || mark.Value.Kind != document.True {
			return &EvalError{
				Pos: l.pos, Path: l.path.name(), undisclosed: true,
				Msg: fmt.Sprintf("the issuer has not marked it as disclosable: expected %s: true beside it", memberText(marker)),
			}
		}
	}
	return nil
}
