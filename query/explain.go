package query

import "slices"

// MaxExplanation bounds an explanation: the bytes of all its texts together, and
// those of its String method. As JSON it takes at most five times as much.
const MaxExplanation = 64 << 10

// An Explanation says in plain words what a program asks, for the person whose
// documents it reads and for the one who wrote it. It repeats the query's
// literals.
//
// Whoever wrote the query may want the reader to misunderstand. So literals stand
// in "quotes" and names from the query in ‘quotes’, and what is not letters,
// digits and _ in "quotes" within these; characters that do not show, that
// change the direction of the text or that pass for quotes are written as
// \uXXXX; and … stands only where something is left out.
//
// Every sentence has a key and a template in the catalogue of each language.
//
// The JSON of an explanation is meant for apps that show it to their users, and
// only grows by new members. No list in it is null.
type Explanation struct {
	Language Language `json:"language"`
	// Complete is false if something is left out, since the query is too long to
	// be shown in full. Then the first of Warnings says so. Reads is never
	// shortened: it has every path, and how much of it is shown.
	Complete    bool                `json:"complete"`
	Outputs     []OutputExplanation `json:"outputs"`      // in the order of the program, one for every output statement
	MoreOutputs int                 `json:"more_outputs"` // output statements that are left out
	Reads       []Read              `json:"reads"`        // in the order of Program.Paths
	Locals      []LocalExplanation  `json:"locals"`       // in the order of the program, one for every assignment
	MoreLocals  int                 `json:"more_locals"`  // assignments that are left out
	Warnings    []string            `json:"warnings"`     // what the reader should know
	// Advice is for the query's author, what may have been missed, and not for the
	// person whose documents are read. String leaves it out.
	Advice []Advice `json:"advice"`
}

// An Advice is what the author of a query may have missed.
type Advice struct {
	Key  string `json:"key"`      // of the sentence, such as "advice.aud"
	Pos  string `json:"position"` // the statement, "statement 2, condition", or empty for the whole query
	Text string `json:"text"`
}

// String returns the position and the text.
func (a Advice) String() string { return position(a.Pos, a.Text) }

// A Read is one path of the program and what is done with it.
type Read struct {
	Document string `json:"document"` // tag, empty if paths carry none
	Path     string `json:"path"`     // as in the query
	Uses     []Use  `json:"uses"`
	Shown    Shown  `json:"shown"` // how much of it the verifier sees
	Text     string `json:"text"`  // the path in words
}

// A LocalExplanation says what one assignment computes. The verifier does not
// see it.
type LocalExplanation struct {
	Name  string   `json:"name"` // in "quotes" unless it is letters, digits and _
	When  []string `json:"when"` // as in OutputExplanation
	Value string   `json:"value"`

	said bool // Value stands in the texts of outputs already, wherever the local is used
}

// An OutputExplanation says what one output statement tells the verifier.
type OutputExplanation struct {
	Name    string   `json:"name"`    // in "quotes" unless it is letters, digits and _
	Type    string   `json:"type"`    // "boolean", "number", "string or number" and so on
	Array   bool     `json:"array"`   // the output is an array of these
	When    []string `json:"when"`    // the conditions under which it is executed, outermost first; empty for always
	Value   string   `json:"value"`   // what the output is made of
	Reveals []Reveal `json:"reveals"` // what the verifier learns from it
}

// A Reveal is one thing that the verifier learns from an output.
type Reveal struct {
	Kind    RevealKind `json:"kind"`
	Key     string     `json:"key"`               // of the sentence that Text is
	Outcome *bool      `json:"outcome,omitempty"` // for RevealsOutcome: of which answer this speaks
	Text    string     `json:"text"`
	Facts   []string   `json:"facts,omitempty"` // sentences, the "these" of Text
	Reads   []int      `json:"reads"`           // indexes into Explanation.Reads: of what it tells
}

// RevealKind is what kind of thing a verifier learns.
type RevealKind string

// The kinds of reveals.
const (
	RevealsOutcome  RevealKind = "outcome"  // what a true or a false tells
	RevealsValue    RevealKind = "value"    // a value of a document, or something computed from it
	RevealsCount    RevealKind = "count"    // the number of an array's elements
	RevealsFilter   RevealKind = "filter"   // how many elements a filter keeps
	RevealsChoice   RevealKind = "choice"   // which of several values of the query it is
	RevealsPresence RevealKind = "presence" // that the output is there, or is not
	RevealsFixed    RevealKind = "fixed"    // nothing: the query or the time fixes it
)

// styles are tried one after the other until an explanation is short enough. The
// last cuts it.
var styles = []style{
	{item: MaxExplanation, expand: true},
	{item: MaxExplanation},
	{item: 1 << 10, token: 64, steps: 4, when: 3},
	{item: 256, token: 24, steps: 3, when: 1},
}

// Explain describes a program in English. Its work and the size of what it returns
// are bounded, see [MaxExplanation].
func Explain(p *Program) Explanation { return ExplainIn(English, p) }

// ExplainIn describes a program in a language, in English if there is no catalogue
// for it.
func ExplainIn(language Language, p *Program) Explanation {
	words := catalogues[language]
	if words == nil {
		language, words = English, english
	}
	t := tracePaths(p)
	for i, st := range styles {
		x := explainer{prog: p, trace: t, language: language, words: words, style: st, last: i == len(styles)-1, isLong: map[*Expr]bool{}}
		x.explain()
		if x.room >= 0 || x.last {
			x.out.Advice = adviceOn(p, t, words)
			return x.out
		}
	}
	panic("query: no last style")
}

