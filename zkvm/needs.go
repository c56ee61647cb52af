package zkvm

import (
	"errors"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// survey finds the leaves of a program, what each may be used as, and whether
// the program can be proven. It depends on public data only.
type survey struct {
	program  *query.Program
	time     int64 // that now is
	sources  []*value.Document
	members  []*search.Member // of each path
	leaves   []*value.Leaf    // of each path whose value is used
	longs    []*value.Long    // of each path that is used so
	uses     *longUses
	assigned map[int]bool
	folds    bool // some folding comparison reads a local
}

func newSurvey(p *query.Program, now int64, sources []*value.Document) (*survey, error) {
	v := &survey{program: p, time: now, sources: sources, members: make([]*search.Member, len(p.Paths)), leaves: make([]*value.Leaf, len(p.Paths)), longs: make([]*value.Long, len(p.Paths)), uses: usesOf(p), assigned: map[int]bool{}}
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
	if err := v.block(p.Body); err != nil {
		return nil, err
	}
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
	return v, nil
}

// markersOf finds the disclosure markers of all outputs that are public and no
// boolean.
func (v *survey) markersOf(outputs []outcome) ([]*value.Leaf, error) {
	markers := make([]*value.Leaf, len(v.program.Paths))
	public := map[int]*outcome{}
	for i := range outputs {
		public[outputs[i].slot] = &outputs[i]
	}
	var walk func(list []query.Statement) error
	walk = func(list []query.Statement) error {
		for i := range list {
			st := &list[i]
			if err := walk(st.Then); err != nil {
				return err
			}
			if err := walk(st.Else); err != nil {
				return err
			}
			o := public[st.Slot]
			if st.Kind != query.Output || o == nil {
				continue
			}
			if st.Expr.Op == query.MemberValue {
				v.use(st.Expr.Path, o.value.Type)
			}
			for _, path := range st.Sources {
				if !o.array && o.value.Type == query.Boolean || markers[path] != nil {
					continue
				}
				p := v.program.Paths[path]
				n, name := p.Marker()
				s := v.sources[p.Document]
				markers[path] = s.LeafOf(s.Locate(append(p.Steps[:n:n], query.Step{Kind: query.Member, Name: name})))
			}
		}
		return nil
	}
	return markers, walk(v.program.Body)
}

func (v *survey) use(path int, t query.Type) {
	l := v.leaves[path]
	l.AsString = l.AsString || t&query.String != 0
	l.AsNumber = l.AsNumber || t&query.Number != 0
}

func (v *survey) block(list []query.Statement) error {
	for i := range list {
		st := &list[i]
		if err := v.expression(st.Expr); err != nil {
			return err
		}
		if st.Kind == query.Assign && st.Expr.Op == query.MemberValue {
			v.assigned[st.Expr.Path] = true
		}
		if err := v.block(st.Then); err != nil {
			return err
		}
		if err := v.block(st.Else); err != nil {
			return err
		}
	}
	return nil
}

func (v *survey) expression(e *query.Expr) error {
	for _, a := range e.Args {
		if err := v.expression(a); err != nil {
			return err
		}
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
	return nil
}

// ErrUnsupported means that a query is valid but cannot be proven.
var ErrUnsupported = errors.New("cannot be proven")

// besideLiteral notes the comparison of an element with a number that both sides know,
// which needs no more than how it compares.
func (v *survey) besideLiteral(path int, other *query.Expr) bool {
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
