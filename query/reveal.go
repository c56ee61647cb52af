package query

// What is done with a path.
type Use string

// The uses of a path.
const (
	UseValue    Use = "value"    // its value is looked at
	UsePresence Use = "presence" // whether it is there
	UseKind     Use = "type"     // whether it is there, and of which type
	UseCount    Use = "count"    // how many elements it has
	UseMarker   Use = "marker"   // whether the issuer marked it
)

var uses = []Use{UseValue, UsePresence, UseKind, UseCount, UseMarker}

var useKeys = map[Use]key{
	UseValue: sayUseValue, UsePresence: sayUsePresence, UseKind: sayUseKind, UseCount: sayUseCount, UseMarker: sayUseMarker,
}

// Shown tells how much of a path the verifier gets to see.
type Shown string

// The degrees of disclosure, over all outputs together.
const (
	// ShownNot: no output has to do with the path, and no condition of an
	// output. That there is a proof tells that what was needed was there.
	ShownNot Shown = "nothing"
	// ShownByAnswers: no output is made of the path, but outputs tell something
	// of it, by being true or false or by being there.
	ShownByAnswers Shown = "answers"
	// ShownValue: some output is the value of the path, the number of its
	// elements or something that is computed from it, if the issuer marked it.
	ShownValue Shown = "value"
)

var shownKeys = map[Shown]key{ShownNot: sayShownNot, ShownByAnswers: sayShownByAnswers, ShownValue: sayShownValue}

// A pathSet has bit i for path i of a program.
type pathSet uint64

func (s pathSet) has(i int) bool { return s&(1<<i) != 0 }

// A trace is what the values and the conditions of a program have to do with its
// paths.
type trace struct {
	prog   *Program
	locals []pathSet              // by slot
	own    map[*Statement]pathSet // of the value or condition
	outer  map[*Statement]pathSet // of the conditions around
	uses   []map[Use]bool         // by path
	told   pathSet                // of outputs and their conditions
	shown  pathSet
	// constants has the boolean expressions that are always true or always false,
	// where they have a value.
	constants map[*Expr]bool
}

func tracePaths(p *Program) *trace {
	t := &trace{prog: p, locals: make([]pathSet, len(p.Locals)), own: map[*Statement]pathSet{}, outer: map[*Statement]pathSet{}, constants: constantsOf(p)}
	for range p.Paths {
		t.uses = append(t.uses, map[Use]bool{})
	}
	t.block(p.Body, 0)
	return t
}

func (t *trace) block(list []Statement, outer pathSet) {
	for i := range list {
		s := &list[i]
		own := t.expr(s.Expr)
		t.own[s], t.outer[s] = own, outer
		switch s.Kind {
		case Assign:
			t.locals[s.Slot] |= outer | own
		case Output:
			t.told |= outer | own
			for _, path := range s.Sources {
				t.uses[path][UseMarker] = true
				t.shown |= 1 << path
			}
		case If:
			t.block(s.Then, outer|own)
			t.block(s.Else, outer|own)
		}
	}
}

// expr returns the paths that an expression has to do with, and notes their use.
func (t *trace) expr(e *Expr) pathSet {
	var set pathSet
	switch e.Op {
	case MemberValue, Exists, Is, Count:
		t.uses[e.Path][map[Op]Use{MemberValue: UseValue, Exists: UsePresence, Is: UseKind, Count: UseCount}[e.Op]] = true
		set = 1 << e.Path
	case Local:
		set = t.locals[e.Slot]
	}
	for _, arg := range e.Args {
		set |= t.expr(arg)
	}
	if _, always := t.constants[e]; always {
		return 0 // it tells nothing
	}
	return set
}

// shows returns how much of a path the verifier gets to see.
func (t *trace) shows(path int) Shown {
	switch {
	case t.shown.has(path):
		return ShownValue
	case t.told.has(path):
		return ShownByAnswers
	}
	return ShownNot
}
