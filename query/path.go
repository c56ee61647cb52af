package query

import (
	"strconv"
	"strings"
)

// A Path selects one value of a document, or one in each element of an array.
type Path struct {
	Document int // index into Program.Documents
	Tag      string
	Format   Format
	// Steps lead from the payload's object to the value. In format [ZkPass] the
	// first is the member "data", which follows the rules of any step. At most
	// one is Each. There may be more steps than containers can be open at once;
	// such a path finds nothing.
	Steps []Step
}

// StepKind is the kind of a step.
type StepKind uint8

const (
	// Member goes to the one member Name of an object.
	Member StepKind = iota + 1
	// Index goes to element Index of an array.
	Index
	// Each goes to every element of an array that Filter keeps.
	Each
)

// A Step is one step of a path. Steps are equal if they are equal by ==.
type Step struct {
	Kind   StepKind
	Name   string // of a Member, decoded
	Index  int    // 0 to MaxIndex
	Filter Filter // of Each
}

// FilterKind is the kind of a filter.
type FilterKind uint8

const (
	// KeepAll looks at no element.
	KeepAll FilterKind = iota
	// KeepTrue keeps the objects whose member is true; a missing or null one is false.
	KeepTrue
	// KeepFalse keeps the objects whose member is false, null or missing.
	KeepFalse
	// KeepText keeps the objects whose member is the string Text; a missing or
	// null one is another text.
	KeepText
)

// A Filter tells which elements of an array a path goes to. Elements that are no
// objects, and members of another type, are errors.
type Filter struct {
	Kind FilterKind
	Name string // of the member in each element
	Text string // for KeepText
}

// EachStep returns the index of the step that goes over an array, or -1.
func (p Path) EachStep() int {
	for i, s := range p.Steps {
		if s.Kind == Each {
			return i
		}
	}
	return -1
}

// elements returns how many elements the array may have where the path itself is
// counted, or compared with a literal or now.
func (p Path) elements() int {
	if last := p.Steps[len(p.Steps)-1]; last.Kind == Each && last.Filter.Kind == KeepAll {
		return MaxLongArray
	}
	return MaxElements
}

// Marker returns where the issuer marks the path's value as disclosable: in the
// object to which the first n steps lead, in every kept element if Each is among
// them, the member called name must be true.
func (p Path) Marker() (n int, name string) {
	for i := len(p.Steps) - 1; i >= 0; i-- {
		if p.Steps[i].Kind == Member {
			return i, "_" + p.Steps[i].Name + "_zkpass_public_"
		}
	}
	panic("query: path without a member") // no path is compiled without one
}

// String returns the path as it is written in a query, with the fewest quotes.
// Characters that do not show are written as \uXXXX, which in the text of a
// filter a query cannot do.
func (p Path) String() string { return p.format(true) }

// name returns the path for errors, which repeat no text of a filter.
func (p Path) name() string { return p.format(false) }

func (p Path) format(literals bool) string {
	var b strings.Builder
	b.WriteString(p.Tag)
	steps := p.Steps
	if p.Format == ZkPass {
		steps = steps[1:]
	}
	for i, s := range steps {
		switch s.Kind {
		case Member:
			if i > 0 || p.Tag != "" {
				b.WriteByte('.')
			}
			b.WriteString(memberText(s.Name))
		case Index:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case Each:
			b.WriteString("[" + s.Filter.text(literals) + "]")
		}
	}
	return b.String()
}

func (f Filter) text(literals bool) string {
	switch f.Kind {
	case KeepTrue:
		return "?" + memberText(f.Name)
	case KeepFalse:
		return "?!" + memberText(f.Name)
	case KeepText:
		t := "..."
		if literals {
			t = string(appendVisible(nil, f.Text, 0))
			t = strings.NewReplacer(`\\`, `\\`, `\"`, `"`, `'`, `\'`).Replace(t[1 : len(t)-1])
		}
		return "?" + memberText(f.Name) + " == '" + t + "'"
	}
	return ""
}

func memberText(name string) string {
	return visibleName(name, 0)
}

// plainMember returns the length of the member at the start of s that needs no
// quotes, 0 if there is none.
func plainMember(s string) int {
	if s == "" || '0' <= s[0] && s[0] <= '9' {
		return 0
	}
	return tagLength(s)
}

// tagLength returns how many ASCII letters, digits and underscores s begins with.
func tagLength(s string) int {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return i
		}
	}
	return len(s)
}
