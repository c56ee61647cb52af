package program

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// Survey is what a program needs of its documents: the members that its paths and its
// disclosure markers lead to, the leaves whose values it uses, and what each may be used
// as. It depends on public data only.
type Survey struct {
	program  *query.Program
	time     int64 // that now is
	outputs  Outputs
	sources  []*value.Document
	members  []*search.Member // of each path
	leaves   []*value.Leaf    // of each path whose value is used
	longs    []*value.Long    // of each path that is used so
	markers  []*value.Leaf    // of each path, nil if no output needs it
	uses     *longUses
	assigned map[int]bool
	folds    bool // some folding comparison reads a local
}

// NewSurvey notes in the documents what a program with these outputs looks for and uses, at
// the time now. Whoever lays the program out then lays these out, and calls Execute.
func NewSurvey(p *query.Program, now int64, outputs Outputs, sources []*value.Document) *Survey {
	v := &Survey{program: p, time: now, outputs: outputs, sources: sources, members: make([]*search.Member, len(p.Paths)), leaves: make([]*value.Leaf, len(p.Paths)), longs: make([]*value.Long, len(p.Paths)), uses: usesOf(p), assigned: map[int]bool{}}
	for i, path := range p.Paths {
		s := sources[path.Document]
		if v.uses.long[i] {
			v.longs[i] = s.LocateLong(path.Steps)
			v.longs[i].Folds = v.longs[i].Folds || v.uses.folds[i]
		}
		if v.uses.long[i] && !v.uses.otherwise[i] {
			continue
		}
		v.members[i] = s.Locate(path.Steps)
		if f := path.EachStep(); f >= 0 {
			s.ReadFilter(s.Locate(path.Steps[:f+1]), path.Steps[f].Filter)
		}
	}
	v.statements(p.Body)
	for i := range v.assigned {
		l := v.leaves[i]
		l.AsString, l.AsNumber = true, true
		l.Folds = l.Folds || v.folds
	}
	for _, l := range v.leaves {
		if l != nil && len(l.Literals)*l.Source.Size() > value.MaxItemOrders {
			l.AsNumber = true
		}
	}
	v.findMarkers()
	return v
}

// findMarkers finds the disclosure markers of all outputs that are public and no
// boolean.
func (v *Survey) findMarkers() {
	v.markers = make([]*value.Leaf, len(v.program.Paths))
	public := map[int]*outcome{}
	for i := range v.outputs {
		public[v.outputs[i].slot] = &v.outputs[i]
	}
	var walk func(list []query.Statement)
	walk = func(list []query.Statement) {
		for i := range list {
			st := &list[i]
			walk(st.Then)
			walk(st.Else)
			o := public[st.Slot]
			if st.Kind != query.Output || o == nil {
				continue
			}
			if st.Expr.Op == query.MemberValue {
				v.use(st.Expr.Path, o.value.Type)
			}
			for _, path := range st.Sources {
				if !o.array && o.value.Type == query.Boolean || v.markers[path] != nil {
					continue
				}
				p := v.program.Paths[path]
				n, name := p.Marker()
				s := v.sources[p.Document]
				v.markers[path] = s.LeafOf(s.Locate(append(p.Steps[:n:n], query.Step{Kind: query.Member, Name: name})))
			}
		}
	}
	walk(v.program.Body)
}

func (v *Survey) use(path int, t query.Type) {
	l := v.leaves[path]
	l.AsString = l.AsString || t&query.String != 0
	l.AsNumber = l.AsNumber || t&query.Number != 0
}

func (v *Survey) statements(list []query.Statement) {
	for i := range list {
		st := &list[i]
		v.expression(st.Expr)
		if st.Kind == query.Assign && st.Expr.Op == query.MemberValue {
			v.assigned[st.Expr.Path] = true
		}
		v.statements(st.Then)
		v.statements(st.Else)
	}
}

func (v *Survey) expression(e *query.Expr) {
	for _, a := range e.Args {
		v.expression(a)
	}
	switch e.Op {
	case query.MemberValue:
		if v.uses.exprs[e] {
			break
		}
		v.leaves[e.Path] = v.sources[v.program.Paths[e.Path].Document].LeafOf(v.members[e.Path])
	case query.Age, query.DayDiff, query.Seconds:
		if a := e.Args[0]; a.Op == query.MemberValue {
			v.use(a.Path, query.String)
		}
	case query.Equal, query.NotEqual, query.Less, query.LessEqual, query.Greater, query.GreaterEqual:
		for k, a := range e.Args {
			other := e.Args[1-k]
			if a.Op == query.Local && e.Fold {
				v.folds = true
			}
			if a.Op != query.MemberValue || v.uses.exprs[a] {
				continue
			}
			switch {
			case !e.Fold && v.besideLiteral(a.Path, other):
			case e.Op != query.Equal && e.Op != query.NotEqual:
				v.use(a.Path, query.Number)
			case e.Fold:
				v.use(a.Path, query.String)
				v.leaves[a.Path].Folds = true
				if other.Op == query.Local { // the local's members are folded too
					v.folds = true
				}
			default:
				v.use(a.Path, other.Type)
			}
		}
	case query.In:
		v.list(e)
	case query.Contains, query.StartsWith, query.EndsWith:
		v.strings(e)
	}
}

// besideLiteral notes the comparison of an element with a number that both sides know,
// which needs no more than how it compares.
func (v *Survey) besideLiteral(path int, other *query.Expr) bool {
	var literal document.Decimal
	switch l := v.leaves[path]; {
	case l.At.Group == nil:
		return false
	case other.Op == query.Now:
		literal = document.Decimal{Int: v.time}
	case other.Op == query.Constant && other.Literal.Type == query.Number:
		literal = other.Literal.Num
	default:
		return false
	}
	v.leaves[path].Beside(literal)
	return true
}