type explainer struct {
	prog     *Program
	trace    *trace
	language Language
	words    catalogue
	style
	last   bool
	out    Explanation
	room   int // bytes that are left, negative if there was too little
	cut    bool
	isLong map[*Expr]bool

	// by slot
	assigned     [][]*Expr // what is assigned so far, on one way or another
	said, called []bool    // what is assigned stands in the local's place; its name does
	slots        []int     // of the locals of the explanation
}

// Bytes that an entry takes beside its texts in String.
const (
	lineSize = 24
	readSize = 4 // of an index
)

func (x *explainer) newPhrase() phrase {
	return phrase{style: x.style, words: x.words, named: x.called}
}

func (x *explainer) spent() bool { return x.room < 0 }

// text makes a text and pays for it.
func (x *explainer) text(f func(*phrase)) string {
	w := x.newPhrase()
	if !x.spent() {
		f(&w)
	}
	x.cut = x.cut || w.cut
	return x.pay(string(w.buf))
}

func (x *explainer) pay(s string) string {
	x.room -= len(s) + lineSize
	return s
}

func (x *explainer) explain() {
	x.out = Explanation{Language: x.language, Outputs: []OutputExplanation{}, Reads: []Read{}, Locals: []LocalExplanation{}, Warnings: []string{}, Advice: []Advice{}}
	x.room = MaxExplanation - 1<<10 // for headings and the warning that something is left out
	x.said, x.called = make([]bool, len(x.prog.Locals)), make([]bool, len(x.prog.Locals))
	x.warn()
	x.reads()
	for _, kind := range []StatementKind{Output, Assign} {
		x.assigned = make([][]*Expr, len(x.prog.Locals))
		x.block(x.prog.Body, kind, nil)
	}
	for i, slot := range x.slots {
		x.out.Locals[i].said = x.said[slot] && !x.called[slot]
	}
	x.out.Complete = !x.cut && x.style.token == 0
	if !x.out.Complete {
		x.out.Warnings = slices.Insert(x.out.Warnings, 0, x.incomplete())
	}
}

func (x *explainer) incomplete() string {
	n := x.out.MoreOutputs
	if n == 0 {
		return x.words.sentence(sayIncomplete)
	}
	return x.words.counted(n, sayIncompleteOne, sayIncompleteMore)
}

func (x *explainer) reads() {
	for i, path := range x.prog.Paths {
		r := Read{Document: visibleTag(path.Tag, x.token), Path: path.query(x.style), Uses: []Use{}, Shown: x.trace.shows(i)}
		for _, use := range uses {
			if x.trace.uses[i][use] {
				r.Uses = append(r.Uses, use)
			}
		}
		r.Text = x.text(func(w *phrase) { w.path(path) })
		x.pay(r.Path + x.words.sentence(shownKeys[r.Shown]) + x.words.uses(r.Uses))
		x.out.Reads = append(x.out.Reads, r)
	}
}

// block explains the statements of a kind under conditions.
func (x *explainer) block(list []Statement, kind StatementKind, when []string) {
	for i := range list {
		s := &list[i]
		if x.spent() && !x.last {
			return
		}
		switch {
		case s.Kind == If:
			cond := x.condition(s.Expr)
			x.block(s.Then, kind, append(slices.Clone(when), cond))
			x.block(s.Else, kind, append(slices.Clone(when), x.words.sentence(sayNot, plain(cond))))
		case s.Kind == kind:
			x.entry(s, when)
		}
		if s.Kind == Assign {
			x.assigned[s.Slot] = append(x.assigned[s.Slot], s.Expr)
		}
	}
}

// condition says a condition. It is paid for where it is used.
func (x *explainer) condition(e *Expr) string {
	w := x.newPhrase()
	if e.Op == Local {
		x.called[e.Slot] = true // perhaps no statement under the condition says it
	}
	if !x.spent() {
		w.truth(x.prog, x.resolve(e))
	}
	x.cut = x.cut || w.cut
	return string(w.buf)
}

// entry adds a statement, unless there is no room for all of it.
func (x *explainer) entry(s *Statement, when []string) {
	if s.Kind == Output {
		o := x.output(s, when)
		if x.spent() && x.last {
			x.out.MoreOutputs++
		} else {
			x.out.Outputs = append(x.out.Outputs, o)
			return
		}
	} else {
		l := LocalExplanation{Name: x.name(x.prog.Locals[s.Slot]), When: x.when(when), Value: x.text(func(w *phrase) { w.expr(x.prog, s.Expr) })}
		if x.spent() && x.last {
			x.out.MoreLocals++
		} else {
			x.out.Locals, x.slots = append(x.out.Locals, l), append(x.slots, s.Slot)
			return
		}
	}
	x.cut = true
}

func (x *explainer) name(name string) string { return x.pay(visibleName(name, x.token)) }

// when pays for conditions, and leaves out some if they are many.
func (x *explainer) when(conditions []string) []string {
	list := append([]string{}, conditions...)
	if n := x.style.when; n > 0 && len(list) > 2*n {
		left := len(list) - 2*n
		list = slices.Replace(list, n, n+left, x.words.counted(left, sayMoreCondition, sayMoreConditions))
		x.cut = true
	}
	for _, c := range list {
		x.pay(c)
	}
	return list
}
