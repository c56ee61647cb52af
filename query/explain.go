package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass/document"
)

// An Explanation says in plain words what a program asks, for the person whose
// documents it reads and for the one who wrote it. It repeats the query's
// literals.
type Explanation struct {
	Reads    []Read
	Locals   []LocalExplanation  // in the order of the program, one for every assignment
	Outputs  []OutputExplanation // in the order of the program, one for every output statement
	Warnings []string            // what the author of the query may have missed
}

// A Read is one path of the program and what is done with it.
type Read struct {
	Path     string   // as in the query
	Document string   // tag, empty if paths carry none
	Uses     []string // "its value", "whether it is there", "how many elements it has", "whether the issuer marked it"
}

// A LocalExplanation says what one assignment computes. The verifier does not
// see it.
type LocalExplanation struct {
	Name  string
	When  []string // as in OutputExplanation
	Value string
}

// An OutputExplanation says what one output statement tells the verifier.
type OutputExplanation struct {
	Name    string
	When    []string // the conditions under which it is executed, outermost first; empty for always
	Value   string   // what the output is made of
	Reveals []string // what the verifier learns from it
}

// Explain describes a program.
func Explain(p *Program) Explanation {
	x := explainer{prog: p, uses: make([]uint8, len(p.Paths)), locals: make([]uint64, len(p.Locals)), assigned: make([][]*Expr, len(p.Locals))}
	x.block(p.Body, nil, 0)
	for i, path := range p.Paths {
		x.out.Reads = append(x.out.Reads, Read{Path: path.String(), Document: path.Tag, Uses: useNames(x.uses[i])})
	}
	x.warn()
	return x.out
}

// What is done with a path, a set.
const (
	usesValue uint8 = 1 << iota
	usesPresence
	usesCount
	usesMarker
)

