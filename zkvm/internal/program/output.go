package program

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// Outputs are the public outputs of a program, in the order in which they stand.
type Outputs []outcome

// outcome is one public output.
type outcome struct {
	slot  int           // of the program's outputs
	value query.Literal // of an array only the type of its elements, 0 if it has none
	array bool
	elems []query.Literal
}

// maxOutput bounds the output text in bytes: 1,024 names and values.
const maxOutput = 1 << 20

// ParseOutputs reads public output bytes. Only the canonical form is accepted: the
// bytes are what is proven.
func ParseOutputs(p *query.Program, text []byte) (Outputs, error) {
	doc, err := document.ParseValue(text, maxOutput, 2)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if doc.Root.Kind != document.Object {
		return nil, fmt.Errorf("%w: not an object", ErrOutput)
	}
	var out Outputs
	canonical := []byte{'{'}
	seen := map[int]bool{}
	for i, member := range doc.Root.Members {
		o := outcome{slot: slices.Index(p.Outputs, member.Name)}
		if o.slot < 0 || seen[o.slot] {
			return nil, fmt.Errorf("%w: member %d", ErrOutput, i+1)
		}
		seen[o.slot] = true
		if i > 0 {
			canonical = append(canonical, ',')
		}
		canonical = append(document.AppendString(canonical, member.Name), ':')
		if n := member.Value; n.Kind == document.Array {
			o.array = true
			if len(n.Elems) > query.MaxElements {
				return nil, fmt.Errorf("%w: member %d has %d elements, at most %d can be", ErrOutput, i+1, len(n.Elems), query.MaxElements)
			}
			canonical = append(canonical, '[')
			for k, elem := range n.Elems {
				v, text, err := outcomeValue(doc, elem)
				if err == nil && k > 0 && v.Type != o.value.Type {
					err = errors.New("elements of different types")
				}
				if err != nil {
					return nil, fmt.Errorf("%w: member %d, element %d: %w", ErrOutput, i+1, k, err)
				}
				if k > 0 {
					canonical = append(canonical, ',')
				}
				canonical = append(canonical, text...)
				o.value.Type = v.Type
				o.elems = append(o.elems, v)
			}
			canonical = append(canonical, ']')
		} else {
			v, text, err := outcomeValue(doc, n)
			if err != nil {
				return nil, fmt.Errorf("%w: member %d: %w", ErrOutput, i+1, err)
			}
			o.value = v
			canonical = append(canonical, text...)
		}
		out = append(out, o)
	}
	if !bytes.Equal(append(canonical, '}'), text) {
		return nil, fmt.Errorf("%w: not in canonical form", ErrOutput)
	}
	return out, nil
}

// outcomeValue is a public scalar and its canonical text.
func outcomeValue(doc *document.Document, n *document.Node) (query.Literal, []byte, error) {
	switch n.Kind {
	case document.True, document.False:
		v := n.Kind == document.True
		return query.Literal{Type: query.Boolean, Bool: v}, strconv.AppendBool(nil, v), nil
	case document.Number:
		v, err := doc.Int(n)
		return query.Literal{Type: query.Number, Num: document.Decimal{Int: v}}, strconv.AppendInt(nil, v, 10), err
	case document.String:
		s, err := doc.Text(n)
		if err == nil && len(s) > query.MaxString {
			err = fmt.Errorf("a string of %d bytes, at most %d can be", len(s), query.MaxString)
		}
		return query.Literal{Type: query.String, Str: s}, document.AppendString(nil, s), err
	}
	return query.Literal{}, nil, errors.New("neither string, number nor boolean")
}

// emission is an output statement that was laid out.
type emission struct {
	slot     int
	guard    flag
	position int // among the public outputs, -1 if it is not there
}

// emit proves that an output statement, if executed, has the public value, and
// that the value may be disclosed.
func (x *execution) emit(s *query.Statement, values []alternative, g flag) {
	m := x.m
	e := emission{slot: s.Slot, guard: g, position: -1}
	for i, o := range x.outputs {
		if o.slot == s.Slot {
			e.position = i
		}
	}
	x.emitted = append(x.emitted, e)
	if e.position < 0 {
		m.Never("output that is not public", g)
		return
	}
	want := &x.outputs[e.position]
	for _, v := range values {
		switch {
		case want.array != (v.kind == isArray):
			m.Never("output of another type", v.guard)
		case want.array:
			x.revealArray(v, want)
		default:
			x.reveal(v, want.value)
		}
	}
}

// reveal proves that an alternative, if it is the value, equals the public one.
func (x *execution) reveal(v alternative, want query.Literal) {
	m := x.m
	public := alternative{guard: v.guard, kind: isLiteral, fixed: want}
	if v.kind != isLeaf && x.typeOf(v) != want.Type {
		m.Never("output of another type", v.guard)
		return
	}
	m.Needs("output equals the public value", v.guard, x.equal(v, public, false, v.guard))
	if want.Type != query.Boolean && (v.kind == isLeaf || v.kind == isNumber && v.path != noPath) {
		x.disclose(v)
	}
}

// disclose requires the marker of the member that an alternative is made of.
func (x *execution) disclose(v alternative) {
	marker := x.markers[v.path]
	if marker.At.Group != nil {
		x.discloseElements(v, marker)
		return
	}
	x.m.Needs("disclosable output", v.guard, marker.IsTrue)
}

// finish proves that every public output was emitted by exactly one statement,
// and that they stand in the order of execution.
func (x *execution) finish() {
	m := x.m
	for i := range x.outputs {
		total := m.Fixed(true)
		for _, e := range x.emitted {
			if e.position == i {
				total = m.Exclusive(total, e.guard)
			}
		}
		// On no way are two statements with one name executed, so a sum of 1 is one.
		m.Never("public output that no statement has", total)
	}
	for i, a := range x.emitted {
		for _, b := range x.emitted[i+1:] {
			if b.position >= 0 && a.position > b.position {
				m.Implies("order of outputs", a.guard.R, b.guard.R)
			}
		}
	}
}