func useNames(set uint8) []string {
	var names []string
	for i, name := range []string{"its value", "whether it is there", "how many elements it has", "whether the issuer marked it"} {
		if set&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

type explainer struct {
	prog   *Program
	out    Explanation
	uses   []uint8  // by path
	locals []uint64 // by slot: bit i, path i may have to do with the value
	// by slot: what is assigned so far, on one way or another
	assigned [][]*Expr
}

// block explains statements under conditions that have to do with some paths.
func (x *explainer) block(list []Statement, when []string, paths uint64) {
	for i := range list {
		s := &list[i]
		own := x.about(s.Expr)
		switch s.Kind {
		case Assign:
			x.locals[s.Slot] |= paths | own
			x.assigned[s.Slot] = append(x.assigned[s.Slot], s.Expr)
			x.out.Locals = append(x.out.Locals, LocalExplanation{Name: x.prog.Locals[s.Slot], When: when, Value: x.prog.words(s.Expr)})
		case Output:
			x.output(s, when, paths, own)
		case If:
			cond := x.prog.words(s.Expr)
			x.block(s.Then, append(slices.Clone(when), cond), paths|own)
			x.block(s.Else, append(slices.Clone(when), "not ("+cond+")"), paths|own)
		}
	}
}

// about returns the paths that an expression has to do with, and notes their use.
func (x *explainer) about(e *Expr) uint64 {
	var set uint64
	switch e.Op {
	case MemberValue:
		x.uses[e.Path] |= usesValue
		set = 1 << e.Path
	case Exists:
		x.uses[e.Path] |= usesPresence
		set = 1 << e.Path
	case Count:
		x.uses[e.Path] |= usesCount
		set = 1 << e.Path
	case Local:
		set = x.locals[e.Slot]
	}
	for _, arg := range e.Args {
		set |= x.about(arg)
	}
	return set
}

func (x *explainer) pathList(set uint64) string {
	var names []string
	for i, path := range x.prog.Paths {
		if set&(1<<i) != 0 {
			names = append(names, path.String())
		}
	}
	return strings.Join(names, ", ")
}

// output explains an output statement whose conditions and whose value have to
// do with some paths.
func (x *explainer) output(s *Statement, when []string, conditions, own uint64) {
	o := OutputExplanation{Name: x.prog.Outputs[s.Slot], When: when, Value: x.prog.words(s.Expr)}
	e := s.Expr
	switch {
	case own == 0:
		o.Reveals = append(o.Reveals, "a value that the query or the time fixes")
	case e.Type == Boolean && !e.Array:
		o.Reveals = append(o.Reveals, "if true, that "+x.tells(e, true), "if false, that "+x.tells(e, false))
	case len(s.Sources) == 0:
		o.Reveals = append(o.Reveals, "which of its values it is: what that tells of "+x.pathList(own))
	}
	for _, i := range s.Sources {
		x.uses[i] |= usesMarker
		path := x.prog.Paths[i]
		_, marker := path.Marker()
		what := "the value of " + path.String()
		switch e.Op {
		case Age, DayDiff, Local:
			what += " or what is computed from it"
		case Count:
			what = "how many elements " + path.String() + " has"
		}
		limit := "there is no proof unless the issuer marked it with " + memberText(marker)
		if e.Type == Unknown && !e.Array {
			limit += ", or it is true or false"
		}
		o.Reveals = append(o.Reveals, what+"; "+limit)
		if each := path.EachStep(); each >= 0 && path.Steps[each].Filter.Kind != KeepAll {
			o.Reveals = append(o.Reveals, "how many elements the filter of "+path.String()+" keeps, marked or not")
		}
	}
	if len(when) > 0 {
		tells := "by being there or not, whether its conditions hold"
		if conditions != 0 {
			tells += ": what that tells of " + x.pathList(conditions)
		}
		o.Reveals = append(o.Reveals, tells)
	}
	x.out.Outputs = append(x.out.Outputs, o)
}

func (x *explainer) warn() {
	for i, d := range x.prog.Documents {
		name := "the document"
		if d.Tag != "" {
			name = "document " + d.Tag
		}
		read, exp := false, false
		for j, path := range x.prog.Paths {
			if path.Document != i {
				continue
			}
			read = true
			exp = exp || x.uses[j]&usesValue != 0 && len(path.Steps) == 1 && path.Steps[0].Name == "exp"
		}
		if d.Format == JWT && !exp {
			x.warnf(`the query never looks at exp of %s, so an expired token passes: consider {"<": [{"now": []}, {"dvar": "%s"}]}`,
				name, Path{Tag: d.Tag, Format: JWT, Steps: []Step{{Kind: Member, Name: "exp"}}})
		}
		if !read {
			x.warnf("the query reads nothing of %s: the proof tells no more than that its issuer signed it", name)
		}
	}
	for _, path := range x.prog.Paths {
		// Each step needs a container of its own that is open.
		if len(path.Steps) > document.MaxDepth {
			x.warnf("path %s is longer than documents are deep: it never finds anything", path)
		}
	}
}

func (x *explainer) warnf(format string, args ...any) {
	x.out.Warnings = append(x.out.Warnings, fmt.Sprintf(format, args...))
}

// String returns the explanation as text of several lines.
func (x Explanation) String() string {
	var b strings.Builder
	b.WriteString("It reads:\n")
	if len(x.Reads) == 0 {
		b.WriteString("  nothing of any document\n")
	}
	for _, r := range x.Reads {
		fmt.Fprintf(&b, "  %s: %s\n", r.Path, strings.Join(r.Uses, ", "))
	}
	if len(x.Locals) > 0 {
		b.WriteString("It computes:\n")
	}
	for _, l := range x.Locals {
		fmt.Fprintf(&b, "  %s = %s\n", nameText(l.Name), l.Value)
		writeConditions(&b, l.When)
	}
	b.WriteString("The verifier learns:\n")
	for _, o := range x.Outputs {
		fmt.Fprintf(&b, "  %s = %s\n", nameText(o.Name), o.Value)
		writeConditions(&b, o.When)
		for _, r := range o.Reveals {
			fmt.Fprintf(&b, "    reveals %s\n", r)
		}
	}
	for _, w := range x.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}

func writeConditions(b *strings.Builder, when []string) {
	for _, w := range when {
		fmt.Fprintf(b, "    if %s\n", w)
	}
}
